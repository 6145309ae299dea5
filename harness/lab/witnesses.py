"""When every witness has written what it saw: asked of the witnesses, not of the clock.

The wire: a marked frame crosses the bridge, and when the capture has it, it has all
that came before. The logs: each has the lines that belong to what is on the wire. A
log that never gets them is read once it has been quiet: that is for the verdict.
"""

import contextlib
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from harness import logwatch
from harness.deadline import Deadline, Pace
from harness.evidence.directory import EvidenceDirectory
from harness.judge.boot import Boot
from harness.lab.network import Network
from harness.witness.wire import HttpExchange, Wire, WireEvent

_QUIET_S = 0.15
"""Logs that agree with the wire, and had no reason to grow for so long, have no more to say."""
_LATE_S = 1.0
"""Logs that do not agree are waited for so long, since the last of them, or of the wire."""
_TIMEOUT_S = 5.0
_HYPERVISOR = "libvirt"
"""Its log grows when a guest goes off, and is not a witness."""


@dataclass(frozen=True)
class Witnesses:
    """Wire and logs of one lab."""

    store: EvidenceDirectory
    network: Network
    pace: Pace
    log_delay_s: float = 0.0
    """How long a daemon may keep its lines back."""

    def read(self, boot: Boot) -> Boot:
        """Give a boot with what they have seen up to now, of its machine above all.

        A time-out is not an error: a lab with a talkative guest never falls silent, and
        what is missing then shows in the verdict.
        """
        return self._with_settled_logs(replace(boot, wire=self.wire()))

    def wire(self) -> Wire:
        """Give all that has been on the bridge up to now: the capture writes it a little later."""
        path = self.store.wire_path
        before, mark = logwatch.size(path), uuid.uuid4().hex.encode()
        self.network.send_mark(mark)
        deadline = Deadline(self.pace.for_host(_TIMEOUT_S), "the capture to be written")
        logwatch.wait_until(
            lambda: mark in _read(path, before), deadline=deadline, pause=logwatch.pause
        )
        return self.store.read_wire()

    def _with_settled_logs(self, boot: Boot) -> Boot:
        """Read the logs when they tell of all that the wire has, or nothing more comes."""
        from harness.judge.log_agreement import contradictions

        timeout_s = self.pace.for_host(_TIMEOUT_S) + self.log_delay_s
        deadline = Deadline(timeout_s, "the logs to be written")
        while not deadline.expired:
            if (noisy_s := _QUIET_S - self._quiet_s(boot)) > 0:
                logwatch.pause(noisy_s)
                continue
            boot = replace(boot, journal=self.store.read_logs())
            late = self._quiet_s(boot) > self.pace.for_host(_LATE_S) + self.log_delay_s
            if late or not any(contradictions(boot)):
                return boot
            logwatch.pause(_QUIET_S)
        return replace(boot, journal=self.store.read_logs())

    def _quiet_s(self, boot: Boot) -> float:
        """Give how long no daemon of the site has written to its log, nor had a reason to."""
        times = [0.0, *(event.time_s for event in boot.of(WireEvent))]
        times += [event.end_time_s for event in boot.of(HttpExchange)]
        for file in self.store.log_dir.rglob("*"):
            if _HYPERVISOR not in file.relative_to(self.store.log_dir).parts:
                with contextlib.suppress(FileNotFoundError):
                    times.append(file.stat().st_mtime)
        return time.time() - max(times)


def _read(path: Path, start: int) -> bytes:
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(start)
        return file.read()
    return b""
