"""Real evidence for the tests: what labs left of real boots, shortened (see shorten.py)."""

import gzip
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.judge.boot import Boot
from harness.judge.rules import When
from harness.judge.verdict import judge
from harness.machines import BOOT_PATHS
from harness.services import load_site, read_logs
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


def record(name: str, *, entry: str = "showmax", site: Site | None = None) -> Boot:
    """Read a recorded boot, to be judged as one of `entry`."""
    run_dir = DATA / name
    run = json.loads((run_dir / "run.json").read_text())
    said = run_dir / "payload.txt"
    text = said.read_text(errors="replace") if said.exists() else ""
    return Boot(
        path=BOOT_PATHS[run["path"]],
        site=site or showmax(),
        entry=entry,
        mac=MAC,
        token=run["token"],
        wire=_wire(name),
        journal=_journal(name),
        payload=parse(text, token=run["token"]),
    )


def explained(boot: Boot) -> tuple[str, ...]:
    """Say why it did not come up."""
    return judge(boot, When.WAITING).causes


def with_events(boot: Boot, *events: WireEvent) -> Boot:
    """Give the same boot with other events on the wire."""
    return replace(boot, wire=replace(boot.wire, events=events))


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
