"""What a lab appends to a live system's initramfs: the report, and the stand-in's script.

The kernel unpacks archives one after the other, so neither changes the image. The
agent works in every initramfs that Debian's initramfs-tools has made: it takes its turn
as the last step before the root is switched to, and leaves a unit for systemd in /run,
which the running system inherits.
"""

from pathlib import Path

from harness.assets import cpio
from harness.assets.payload import SOURCE_DIR as PAYLOAD_DIR
from harness.data import DATA_DIR
from harness.errors import PrerequisiteError

SOURCE_DIR = DATA_DIR / "live"
_DIRS = (
    "conf",
    "conf/conf.d",
    "etc",
    "etc/harness",
    "scripts",
    "scripts/init-bottom",
    "scripts/panic",
)


def agent_archive(*, token: str, entry: str) -> bytes:
    """Give the archive that makes a live system report this run's token and the entry."""
    agent = SOURCE_DIR / "agent"
    return cpio.archive(
        (
            *map(cpio.directory, _DIRS),
            cpio.file("conf/conf.d/harness", _read(agent / "hook")),
            cpio.file("scripts/init-bottom/harness", _read(agent / "init-bottom"), executable=True),
            cpio.file("scripts/panic/harness", _read(agent / "panic"), executable=True),
            cpio.file("etc/harness/token", f"{token}\n".encode()),
            cpio.file("etc/harness/entry", f"{entry}\n".encode()),
            cpio.file("etc/harness/report", _read(agent / "report")),
            cpio.file("etc/harness/report.awk", _read(PAYLOAD_DIR / "report.awk")),
            cpio.file(
                "etc/harness/harness-report.service", _read(agent / "harness-report.service")
            ),
        )
    )


def stand_in_archive() -> bytes:
    """Give the archive that makes Debian's initramfs honour `nfsboot=`, and say what it is."""
    source = SOURCE_DIR / "stand-in"
    return cpio.archive(
        (
            *map(cpio.directory, ("conf", "conf/conf.d", "scripts")),
            cpio.file("conf/conf.d/nfsboot", _read(source / "hook")),
            cpio.file("scripts/nfsboot", _read(source / "nfsboot")),
        )
    )


def _read(path: Path) -> bytes:
    """Read one of our own sources."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PrerequisiteError(
            f"{path} is missing", cure="run the harness from its checkout"
        ) from error
