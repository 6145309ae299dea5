"""A script of iPXE's, as iPXE reads it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from harness.loaders.script import Script

SHEBANG = "#!ipxe"
SHEBANGS = (SHEBANG, "#!gpxe")
"""What a script begins with: iPXE takes its forerunner's word, too."""
_LABEL = re.compile(r"\s*:(\S+)(?:\s+(?P<command>\S.*))?\s*$")
"""A command may stand behind it."""
NEXT = re.compile(r"(?:^|\s)(?:&&|\|\||;)(?:\s|$)")
"""Between the commands of a line."""
_REMARK = re.compile(r"(?:^|\s+)#.*")
"""A word that begins so ends the commands of its line, wherever it stands."""
_CHOOSE = re.compile(
    r"\s*choose(?P<options>(?:\s+--?\w[\w-]*(?:[=\s]\S+)?)*)\s+(?P<setting>[\w:/.-]+)\s*$"
)
_DEFAULT = re.compile(r"\s(?:--default|-d)[=\s]+(\S+)")
_MENU = re.compile(r"\s*menu\b")
_ITEM = re.compile(
    r"\s*item\s+(?:(?:--key|-k|--menu|-m)\s+\S+\s+|(?:--default|-d)\s+)*(?P<name>[^-\s]\S*)"
)


def is_ipxe(text: str) -> bool:
    """Whether a text is a script of iPXE's, or is meant to be one."""
    return text.lstrip("\ufeff \t").startswith(SHEBANGS)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A `choose`, and the items of the menu that it shows."""

    items: dict[str, int]
    """By name, with the line of each."""
    setting: str
    """What the chosen item's name goes to."""
    default: str
    """"" when it says none."""
    line: int


class IpxeScript(Script):
    """The text of a script, as iPXE reads it."""

    @cached_property
    def lines(self) -> Mapping[int, str]:
        """Its lines, without the remarks behind commands either."""
        plain = {number: _REMARK.sub("", line) for number, line in super().lines.items()}
        return {number: line for number, line in plain.items() if line}

    @cached_property
    def labels(self) -> dict[str, int]:
        """Its labels, and the line of each."""
        matches = ((number, _LABEL.match(line)) for number, line in self.lines.items())
        return {match[1]: number for number, match in matches if match is not None}

    @cached_property
    def items(self) -> dict[str, int]:
        """The items of its menus, and the line of each."""
        matches = ((number, _ITEM.match(command)) for number, command in self.commands())
        return {match["name"]: number for number, match in matches if match is not None}

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What it lets people choose, each with the items since the last `menu`."""
        found: list[Choice] = []
        items: dict[str, int] = {}
        for number, command in self.commands():
            item, choose = _ITEM.match(command), _CHOOSE.match(command)
            if _MENU.match(command):
                items = {}
            elif item is not None:
                items = {**items, item["name"]: number}
            elif choose is not None:
                default = _DEFAULT.search(choose["options"])
                found.append(
                    Choice(
                        items=items,
                        setting=choose["setting"],
                        default=default[1] if default else "",
                        line=number,
                    )
                )
        return tuple(found)

    def commands(self) -> Iterator[tuple[int, str]]:
        """Give its commands, of which a line may have several, with the line of each."""
        for number, line in self.lines.items():
            label = _LABEL.match(line)
            if label is not None and label["command"]:
                yield number, f":{label[1]}"
            said = line if label is None else label["command"] or line
            yield from ((number, command) for command in NEXT.split(said))

    @property
    def is_fixed(self) -> bool:
        """Whether all its labels and items are told by the text alone."""
        return not any("${" in name for name in (*self.labels, *self.items))


def ipxe_scripts(scripts: Iterable[Script]) -> list[IpxeScript]:
    """Give those of some scripts that are iPXE's."""
    return [IpxeScript(each.name, each.text) for each in scripts if is_ipxe(each.text)]
