"""The text of one boot, as a person reviews it in a diff: what a machine was told and did.

Owns the form: statements of a subject and its words, wrapped and aligned in one way only,
so that the same boot has the same bytes. What single statements say is `boot_words`'.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

from harness.errors import SiteError
from harness.plan.boot_words import (
    BESIDE,
    AskedFile,
    MenuWords,
    PromptWords,
    is_of_menu,
    is_row,
    read_ask,
    read_boots,
    read_choice,
    read_disk,
    read_machine,
)
from harness.step import Ask

MAY, MUST = "may", "must"
OF = "@"
"""Between these and the release that alone they are about."""
BOOT_SUFFIX = ".boot"
"""How the names of files end that hold such a text."""
_TEXT_COLUMN = 10
_NOTE_COLUMN = 80
_WIDTH = 96
_BLANK = re.compile(r"[^\S\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOTE = re.compile(r" {2,}#(?P<note>.*)$")
_TO_ESCAPE = re.compile(r"(?<= )(\\*)#")
_ESCAPED = re.compile(r"(?<= )\\(\\*)#")
"""A `#` behind a blank is the text's own where a backslash is in front of it."""


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():  # as nearly all is, and each start reads it all
        return text
    return _UNPRINTABLE.sub("\ufffd", _BLANK.sub(" ", text))


def _one_line(text: str) -> str:
    return _plain(text).replace("\n", " ").strip()


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One thing that a machine did or was told."""

    subject: str
    """Who did it, or what it is about: `firmware`, `answer`, `iPXE`, `menu`, `keys`, `boots`."""
    text: str
    """One paragraph; of a menu, its title, and below it a line for each row."""
    note: str = ""
    """What stands beside it and is never compared: versions, hashes, a configuration's line."""
    only: str = ""
    """Of a promise: the release with which alone it holds, such as `ipxe@2.0`; "": with any."""

    def __post_init__(self) -> None:
        """Leave out what no line can hold: blanks at an end, control characters."""
        first, *rows = _plain(self.text).split("\n")
        text = "\n".join([first.strip(), *(_row(row) for row in rows if row.strip())])
        subject = " ".join(_one_line(self.subject).split())
        if not first.strip() or subject[:1] in ("", "#") or _is_promise(subject.split()[0]):
            raise ValueError(f"this is not a statement of a boot: {subject!r}, {text!r}")
        object.__setattr__(self, "subject", subject)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "note", _one_line(self.note))
        object.__setattr__(self, "only", "".join(_one_line(self.only).split()))

    @property
    def key(self) -> tuple[str, str]:
        """What is compared."""
        return self.subject, self.text

    @property
    def asked_file(self) -> AskedFile | None:
        """The file that is asked for; None when it says something else."""
        return AskedFile.read(self.text)

    @property
    def ask(self) -> Ask | None:
        """The question to DHCP; None when it says something else."""
        return read_ask(self.text)

    def __str__(self) -> str:
        """Give its lines."""
        return "\n".join(self.lines())

    def lines(self, promise: str = "") -> list[str]:
        """Give its lines, with `may` or `must` in front when it is a promise."""
        promise = f"{promise}{OF}{self.only}" if promise and self.only else promise
        lead = f"{promise:<{len(MUST)}}  " if promise else ""
        head = f"{lead}{self.subject:<{_TEXT_COLUMN - 2}}  "
        indent = " " * _text_column(promise)
        paragraph, *rows = _TO_ESCAPE.sub(r"\\\1#", f" {self.text}")[1:].split("\n")
        first, *others = _wrapped(paragraph, len(head), len(indent))
        lines = [head + first, *(indent + line for line in others)]
        if self.note:
            lines[-1] = f"{lines[-1]:<{_NOTE_COLUMN - 2}}  # {self.note}"
        return lines + [indent + row for row in rows]


def _text_column(promise: str) -> int:
    return _TEXT_COLUMN + (max(len(MUST), len(promise)) + 2 if promise else 0)


def _is_promise(word: str) -> bool:
    return word.partition(OF)[0] in (MAY, MUST)


def _row(row: str) -> str:
    """Give a row of a menu with its mark."""
    row = row.rstrip()
    return row if is_row(row) else f"{BESIDE}{row}"


def _wrapped(text: str, first: int, indent: int) -> list[str]:
    """Break a paragraph at single blanks; never so that a line looks like a menu's row."""
    lines: list[str] = []
    line = ""
    for part in re.split(r"(?<=\S) (?=[^ >])", text):
        start = indent if lines else first
        if line and start + len(line) + 1 + len(part) > _WIDTH:
            lines.append(line)
            line = part
        else:
            line = f"{line} {part}" if line else part
    return [*lines, line]


