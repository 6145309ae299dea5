"""What was seen beside what is approved, and taking it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.learn.boots import approved_boots
from harness.plan.boot_difference import difference
from harness.plan.boot_text import BootText
from harness.site.approved import BOOTS_DIR, keep_copies


@dataclass(frozen=True, kw_only=True)
class Change:
    """A boot that is new, or not as approved."""

    name: str
    """Of the file."""
    text: str
    """As it was seen, with the promises that a person has written in the approved one."""
    difference: tuple[str, ...] = ()
    """Empty of one that is new."""

    @property
    def is_new(self) -> bool:
        """Whether none of its name is approved."""
        return not self.difference


def compare(site_dir: Path, seen: Mapping[str, str]) -> list[Change]:
    """Give what is new or different of what was seen, by the name of its file."""
    approved = approved_boots(site_dir)
    changes = []
    for name, written in seen.items():
        text = BootText.parse(written, path=Path(name))
        if name not in approved:
            changes.append(Change(name=name, text=written))
        elif lines := difference(approved[name], text):
            old = approved[name]
            kept = replace(text, head=text.head or old.head, may=old.may, must=old.must)
            changes.append(Change(name=name, text=str(kept), difference=lines))
    return changes


def take(site_dir: Path, changes: Iterable[Change]) -> None:
    """Write them as approved, and keep the files by which they came about."""
    place = site_dir / BOOTS_DIR
    for change in changes:
        place.mkdir(exist_ok=True)
        (place / change.name).write_text(change.text)
    if place.is_dir():
        keep_copies(site_dir)
