"""An operator's slip: one line of one file changed by mistake, and what is to be said of it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from harness.errors import SiteError, UsageError
from harness.site.lines import parse

CATALOGUE = Path(__file__).with_name("showmax.toml")
_BOOTS = "boots"
_EDITS = re.compile(r"; changed since it was approved: .*")
_KEYS = frozenset({"what", "old", "new", "names", "survives"})


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One mistake in one place of one file."""

    file: str
    """Below the site's directory."""
    what: str
    old: str
    new: str
    names: str = ""
    """A regular expression that the first thing said of it must match."""
    survives: str = ""
    """Why nothing can show it."""

    @property
    def key(self) -> str:
        """A short name for files of its own, the same in every run."""
        change = "\0".join((self.file, self.old, self.new))
        return f"{Path(self.file).name}-{hashlib.sha256(change.encode()).hexdigest()[:10]}"

    @property
    def words(self) -> frozenset[str]:
        """The words that stood where the mistake is."""
        return words_of(self.old)

    def applied(self, text: str) -> str:
        """Give the file's text with the mistake in it.

        Raises:
            SiteError: the file does not have the place, or has it more than once.
        """
        if (found := text.count(self.old)) != 1:
            what = f"{self.what}: {self.old!r} is there {found} times"
            raise SiteError(what, path=Path(self.file))
        return text.replace(self.old, self.new)

    def line(self, text: str) -> int:
        """Give the first line of the unchanged file's text that the mistake changes."""
        changed = self.applied(text).splitlines()
        lines = text.splitlines()
        same = zip(lines, changed, strict=False)
        return next((n for n, (old, new) in enumerate(same, 1) if old != new), len(lines))

    def is_named_by(self, said: str) -> bool:
        """Whether what was said first names the mistake.

        By what was seen: the edited line, which the approved copy gives away, does not count.
        """
        seen = _EDITS.sub("", said, count=1)
        return bool(self.names) and re.search(self.names, seen) is not None


def words_of(text: str) -> frozenset[str]:
    """Give a text's words of some length."""
    return frozenset(re.findall(r"[\w-]{3,}", text))


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Slips, and the boots that show them."""

    slips: tuple[Slip, ...]
    boots: Mapping[str, tuple[str, ...]]
    """File → patterns of the names of the boots that it touches; all, where it is not here."""

    @property
    def files(self) -> list[str]:
        """The files that have slips."""
        return list(dict.fromkeys(slip.file for slip in self.slips))

    def touched(self, files: Sequence[str], boots: Sequence[Path]) -> list[Path]:
        """Give those of these boots that a change of one of the files touches."""
        patterns = [each for file in files for each in self.boots.get(file, ("*",))]
        return [path for path in boots if any(fnmatchcase(path.stem, each) for each in patterns)]


def read_catalogue(path: Path) -> Catalogue:
    """Read a list of slips: a table of `boots`, and an array of tables for each file.

    Raises:
        UsageError: a slip lacks something, or has what is not known.
    """
    tables = parse(path.read_text(encoding="utf-8"))
    boots = tables.pop(_BOOTS, {})
    if not isinstance(boots, dict):
        raise UsageError(f"{path.name}: [{_BOOTS}] is not a table")
    slips = tuple(_slip(file, each) for file, listed in tables.items() for each in _rows(listed))
    return Catalogue(slips=slips, boots={file: tuple(each) for file, each in boots.items()})


def _rows(listed: object) -> Sequence[object]:
    return listed if isinstance(listed, list) else ()


def _slip(file: str, table: object) -> Slip:
    words = table if isinstance(table, dict) else {}
    said = {key for key in ("names", "survives") if words.get(key)}
    unknown = set(words) - _KEYS
    if unknown or len(said) != 1 or not {"what", "old", "new"} <= set(words):
        raise UsageError(
            f"{file}: {words.get('what', 'a slip')}: what, old and new are needed, and one of "
            f"names and survives; {', '.join(sorted(unknown)) or 'nothing'} is not known"
        )
    return Slip(file=file, **words)