@dataclass(frozen=True, kw_only=True)
class LaidFile:
    """A file that a payload of the harness stood in for."""

    file: str
    """As it was asked for, without a leading slash."""
    by: AskedFile | None
    """How it was fetched last; None when the text does not say."""


@dataclass(frozen=True, kw_only=True)
class BootText:
    """The text of one boot; `parse` reads what `str` writes."""

    head: tuple[str, ...] = ()
    """Comment lines at the top."""
    statements: tuple[Statement, ...]
    may: tuple[Statement, ...] = ()
    """Written by hand: what is right too. Says as much of a statement as it wants to hold."""
    must: tuple[Statement, ...] = ()
    """Written by hand: every fetch of that file is this one."""

    def __post_init__(self) -> None:
        """Leave out what no comment can hold."""
        object.__setattr__(self, "head", tuple(_one_line(line) for line in self.head))

    @classmethod
    def parse(cls, text: str, *, path: Path) -> Self:
        """Read the text of a file; a SiteError names the line that cannot be read."""
        reader = _Reader(path)
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
            reader.add(number, line.expandtabs().rstrip())
        return cls(
            head=tuple(reader.head),
            statements=tuple(reader.found("")),
            may=tuple(reader.found(MAY)),
            must=tuple(reader.found(MUST)),
        )

    def __str__(self) -> str:
        """Write it in the one way."""
        lines = [f"# {line}".rstrip() for line in self.head]
        for number, statement in enumerate(self.statements):
            if _begins(statement, self.statements[:number]):
                lines.append("")
            lines += statement.lines()
        for promise, promised in ((MAY, self.may), (MUST, self.must)):
            lines += [""] if promised else []
            for statement in promised:
                lines += statement.lines(promise)
        return "\n".join(lines).lstrip("\n") + "\n"

    def held_to(self, holds: Callable[[str], bool]) -> Self:
        """Give it with those promises alone that hold for a machine, by the release they name."""
        may, must = (
            tuple(each for each in promises if not each.only or holds(each.only))
            for promises in (self.may, self.must)
        )
        return replace(self, may=may, must=must)

    def of(self, subject: str) -> Iterator[Statement]:
        """Go through the statements about one subject."""
        return (each for each in self.statements if each.subject == subject)

    @property
    def machine(self) -> str:
        """Its name among the site's machines; "" for one that nobody has named."""
        return self._machine[0]

    @property
    def path(self) -> str:
        """The id of its boot path."""
        return self._machine[1]

    @property
    def _machine(self) -> tuple[str, str]:
        found = next(self.of("machine"), None)
        return read_machine(found.text) if found else ("", "")

    @property
    def menus(self) -> tuple[MenuWords, ...]:
        """The menus that came up, and the prompts for a label, in their order."""
        return tuple(filter(None, map(menu_of, self.statements)))

    @property
    def choices(self) -> tuple[str, ...]:
        """The rows that are chosen by keys, and what is pressed or typed at prompts, in order."""
        return tuple(row for row in map(_chosen, self.of("keys")) if row is not None)

    @property
    def menus_left(self) -> tuple[tuple[int, MenuWords], ...]:
        """The menus, and the prompts for a label, at which nobody chose.

        With each the number of choices before it.
        """
        found: list[tuple[int, MenuWords]] = []
        choices = 0
        for each, keys in pairwise(self.statements):
            choices += each.subject == "keys" and _chosen(each) is not None
            if (menu := menu_of(each)) is not None and _chosen(keys) is None:
                found.append((choices, menu))
        return tuple(found)

    @property
    def prompts_left(self) -> tuple[tuple[int, str], ...]:
        """The prompts at which nobody pressed a key: what pressing it would be.

        With each the number of choices before it.
        """
        found: list[tuple[int, str]] = []
        choices = 0
        for each, keys in pairwise(self.statements):
            choices += each.subject == "keys" and _chosen(each) is not None
            prompt = PromptWords.read(each.text) if each.subject == "prompt" else None
            if prompt is not None and _chosen(keys) is None:
                found.append((choices, prompt.press))
        return tuple(found)

    @property
    def needs_linux(self) -> bool:
        """Whether it says what only a system with addresses of its own can tell."""
        return any(self.of("has"))

    def without_system(self) -> Self:
        """Give it without what a system did and has once it was started: the stub tells none."""
        starts = [n for n, each in enumerate(self.statements, 1) if each.subject in _STARTED]
        if not starts:
            return self
        come = self.statements[: starts[-1]]
        rest = (each for each in self.statements[starts[-1] :] if each.subject == "ends")
        return replace(self, statements=(*come, *rest))

    @property
    def kernels(self) -> tuple[LaidFile, ...]:
        """The kernels that were started."""
        started = (each.text for each in self.of("boots") if read_disk(each.text) is None)
        return tuple(self._laid(read_boots(text)[0]) for text in started)

    @property
    def disks(self) -> tuple[LaidFile, ...]:
        """The images that were booted from as from a disk."""
        found = (read_disk(each.text) for each in self.of("boots"))
        return tuple(self._laid(file) for file in found if file is not None)

    @property
    def initrds(self) -> tuple[LaidFile, ...]:
        """The initrds that were handed to them."""
        return tuple(self._laid(f) for each in self.of("boots") for f in read_boots(each.text)[1])

    def _laid(self, file: str) -> LaidFile:
        asked = (each.asked_file for each in reversed(self.statements))
        by = (each for each in asked if each is not None and each.fetch.file == file)
        return LaidFile(file=file, by=next((each for each in by if not each.ending), None))


