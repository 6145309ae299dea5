"""Real evidence for the tests: what labs left of real boots, shortened (see shorten.py)."""

import gzip
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from harness.judge.cause import diagnose
from harness.judge.verdict import Verdict, judge
from harness.machines import BOOT_PATHS, BootPath
from harness.model import PayloadReport
from harness.services import load_site
from harness.services.logs import read_logs
from harness.site import Site
from harness.witness.journal import Journal
from harness.witness.payload import parse
from harness.witness.wire import Wire, WireEvent
from harness.witness.wire.pcap import parse_capture

DATA = Path(__file__).parent / "data"
SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
IPXE_PATHS = {id: path for id, path in BOOT_PATHS.items() if not id.startswith("ia32-")}
"""The boot paths on which iPXE was the loader; on the others it was GRUB (see test_grub_path)."""
MAC = "52:54:00:12:34:56"
"""Of every guest in the recordings."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One boot, as all witnesses saw it, and what was expected of it."""

    path: BootPath
    site: Site
    entry: str
    token: str
    wire: Wire
    journal: Journal
    payload: PayloadReport | None

    def judge(self) -> Verdict:
        """Judge it."""
        return judge(
            self.path,
            self.site,
            self.entry,
            mac=MAC,
            token=self.token,
            wire=self.wire,
            journal=self.journal,
            payload=self.payload,
        )

    def diagnose(self) -> tuple[str, ...]:
        """Say why it did not come up."""
        return diagnose(self.path, self.site, self.wire, self.journal, mac=MAC)

    def with_events(self, *events: WireEvent) -> "Recording":
        """Give the same boot with other events on the wire."""
        return replace(self, wire=replace(self.wire, events=events))


def record(name: str, *, entry: str = "showmax", site: Site | None = None) -> Recording:
    """Read a recorded boot, to be judged as one of `entry`."""
    run_dir = DATA / name
    run = json.loads((run_dir / "run.json").read_text())
    said = run_dir / "payload.txt"
    text = said.read_text(errors="replace") if said.exists() else ""
    return Recording(
        path=BOOT_PATHS[run["path"]],
        site=site or showmax(),
        entry=entry,
        token=run["token"],
        wire=_wire(name),
        journal=_journal(name),
        payload=parse(text, token=run["token"]),
    )


@cache
def showmax() -> Site:
    """Give the reference site."""
    return load_site(SHOWMAX)


@cache
def _wire(name: str) -> Wire:
    """Read a recorded capture once: events are never changed."""
    return parse_capture(capture(name))


@cache
def _journal(name: str) -> Journal:
    """Read the recorded logs once."""
    return read_logs(DATA / name / "log")


def capture(name: str) -> bytes:
    """Give the bytes of a recorded capture."""
    return gzip.decompress((DATA / name / "wire.pcap.gz").read_bytes())
