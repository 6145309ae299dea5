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
_COMMAND_LIST = """
autoboot boot cert certfree certstat certstore chain choose clear color colour config console
cpair cpuid dhcp digest echo exit fcels fcstat fdt form gdbstub goto help ibmgmt ibstat ifclose
ifconf iflinkwait ifopen ifstat imgargs imgdecrypt imgexec imgextract imgfetch imgfree imgload
imgmem imgselect imgset imgstat imgtrust imgverify inc initrd iseq isset item iwlist iwstat
kernel login lotest md4sum md5sum menu module neighbour nslookup nstat ntp param params pciscan
ping poweroff present profstat prompt pxebs read reboot route sanboot sanhook sanunhook set
sha1sum sha224sum sha256sum sha384sum sha512sum shell shim show sleep startpxe stoppxe sync time
usbscan vcreate vdestroy
"""
COMMANDS = frozenset(_COMMAND_LIST.split())
"""iPXE's commands, those that not every build has among them (https://ipxe.org/cmd)."""
_LABEL = re.compile(r"\s*:(\S+)\s*$")
_GOTO = re.compile(r"\bgoto\s+(\S+)")
_GUARDED_GOTO = re.compile(r"\s*goto\s+\S+\s*\|\|")
"""netboot.xyz goes to a label if there is one, and else to the script of that name."""
_NEXT = re.compile(r"\s(?:&&|\|\|)(?:\s|$)")
_CHOOSE = re.compile(
    r"\s*choose(?P<options>(?:\s+--?\w[\w-]*(?:[=\s]\S+)?)*)\s+(?P<setting>[\w:/.-]+)\s*$"
)
_DEFAULT = re.compile(r"\s(?:--default|-d)[=\s]+(\S+)")
_MENU = re.compile(r"\s*menu\b")
_ITEM = re.compile(
    r"\s*item\s+(?:(?:--key|-k|--menu|-m)\s+\S+\s+|(?:--default|-d)\s+)*(?P<name>[^-\s]\S*)"
)
_FETCHING = frozenset({"chain", "imgexec", "imgfetch", "initrd", "kernel", "module", "sanboot"})
_WAY_OUT = re.compile(r"\b(?:goto|exit|boot|chain|imgexec|imgboot|autoboot|sanboot|shell|choose)\b")


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
            yield from ((number, command) for command in _NEXT.split(line))

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
    found: dict[tuple[str, str], list[int]] = {}
    for choice in script.choices if script is not None else ():
        named = "${" not in f"{choice.default}{''.join(choice.items)}"
        if named and choice.items and choice.default and choice.default not in choice.items:
            key = choice.default, next(iter(choice.items))
            found.setdefault(key, []).append(choice.line)
    for (default, first), lines in found.items():
        place = " and ".join(f"{path}:{line}" for line in lines)
        yield (
            f"{place}: the default '{default}' is not an item of the menu: "
            f"iPXE takes the first, '{first}'"
        )


def command_faults(site: Site, path: str) -> Iterator[str]:
    """Say which word is not a command of iPXE's: it ends the script, or does nothing."""
    script = _script(site, path)
    for number, command in script.commands() if script is not None else ():
        word = next(iter(command.split()), "")
        if word and word not in COMMANDS and not word.startswith((":", "#", "${")):
            yield f"{path}:{number}: '{word}' is not a command of iPXE's"


def unguarded(site: Site, path: str) -> Iterator[tuple[int, str]]:
    """Give the lines, and their commands, that end a script when a file does not come."""
    script = _script(site, path)
    for number, line in script.lines.items() if script is not None else ():
        *_, last = _NEXT.split(f" {line} ")
        if last.split()[:1] and last.split()[0] in _FETCHING and "||" not in line:
            yield number, last.split()[0]


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
        for target in () if _GUARDED_GOTO.match(line) else _GOTO.findall(line):
            chosen = [each for each in script.choices if target == f"${{{each.setting}}}"]
            for each in chosen:
                sent = {**dict.fromkeys(each.items, number), **sent}
            if "${" not in target:
                sent.setdefault(target, number)
    missing = [label for label in sent if label not in script.labels]
    for label in sorted(missing, key=lambda each: each != site.menu.default):
        yield (
            f"{script.name}:{sent[label]} goes to the label '{label}', which does not exist: the "
            "script ends without booting"
        )