_STARTED = frozenset({"boots", "words", "payload"})
"""What is said of a system's start; what it does comes behind."""


def _chosen(keys: Statement) -> str | None:
    """Give the row or the key that a statement says was chosen; None when nobody did."""
    return keys.text if not is_of_menu(keys.text) else read_choice(keys.text)


def menu_of(statement: Statement) -> MenuWords | None:
    """Read a menu, or a prompt with the labels that may be typed there; None of all else."""
    is_typed = statement.subject == "prompt" and "\n" in statement.text
    if statement.subject != "menu" and not is_typed:
        return None
    return MenuWords.read(statement.text, is_typed=is_typed)


_OF_A_STAGE = frozenset({"answer", "name", "keys", "words", "payload", "has", "root", "says"})
"""What belongs to what stands above it, whoever that is about."""


def _begins(statement: Statement, before: Sequence[Statement]) -> bool:
    """Whether a new stage of the boot begins: an empty line stands before it."""
    stages = (each.subject for each in reversed(before) if each.subject not in _OF_A_STAGE)
    stage = next(stages, "")
    if statement.subject in _OF_A_STAGE or (statement.subject, stage) == ("ends", "boots"):
        return not before
    return statement.subject in ("menu", "boots") or statement.subject != stage


_FORM = "write a subject, two blanks and the text, as `harness learn` does: 'ends      reset'"


@dataclass(kw_only=True)
class _Begun:
    """A statement whose lines are still coming."""

    promise: str
    subject: str
    text: str
    notes: list[str] = field(default_factory=list)

    def go_on(self, line: str) -> None:
        """Add a row of a menu, or what a paragraph goes on with."""
        row = line[_text_column(self.promise) :]
        self.text += f"\n{row}" if is_row(row) else f" {line.strip()}"


class _Reader:
    """Takes in the lines of a file."""

    def __init__(self, path: Path) -> None:
        self.head: list[str] = []
        self.begun: list[_Begun] = []
        self._path = path

    def add(self, number: int, line: str) -> None:
        """Take in a line."""
        if line.startswith("#"):
            if self.begun:
                raise self._error(
                    number,
                    "a comment between statements",
                    "comments stand at the top, or behind a line after two blanks and '#'",
                )
            self.head.append(line[1:])
        elif line.strip():
            self._statement(number, line)

    def found(self, promise: str) -> Iterator[Statement]:
        """Go through the statements of one kind."""
        for each in self.begun:
            kind, _, only = each.promise.partition(OF)
            if kind == promise:
                notes = "; ".join(each.notes)
                yield Statement(subject=each.subject, text=each.text, note=notes, only=only)

    def _statement(self, number: int, line: str) -> None:
        noted = _NOTE.search(line)
        content = (line[: noted.start()] if noted else line).rstrip()
        if not line.startswith(" "):
            self.begun.append(self._begin(number, content))
        elif not self.begun:
            raise self._error(number, "the first statement begins with a blank", _FORM)
        elif content:
            self.begun[-1].go_on(_ESCAPED.sub(r"\1#", content))
        if noted:
            self.begun[-1].notes.append(noted["note"].strip())

    def _begin(self, number: int, line: str) -> _Begun:
        promise, _, rest = line.partition(" ")
        if not _is_promise(promise):
            promise, rest = "", line
        rest = _ESCAPED.sub(r"\1#", f" {rest.strip()}")[1:]
        # A subject of several words needs two blanks behind it, one of a single word does not.
        subject, _, text = rest.partition("  " if "  " in rest else " ")
        if not text.strip() or _is_promise(subject) or promise.endswith(OF):
            raise self._error(number, f"'{line}' is not a statement", _FORM)
        return _Begun(promise=promise, subject=subject, text=text.strip())

    def _error(self, line: int, what: str, cure: str) -> SiteError:
        return SiteError(what, path=self._path, line=line, cure=cure)
