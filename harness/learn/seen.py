"""What machines were seen to do in a run, as the texts that a person may approve."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.plan.boot_text import BOOT_SUFFIX, BootText
from harness.secret import masked

_DIR = "seen"


def write_seen(evidence_dir: Path, name: str, text: BootText | None) -> None:
    """Leave what a machine did beside the rest of its evidence; nothing when nobody told."""
    if text is not None:
        place = evidence_dir / _DIR
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}{BOOT_SUFFIX}").write_text(masked(str(text)))


def read_seen(run_dir: Path) -> Mapping[str, str]:
    """Give every text of a run, or of one scenario, by the name of its `.boot` file."""
    return dict(_found(run_dir))


def _found(run_dir: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(run_dir.glob(f"**/{_DIR}/*{BOOT_SUFFIX}")):
        yield path.name, path.read_text()
