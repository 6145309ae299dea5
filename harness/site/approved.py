"""A site's files as they were when its boots were approved, and what has been changed since.

Kept beside the boots, as plain copies: version control has each content once.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from harness.secret import without_keys
from harness.site.files import text_of
from harness.site.model import SITE_FILE, Site
from harness.site.places import below

BOOTS_DIR = "boots"
"""Where a site's approved boots lie."""
USUAL_EVIDENCE_DIR = "evidence"
"""Where evidence goes unless somebody says otherwise: below a site, if that is where one stands."""
COPIES_DIR = f"{BOOTS_DIR}/approved"
_LARGEST = 64 * 1024
"""Bytes of a file that a person has written."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Lines of one file that are other ones than when the boots were approved."""

    path: str
    line: int
    """Where they are now; where they were, of lines that are gone."""
    old: tuple[str, ...]
    new: tuple[str, ...]

    def __str__(self) -> str:
        """Say what was, and what is."""
        old, new = " / ".join(self.old), " / ".join(self.new)
        place = f"{self.path}:{self.line}"
        if not new:
            return f"{place} was '{old}', which is gone"
        return f"{place} is '{new}', and was '{old}'" if old else f"{place} is '{new}', and was not"


def keep_copies(site_dir: Path) -> None:
    """Copy what a person has written of a site, in the place of what was kept before."""
    copies = site_dir / COPIES_DIR
    if copies.exists():
        shutil.rmtree(copies)
    for path in sorted(site_dir.rglob("*")):
        place = path.relative_to(site_dir)
        if place.parts[0] in (BOOTS_DIR, SITE_FILE) or not _is_written_by_hand(path):
            continue
        (copies / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copies / place)


def _is_written_by_hand(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size > _LARGEST or ".git" in path.parts:
        return False
    try:
        return "\0" not in path.read_text()
    except UnicodeDecodeError:
        return False


def edits(site: Site) -> Iterator[Edit]:
    """Go through what has been changed since; nothing where nobody has kept copies.

    A private key that is another one is not told: a bundle could not say so either.
    """
    for copy in below(site, COPIES_DIR):
        path = copy.removeprefix(f"{COPIES_DIR}/")
        old, new = _lines(site.read(copy)), _lines(text_of(site, path))
        texts = [text for _, text in old], [text for _, text in new]
        for tag, start, end, at, to in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
            if tag != "equal":
                where = new[at][0] if at < to else old[start][0]
                yield Edit(
                    path=path,
                    line=where,
                    old=tuple(texts[0][start:end]),
                    new=tuple(texts[1][at:to]),
                )


def _lines(text: str) -> list[tuple[int, str]]:
    """Give the lines that are more than a comment, with their numbers."""
    lines = without_keys(text).splitlines()
    stripped = ((number, line.strip()) for number, line in enumerate(lines, start=1))
    return [each for each in stripped if each[1] and _counts(each[1])]


def _counts(line: str) -> bool:
    return not line.startswith("#") or line.startswith("#!")
