"""What PXELINUX's prompt knows: the labels that may be typed, and what it does by itself.

What is included stands in its line's place; of a label that is there twice the first counts, of
a setting the last (Syslinux' manual, "syslinux.cfg").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from harness.loaders.pxelinux.configuration import INCLUDE, Line, base_of, lines_of, names_from
from harness.loaders.pxelinux.named_files import named_files
from harness.loaders.script import Script, Use

_DEPTH = 16
"""It nests no deeper."""
_TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What one configuration says, with what it includes."""

    labels: Mapping[str, Line] = field(default_factory=dict)
    """Each label, with the line that it begins at."""
    again: Sequence[Line] = ()
    """The lines of labels that are there already."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What stands before the labels, or means the same there: the last of each keyword."""

    @classmethod
    def read(cls, script: Script, others: Sequence[Script]) -> "Configuration":
        """Read a configuration; `others` are those that it may include."""
        labels: dict[str, Line] = {}
        again: list[Line] = []
        settings: dict[str, str] = {}
        for line in _with_included(script, others, base_of(script.name), _DEPTH):
            if line.keyword == "label" and line.words:
                if labels.setdefault(line.words[0], line) is not line:
                    again.append(line)
            elif line.keyword != "label":
                settings[line.keyword] = line.text
        return cls(labels=labels, again=again, settings=settings)

    @property
    def has_prompt(self) -> bool:
        """Whether it shows its prompt to somebody who holds no key down."""
        asks = self._is_on("prompt") or "default" not in self.settings
        return asks and not self.is_shut

    @property
    def is_shut(self) -> bool:
        """Whether no key leads to its prompt, or one of its modules asks in its place."""
        return self._is_on("noescape") or "ui" in self.settings

    @property
    def takes_files(self) -> bool:
        """Whether a name that is not a label may be a kernel's file."""
        return self.settings.get("implicit", "1").split()[:1] != ["0"]

    @property
    def waits_s(self) -> float:
        """How long its prompt waits for the first key; 0: for ever."""
        found = (self._number(each) / _TENTHS for each in ("timeout", "totaltimeout"))
        return min(filter(None, found), default=0.0)

    @property
    def default(self) -> str:
        """The label that Enter alone starts, or its time-out; "" where that is none."""
        by_time = self.settings.get("ontimeout", "") if self.waits_s else ""
        command = by_time or self.settings.get("default", "")
        word = next(iter(command.split()), "")
        return word if word in self.labels else ""

    def _is_on(self, name: str) -> bool:
        return self._number(name) != 0

    def _number(self, name: str) -> int:
        words = self.settings.get(name, "").split()
        return int(words[0]) if words and words[0].isdecimal() else 0


def _with_included(
    script: Script, others: Sequence[Script], base: str | None, depth: int
) -> Iterator[Line]:
    for line in lines_of(script):
        included = None
        if line.keyword == INCLUDE and line.words and depth:
            names = {str(PurePosixPath("/", e)) for e in names_from(base, line.words[0])}
            included = next((e for e in others if str(PurePosixPath("/", e.name)) in names), None)
        if included is None:
            yield line
        else:
            yield from _with_included(included, others, base, depth - 1)


def in_force(scripts: Sequence[Script]) -> Configuration | None:
    """Give the configuration whose prompt it shows, of those that came, in their order.

    What one includes, or hands to a menu, has no prompt of its own; what `CONFIG` leads to has.
    """
    named = [each for each in named_files(scripts) if each.use is Use.SCRIPT]
    of_config = {
        (each.name, line.number)
        for each in scripts
        for line in lines_of(each)
        if line.keyword == "config"
    }
    parts = [each for each in named if (each.script, each.line) not in of_config]
    names = {str(PurePosixPath("/", name)) for each in parts for name in each.names}
    own = [each for each in scripts if str(PurePosixPath("/", each.name)) not in names]
    return Configuration.read(own[-1], scripts) if own else None
