"""The faulty cable between a guest's tap and the bridge, as a process of the lab."""

import json
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import logwatch
from harness.deadline import Deadline, Pace
from harness.errors import ServiceError
from harness.host.tools import TOOLS
from harness.services.base import Enclosure, Service
from harness.site import Site

_PROGRAM = Path(__file__).with_name("forward.py")
_RULES_TIMEOUT_S = 5.0


class FaultyLink(Service):
    """Forwards a guest's frames, and loses, delays, doubles or reorders some.

    The same on every kernel: netem is not on all, and draws its victims by lot, so two
    runs of one scenario would not meet the same faults.
    """

    name = "link"
    tool = TOOLS["python3"]
    sign = "its rules to be in force"

    def __init__(
        self, enclosure: Enclosure, site: Site, log_dir: Path, pace: Pace, *, tap: str
    ) -> None:
        """Keep the interfaces of its two ends."""
        super().__init__(enclosure, site, log_dir, pace)
        self.log_path = log_dir / f"link-{tap}.log"
        self.tap, self.wire = tap, f"{tap}-wire"
        self._program = f"/run/harness/link-{tap}.py"
        self._rules = f"/run/harness/link-{tap}.json"

    def command(self) -> Sequence[str]:
        """Run it on the host's Python, isolated from the user's settings (-I)."""
        return ["python3", "-I", self._program, self.tap, self.wire, self._rules]

    def start(self) -> None:
        """Start it, faithful as yet, from a copy: the lab may not see where the harness lies."""
        self.enclosure.path(self._program).write_text(_PROGRAM.read_text())
        self.enclosure.path(self._rules).write_text("[]")
        super().start()

    def is_ready(self) -> bool:
        """It says so."""
        return self._loaded == 1

    @property
    def _loaded(self) -> int:
        return sum("rules in force:" in line for line in self.said())

    def obey(self, rules: Sequence[Mapping[str, object]]) -> None:
        """Replace its rules; return when they are in force."""
        before = self._loaded
        self.enclosure.path(self._rules).write_text(json.dumps(list(rules)))
        started = self._started()
        self.enclosure.signal(started, signal.SIGHUP)
        deadline = Deadline(self.pace.for_host(_RULES_TIMEOUT_S), self.sign)
        logwatch.wait_until(
            lambda: self._loaded > before or not started.alive,
            deadline=deadline,
            pause=started.wait,
        )
        self.verify_alive()
        if self._loaded == before:
            raise ServiceError(
                self.name, "did not take its rules", last_lines=self.said(), log_path=self.log_path
            )

    def told(self, word: str) -> bool:
        """Whether it has done this to a frame: `lose`, `cut`, `plugged in`."""
        return any(f" {word}" in line for line in self.said() if "rules in force" not in line)
