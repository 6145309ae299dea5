"""A known fault: what is made wrong, and what is to be said of it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

from harness.errors import SiteError, UsageError
from harness.site.files import locate
from harness.site.lines import parse
from harness.site.model import SITE_FILE
from tools.blame.naming import changed_lines

LISTS_DIR = Path(__file__).parent
MISTAKES = LISTS_DIR / "showmax.toml"
NO_FILE = "no file"
"""The table, in a list, of faults that are in no file of the site's."""
_BOOTS = "boots"
_VARIANTS, _VARIANT = "variants", "variant"
"""The table, in a list, of what is otherwise in a site for several faults, and right by itself."""
_SAYS = frozenset({"names", "survives", "green"})
"""What comes of a fault: one of these is told."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One place of one file, and what stands there afterwards."""

    file: str
    """Below the site's directory."""
    old: str
    new: str

    def applied(self, text: str) -> str:
        """Give the file's text after the edit.

        Raises:
            SiteError: the file does not have the place, or has it more than once.
        """
        if (found := text.count(self.old)) != 1:
            raise SiteError(f"{self.old!r} is there {found} times", path=Path(self.file))
        return text.replace(self.old, self.new)

    def lines(self, text: str) -> frozenset[str]:
        """Give the lines where a person finds it in the edited file, as `file:line`."""
        return changed_lines(self.file, text, self.applied(text))


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file or link that is laid into the site."""

    file: str
    """Below the site's directory."""
    link: str = ""
    """Where it leads, of a link."""
    size: int = 0
    """Bytes, all zero, of a file."""
    text: str = ""
    """What a file has, in the place of zeros."""

    def make(self, site_dir: Path) -> None:
        """Lay it there."""
        place = site_dir / self.file
        place.parent.mkdir(parents=True, exist_ok=True)
        if self.link:
            place.symlink_to(self.link)
            return
        with place.open("wb") as file:
            file.write(self.text.encode())
            file.truncate(self.size or len(self.text.encode()))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault: an edit of one file, as a rule."""

    what: str
    file: str = ""
    """Below the site's directory; "" of a fault that is in no file."""
    old: str = ""
    new: str = ""
    also: tuple[Edit, ...] = ()
    """What must be otherwise for it to show, and is right by itself."""
    made: tuple[Made, ...] = ()
    gone: tuple[str, ...] = ()
    """Files of the site's that are not there."""
    path: str = ""
    """The boot that shows it, which is held whatever `harness check` says; "": any."""
    options: tuple[str, ...] = ()
    """Passed on to pytest: another firmware."""
    scenario: str = ""
    """The test that brings it about, by pytest's id; "": a boot of a changed copy shows it."""
    names: str = ""
    """A regular expression that the first thing said of it must match."""
    survives: str = ""
    """Why nothing can show it."""
    green: str = ""
    """Why the boot is right all the same, and must be green."""

    @property
    def key(self) -> str:
        """A short name for files of its own, the same in every run."""
        in_file = (self.file, self.old, self.new)
        change = "\0".join(in_file if self.file else (self.scenario or self.what,))
        name = Path(self.file or NO_FILE.replace(" ", "-")).name
        return f"{name}-{hashlib.sha256(change.encode()).hexdigest()[:10]}"

    @property
    def words(self) -> frozenset[str]:
        """The words that stood where the fault is."""
        return words_of(self.old)

    @property
    def edit(self) -> Edit:
        """The edit that makes it, of one that is in a file."""
        return Edit(file=self.file, old=self.old, new=self.new)

    def make(self, site_dir: Path) -> None:
        """Make it in a copy of the site.

        Raises:
            SiteError: a file does not have the place, or has it more than once.
        """
        for each in self.made:
            each.make(site_dir)
        for file in self.gone:
            (site_dir / file).unlink()
        for edit in (*([self.edit] if self.file else []), *self.also):
            place = site_dir / edit.file
            place.write_text(edit.applied(_text(place)), encoding="utf-8")

    def lines(self, site_dir: Path) -> frozenset[str]:
        """Give the lines where a person finds it, as `file:line`; none of what is in no file."""
        # What only the harness reads is nothing that an operator has done.
        if self.file in ("", SITE_FILE):
            return frozenset()
        laid = (each.text for each in self.made if each.file == self.file)
        text = next(laid, None)
        lines = self.edit.lines(_text(site_dir / self.file) if text is None else text)
        # A daemon reads it by a link in `sites-enabled`, say, and names that.
        return lines | {
            line.replace(self.file, str(link.relative_to(site_dir)), 1)
            for link in (site_dir / "etc").rglob("*")
            if link.is_symlink() and _leads_to(site_dir, link, self.file)
            for line in lines
        }

    def lines_beside(self, site_dir: Path) -> frozenset[str]:
        """Give the lines that are otherwise as well, and right."""
        found = (edit.lines(_text(site_dir / edit.file)) for edit in self.also)
        return frozenset(line for lines in found for line in lines)


