"""What a lab appends to a live system's initramfs: the report, and the stand-in's script.

The kernel unpacks archives one after the other, so neither changes the image. The
agent works in every initramfs that Debian's initramfs-tools has made: it takes its turn
as the last step before the root is switched to, and leaves a unit for systemd in /run,
which the running system inherits.
"""

from collections.abc import Iterator, Mapping

from harness.assets import cpio
from harness.assets.payload import entry_members
from harness.data import DATA_DIR, read

SOURCE_DIR = DATA_DIR / "live"
_AGENT = {
    "conf/conf.d/harness": "live/agent/hook",
    "scripts/init-bottom/harness": "live/agent/init-bottom",
    "scripts/panic/harness": "live/agent/panic",
    "etc/harness/report": "live/agent/report",
    "etc/harness/report.awk": "payload/report.awk",
    "etc/harness/harness-report.service": "live/agent/harness-report.service",
}
_STAND_IN = {
    "conf/conf.d/nfsboot": "live/stand-in/hook",
    "scripts/nfsboot": "live/stand-in/nfsboot",
}
_EXECUTABLE = frozenset({"scripts/init-bottom/harness", "scripts/panic/harness"})


def agent_archive(*, token: str, entry: str) -> bytes:
    """Give the archive that makes a live system report this run's token and the entry."""
    return cpio.archive((*entry_members(token, entry), *_members(_AGENT)))


def stand_in_archive() -> bytes:
    """Give the archive that makes Debian's initramfs honour `nfsboot=`, and say what it is."""
    return cpio.archive(_members(_STAND_IN))


def _members(files: Mapping[str, str]) -> Iterator[cpio.Member]:
    for path, source in files.items():
        yield cpio.file(path, read(DATA_DIR / source), executable=path in _EXECUTABLE)
