"""Whether what is said first of a fault names it: by file and line, where it is in a file."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

_EDITS = re.compile(r"; changed since it was approved: .*")
_PLACE = re.compile(r"(?<![\w./:@-])((?:[\w.@+-]+/)+[\w.@+:-]*?):(\d+)(?:-(\d+))?(?![\w-]|[:.]\w)")
"""`file:line`, or `file:first-last`; a file's name may have colons in it, as MAC addresses have."""
_NOT_WELL = re.compile(
    r"\b(?:the )?(?P<who>[\w-]+(?: -[46]|(?: \w+)? server)?) "
    r"(?:was (?:stopped|killed)|is silent|is not running|does not (?:listen|answer)|has died)\b"
)
"""What says of a daemon that it is not well, whatever its files say."""


class Naming(Enum):
    """What the first thing that is said names."""

    FAULT = "named"
    """The line that was changed; what is otherwise, where that is no line."""
    WORDS = "not by its line"
    """What went wrong, and no line."""
    NOTHING = "not named"
    OTHER = "blames another"
    """A line, or a daemon, that was in order."""


def changed_lines(file: str, old: str, new: str) -> frozenset[str]:
    """Give the lines of a file's new text that are other ones than in the old, as `file:line`.

    Where lines are gone, those next to them, and what opens the block that lacks them.
    """
    before, after = old.splitlines(), new.splitlines()
    found: set[int] = set()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, was, was_end, start, end in matcher.get_opcodes():
        if tag != "equal":
            found.update(range(start + 1, end + 1))
        if end - start < was_end - was:
            found.update((start, end + 1), _opened_by(after, start))
    return frozenset(f"{file}:{line}" for line in found if 0 < line <= len(after))


def _opened_by(lines: list[str], end: int) -> Iterator[int]:
    """Give the line that opens the block, between braces, in which so many lines end."""
    depth = 0
    for number in range(end, 0, -1):
        for brace in reversed(re.findall(r"[{}]", lines[number - 1])):
            depth += 1 if brace == "}" else -1
            if depth < 0:
                # A brace may stand below the words that it belongs to.
                yield from (number,) if lines[number - 1].strip() != "{" else (number, number - 1)
                return


def as_seen(said: str) -> str:
    """Give a cause without what a comparison with the approved copies has added to it."""
    return _EDITS.sub("", said.partition("\n")[0])


def cited(said: str) -> frozenset[str]:
    """Give the places that a text names, as `file:line`."""
    found = (match.groups() for match in _PLACE.finditer(said))
    return frozenset(
        f"{file}:{line}"
        for file, first, last in found
        for line in range(int(first), int(last or first) + 1)
    )


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What is wrong, as a judge of causes must know it."""

    lines: frozenset[str] = frozenset()
    """`file:line`; none where it is no line of a file's."""
    beside: frozenset[str] = frozenset()
    """Lines that were changed as well, for it to show: to name them alone is nothing, nor wrong."""
    daemons: Collection[str] = ()
    """What people call the daemons that are not as they should be, or have other files."""
    names: str = ""
    """A regular expression that tells it."""

    def naming(self, said: str) -> Naming:
        """Judge what was said first."""
        seen = as_seen(said)
        places, told = cited(seen), bool(self.names and re.search(self.names, seen))
        if told and (places & self.lines or not self.lines):
            return Naming.FAULT
        blamed = {match["who"] for match in _NOT_WELL.finditer(seen)}
        if (places and self.lines and not places & (self.lines | self.beside)) or (
            blamed - {*self.daemons}
        ):
            return Naming.OTHER
        return Naming.WORDS if told else Naming.NOTHING