def _leads_to(site_dir: Path, link: Path, file: str) -> bool:
    return locate(site_dir, str(link.relative_to(site_dir))) == site_dir / file


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def words_of(text: str) -> frozenset[str]:
    """Give a text's words of some length."""
    return frozenset(re.findall(r"[\w-]{3,}", text))


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Faults, and the boots that show them."""

    faults: tuple[Fault, ...]
    boots: Mapping[str, tuple[str, ...]]
    """File → patterns of the names of the boots that it touches; all, where it is not here."""

    @property
    def edited(self) -> tuple[Fault, ...]:
        """Those that are made in a copy of the site."""
        return tuple(fault for fault in self.faults if not fault.scenario)

    @property
    def staged(self) -> tuple[Fault, ...]:
        """Those that a scenario brings about."""
        return tuple(fault for fault in self.faults if fault.scenario)

    def shown_by(self, fault: Fault, boots: Sequence[Path]) -> list[Path]:
        """Give those of these boots that may show a fault."""
        patterns = (fault.path,) if fault.path else self.boots.get(fault.file, ("*",))
        return [path for path in boots if any(fnmatchcase(path.stem, each) for each in patterns)]


def read_catalogue(path: Path) -> Catalogue:
    """Read a list of faults: an array of tables for each file, and tables of `boots`, `variants`.

    Raises:
        UsageError: a fault lacks something, or has what is not known.
    """
    tables = parse(path.read_text(encoding="utf-8"))
    boots, variants = tables.pop(_BOOTS, {}), tables.pop(_VARIANTS, {})
    if not (isinstance(boots, dict) and isinstance(variants, dict)):
        raise UsageError(f"{path.name}: [{_BOOTS}] or [{_VARIANTS}] is not a table")
    faults = tuple(
        _fault(file, _varied(each, variants))
        for file, listed in tables.items()
        for each in _rows(listed)
    )
    return Catalogue(faults=faults, boots={file: tuple(each) for file, each in boots.items()})


def _rows(listed: object) -> Sequence[object]:
    return listed if isinstance(listed, list) else ()


def _varied(table: object, variants: Mapping[str, object]) -> object:
    """Give a fault with all that its `variant` of the site has laid and edited, before its own."""
    if not isinstance(table, dict) or _VARIANT not in table:
        return table
    variant = variants.get(table[_VARIANT])
    if not isinstance(variant, dict):
        raise UsageError(f"{table.get('what')}: there is no [{_VARIANTS}.{table[_VARIANT]}]")
    own = {key: value for key, value in table.items() if key != _VARIANT}
    return {**own, **{key: [*each, *own.get(key, ())] for key, each in variant.items()}}


def _fault(file: str, table: object) -> Fault:
    words = dict(table) if isinstance(table, dict) else {}
    is_in_file = file != NO_FILE
    needed = {"what", "old", "new"} if is_in_file else {"what"}
    unknown = set(words) - {each.name for each in fields(Fault)} | {"file"} & set(words)
    if unknown or len([*filter(words.get, _SAYS)]) != 1 or not needed <= set(words):
        raise UsageError(
            f"{file}: {words.get('what', 'a fault')}: {', '.join(sorted(needed))} are needed, and "
            f"one of {', '.join(sorted(_SAYS))}; {', '.join(sorted(unknown)) or 'nothing'} is not "
            "known"
        )
    words["also"] = tuple(Edit(**each) for each in words.get("also", ()))
    words["made"] = tuple(Made(**each) for each in words.get("made", ()))
    words["gone"] = tuple(words.get("gone", ()))
    words["options"] = tuple(words.get("options", ()))
    return Fault(file=file if is_in_file else "", **words)
