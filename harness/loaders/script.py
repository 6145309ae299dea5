"""A loader's script or configuration, and the files that its lines name.

Owns what the languages of the loaders have in common; each one's grammar is its own package's.
A variable that is set to plain text is filled in; any other may hold anything.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import islice, product
from pathlib import PurePosixPath
from typing import TypeAlias
from urllib.parse import unquote

LONGEST = 256 << 10
"""Bytes; what is longer is not a script."""
ANY = "\0"
"""Stands in a name for whatever a variable holds."""
Values: TypeAlias = Mapping[str, frozenset[str]]
"""Variable → what it may hold."""
_MOST_VALUES = 16
"""So many spellings of a name are told apart; of more, the variables may hold anything."""
_DEPTH = 8
"""Variables in variables: more is a circle."""


class Use(Enum):
    """What a file is for."""

    KERNEL = "kernel"
    INITRD = "initrd"
    DISK = "disk"
    """An image that a machine boots from as from a disk."""
    SCRIPT = "script"
    """What the loader reads itself, or a program of another kind: nothing is laid there."""
    MODULE = "module"
    """A part of the loader's own, which it cannot do without."""
    ASIDE = "aside"
    """What is only shown, and left out where it is not there: a text, a picture."""
    LATER = "later"
    """What no loader asks for, but the system that is started."""
    UNCLEAR = "unclear"
    """A script, a kernel or another program: the line does not say."""


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file that a line of a script names."""

    script: str
    """The script's own name, as it was asked for."""
    line: int
    use: Use
    text: str
    """The name as it stands there."""
    names: tuple[str, ...] = ()
    """Its spellings with the variables filled in; `ANY` where they are not known."""
    is_one_of_them: bool = False
    """Whether only one of these is meant, and nobody knows which."""
    by_tftp: bool = False
    """Whether a name without a server is the TFTP server's, wherever the script came from."""

    @property
    def where(self) -> str:
        """Say where it stands."""
        return f"{self.script}, line {self.line}"

    def likeness(self, asked: str) -> int:
        """Count the characters that it names of what was asked for, plus one; 0: another file."""
        return max((self._likeness(each, asked) for each in self.names), default=0)

    def _likeness(self, name: str, asked: str) -> int:
        path = path_from(self.script, name)
        if "?" not in path:
            asked = asked.partition("?")[0]
        pattern = "".join(".*" if char == ANY else re.escape(char) for char in unquote(path))
        is_it = re.fullmatch(pattern, asked, re.DOTALL) is not None
        return 1 + len(path.replace(ANY, "")) if is_it else 0


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that a line of a script hands to a kernel."""

    script: str
    line: int
    text: str
    """As it stands there."""
    spelt: tuple[str, ...]
    """With the variables filled in; `ANY` where they are not known."""


@dataclass(frozen=True)
class Script:
    """A script, under the name by which it was asked for."""

    name: str
    text: str

    @cached_property
    def lines(self) -> Mapping[int, str]:
        """Its lines by number, joined where a backslash ends them, without comments."""
        found: dict[int, str] = {}
        begun = 0
        for number, line in enumerate(self.text.splitlines(), start=1):
            begun = begun or number
            found[begun] = found.get(begun, "") + line.removesuffix("\\")
            begun = begun if line.endswith("\\") else 0
        return {
            number: line
            for number, line in found.items()
            if line.strip() and not line.lstrip().startswith("#")
        }


def spellings(text: str, values: Values, variable: re.Pattern[str]) -> tuple[str, ...]:
    """Give the ways in which a text may read, one variable after the other filled in."""
    return tuple(islice(_filled(text, values, variable, _DEPTH), _MOST_VALUES))


def _filled(text: str, values: Values, variable: re.Pattern[str], depth: int) -> Iterator[str]:
    found = variable.search(text)
    if found is None:
        yield text
        return
    name = next(group for group in found.groups() if group is not None)
    known = values.get(name, frozenset())
    options = sorted(known) if known and depth and len(known) <= _MOST_VALUES else [ANY]
    before, behind = text[: found.start()], text[found.end() :]
    insides = (each for option in options for each in _filled(option, values, variable, depth - 1))
    rests = tuple(islice(_filled(behind, values, variable, depth), _MOST_VALUES))
    for inside, rest in product(insides, rests):
        yield before + inside + rest


def gathered(pairs: Iterable[tuple[str, str | None]]) -> Values:
    """Put what is set together; what is once set to something unknown may hold anything."""
    values: dict[str, set[str] | None] = {}
    for name, value in pairs:
        known = values.setdefault(name, set())
        if value is None:
            values[name] = None
        elif known is not None:
            known.add(value)
    return {name: frozenset(known) for name, known in values.items() if known}


def path_from(script: str, name: str) -> str:
    """Give the path that a name in a script means, from the root of its server."""
    name = name.partition("##")[0]
    whole = re.match(r"[a-z]+://[^/]*", name)
    if whole is not None:
        return name[whole.end() :] or "/"
    if name.startswith(("/", ANY)):
        return name
    parts = PurePosixPath(script.partition("?")[0]).parent.parts
    steps = [part for part in parts if part != "/"]
    for part in name.split("/"):
        if part == "..":
            steps = steps[:-1]
        elif part != ".":
            steps.append(part)
    return f"/{'/'.join(steps)}"
