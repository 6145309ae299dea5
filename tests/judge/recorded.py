"""Real evidence for the tests: what labs left of real boots, shortened (see shorten.py)."""

import atexit
import gzip
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.machines import BOOT_PATHS
from harness.services.registry import load_site
from harness.site import Site
from harness.witness.payload import PAYLOAD_MARK
from harness.witness.wire import WireEvent

DATA = Path(__file__).parent / "data"
SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
RECORDED_PATHS = {id: each for id, each in BOOT_PATHS.items() if (DATA / f"green-{id}").is_dir()}
IPXE_PATHS = {id: path for id, path in RECORDED_PATHS.items() if not id.startswith("ia32-")}
"""The boot paths on which iPXE was the loader; on the others it was GRUB (see test_grub_path)."""
MAC = "52:54:00:12:34:56"
"""Of every guest in the recordings."""
_PACKED = ".gz"


def record(name: str, *, entry: str = "showmax", site: Site | None = None) -> Boot:
    """Read a recorded boot, to be judged as one of `entry`."""
    return replace(recorded(name), entry=entry, site=site or showmax(), earlier=(), complaint=None)


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
def recorded(name: str) -> Boot:
    """Read a recorded bundle as it is, once: nothing changes it."""
    return BootFile.read(EvidenceDirectory(unpacked(name))).boot


@cache
def unpacked(name: str) -> Path:
    """Unpack a recorded bundle once for all tests that only read."""
    place = Path(tempfile.mkdtemp(prefix="netboot-recorded-"))
    atexit.register(shutil.rmtree, place)
    return unpack(name, place / name)


def unpack(name: str, target: Path) -> Path:
    """Make of a recording the bundle that it was."""
    for path in (DATA / name).rglob("*"):
        place = target / path.relative_to(DATA / name)
        if path.is_dir():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == _PACKED:
            place.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        else:
            shutil.copy2(path, place)
    return target


def capture(name: str) -> bytes:
    """Give the bytes of a recorded capture."""
    return gzip.decompress((DATA / name / "wire.pcap.gz").read_bytes())


def reported(name: str) -> str:
    """Give what the console of a recorded boot has around its payload's report."""
    said = EvidenceDirectory(unpacked(name)).console_raw_path.read_text(errors="replace")
    return said[max(0, said.find(PAYLOAD_MARK) - 200) :]
