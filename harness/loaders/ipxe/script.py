"""What is wrong with a script of iPXE's that was fetched, and after which nothing came.

iPXE gives up without a word when it is sent to a label that is not there, so the
script itself is asked. What a script takes from variables is left alone: only
iPXE knows their values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from harness.site import Site

SHEBANG = "#!ipxe"
_LABEL = re.compile(r"\s*:(\S+)\s*$")
_GOTO = re.compile(r"\bgoto\s+(\S+)")
_CHOOSE = re.compile(
    r"\bchoose\b(?P<options>(?:\s+(?:--?\w[\w-]*(?:\s+\S+)?))*)\s+(?P<setting>\w+)"
)
_DEFAULT = re.compile(r"\bchoose\b.*?\s(?:--default|-d)\s+(\S+)")
_ITEM = re.compile(
    r"\s*item\s+(?:(?:--key|-k|--menu|-m)\s+\S+\s+|(?:--default|-d)\s+)*(?P<name>[^-\s]\S*)"
)
_WAY_OUT = re.compile(r"\b(?:goto|exit|boot|chain|imgexec|imgboot|autoboot|sanboot|shell|choose)\b")


@dataclass(frozen=True)
class Script:
    """The text of a script, as iPXE reads it."""

    name: str
    text: str

    @cached_property
    def lines(self) -> dict[int, str]:
        """Its lines by number, joined where a backslash ends them, without comments."""
        found: dict[int, str] = {}
        begun = 0
        for number, line in enumerate(self.text.splitlines(), start=1):
            begun = begun or number
            whole = found.get(begun, "") + line.removesuffix("\\")
            found[begun] = whole
            begun = begun if line.endswith("\\") else 0
        return {number: line for number, line in found.items() if not _is_comment(line)}

    @cached_property
    def labels(self) -> dict[str, int]:
        """Its labels, and the line of each."""
        matches = ((number, _LABEL.match(line)) for number, line in self.lines.items())
        return {match[1]: number for number, match in matches if match is not None}

    @cached_property
    def items(self) -> dict[str, int]:
        """The items of its menus, and the line of each."""
        matches = ((number, _ITEM.match(line)) for number, line in self.lines.items())
        return {match["name"]: number for number, match in matches if match is not None}

    @property
    def is_fixed(self) -> bool:
        """Whether all its labels and items are told by the text alone."""
        return not any("${" in name for name in (*self.labels, *self.items))


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def script_faults(site: Site, path: str) -> Iterator[str]:
    """Say why a script that arrived was the last that did."""
    script = _script(site, path)
    if script is not None:
        yield from _form(script)
        yield from _circles(script)
        yield from _missing_labels(script, site)


def default_faults(site: Site, path: str) -> Iterator[str]:
    """Say which default of the menu is not an item: iPXE takes the first item without a word."""
    script = _script(site, path)
    if script is None or not script.items or not script.is_fixed:
        return
    lines: dict[str, list[int]] = {}
    for number, line in script.lines.items():
        for default in _DEFAULT.findall(line):
            if "${" not in default and default not in script.items:
                lines.setdefault(default, []).append(number)
    for default, numbers in lines.items():
        place = " and ".join(f"{script.name}:{number}" for number in numbers)
        yield (
            f"{place}: the default '{default}' is not an item of the menu: "
            f"iPXE takes the first, '{next(iter(script.items))}'"
        )


def _script(site: Site, path: str) -> Script | None:
    return Script(path, site.read(path)) if site.has(path) else None


def _form(script: Script) -> Iterator[str]:
    """Say what keeps iPXE from taking it for a script, or from finding anything in it."""
    if not script.text:
        yield f"{script.name} is empty: 0 bytes"
    elif not script.text.startswith(SHEBANG):
        first = script.text.splitlines()[0]
        yield (
            f"{script.name} does not begin with {SHEBANG} but with {first[:40]!r}: "
            "iPXE takes it for another kind of image"
        )
    elif not script.lines:
        yield f"{script.name} has no command: it ends without booting"


def _circles(script: Script) -> Iterator[str]:
    """Say which lines go round for ever: back to a label, and no way out in between."""
    for number, line in script.lines.items():
        words = line.split()
        if len(words) != 2 or words[0] != "goto" or words[1] not in script.labels:
            continue
        start = script.labels[words[1]]
        between = [text for place, text in script.lines.items() if start < place < number]
        if start < number and not any(_WAY_OUT.search(text) for text in between):
            yield (
                f"{script.name}:{number} goes back to ':{words[1]}' (line {start}), and nothing in "
                "between leads out: it loops"
            )


def _missing_labels(script: Script, site: Site) -> Iterator[str]:
    """Say which labels are gone to and do not exist; the menu's default first."""
    if not script.is_fixed:
        return
    sent: dict[str, int] = {}
    for number, line in script.lines.items():
        chosen = _CHOOSE.search(line)
        for target in _GOTO.findall(line):
            if chosen is not None and target == f"${{{chosen['setting']}}}":
                sent = {**dict.fromkeys(script.items, number), **sent}
            elif "${" not in target:
                sent.setdefault(target, number)
    missing = [label for label in sent if label not in script.labels]
    for label in sorted(missing, key=lambda each: each != site.menu.default):
        yield (
            f"{script.name}:{sent[label]} goes to the label '{label}', which does not exist: the "
            "script ends without booting"
        )
