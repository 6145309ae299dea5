"""What is wrong with a script of iPXE's that was fetched, and after which nothing came.

iPXE gives up without a word when it is sent to a label that is not there, so the
script itself is asked. What a script takes from variables is left alone: only
iPXE knows their values.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from harness.loaders.ipxe.image import FETCHED_BESIDE, image_commands
from harness.loaders.ipxe.script import NEXT, SHEBANG, SHEBANGS, IpxeScript
from harness.loaders.ipxe.usage import misused
from harness.site import Site
from harness.site.places import Place
from harness.site.url import of_other_case

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
_BYTE_ORDER_MARK = "\ufeff"
_UNCLOSED = re.compile(r"\$\{[^}\s]*(?=\s|$)")
_GOTO = re.compile(r"\bgoto\s+(\S+)")
_GUARDED_GOTO = re.compile(
    r"^\s*goto\s+\S+\s*\|\||\bgoto\s+\S+\s+\|\|\s*(?:$|(?:chain|imgexec|kernel)\s)"
)
"""netboot.xyz goes to a label if there is one, and else to the script of that name."""
_FETCHING = frozenset({"chain", "imgexec", "imgfetch", "initrd", "kernel", "module", "sanboot"})
_STARTING = frozenset({"boot", "imgexec", "imgboot", "chain", "sanboot", "exit", "shell"})
_WAY_OUT = re.compile(r"\b(?:goto|exit|boot|chain|imgexec|imgboot|autoboot|sanboot|shell|choose)\b")


def script_faults(site: Site, path: str) -> Iterator[str]:
    """Say why a script that arrived was the last that did."""
    script = _script(site, path)
    if script is not None:
        yield from _form(script)
        yield from (f"{path}:{number}: {what}" for number, what in misused(script))
        yield from _circles(script)
        yield from _missing_labels(script, site)


def default_faults(site: Site, path: str, _others: Sequence[str] = (), /) -> Iterator[str]:
    """Say which default of the menu is not an item: iPXE takes the first item without a word."""
    script = _script(site, path)
    found: dict[tuple[str, str, str], list[int]] = {}
    for choice in script.choices if script is not None else ():
        named = "${" not in f"{choice.default}{''.join(choice.items)}"
        if named and choice.items and choice.default and choice.default not in choice.items:
            case = of_other_case(choice.default, choice.items)
            key = choice.default, next(iter(choice.items)), case
            found.setdefault(key, []).append(choice.line)
    for (default, first, case), lines in found.items():
        place = " and ".join(f"{path}:{line}" for line in lines)
        yield (
            f"{place}: the default '{default}' is not an item of the menu: "
            f"iPXE takes the first, '{first}'{case}"
        )


def command_faults(site: Site, path: str) -> Iterator[str]:
    """Say which word is not a command of iPXE's, and which variable has no end.

    The one ends the script, or does nothing; the other is taken as it stands.
    """
    script = _script(site, path)
    if script is None:
        return
    for number, line in script.lines.items():
        if begun := _UNCLOSED.search(line):
            yield f"{path}:{number}: no brace closes '{begun[0]}': iPXE takes it as it stands"
    for number, command in script.commands():
        word = next(iter(command.split()), "")
        is_marked = number == 1 and word.startswith(_BYTE_ORDER_MARK)
        is_command = word in COMMANDS or word.startswith((":", "#", "${"))
        if word and not is_command and not is_marked:
            why = _not_joined(script, number)
            yield f"{path}:{number}: '{word}' is not a command of iPXE's{why}"


def initrd_faults(site: Site, path: str) -> Iterator[str]:
    """Say behind which initrd's name words stand: iPXE packs it into a file of that name then.

    With a path behind it (`initrd ks.cfg /ks.cfg`) that is meant.
    """
    script = _script(site, path)
    for each in image_commands(script) if script is not None else ():
        is_meant = each.arguments[:1] and each.arguments[0].startswith("/")
        if each.name in FETCHED_BESIDE and each.arguments and not is_meant:
            words = " ".join(each.arguments)
            yield (
                f"{path}:{each.line} has '{words}' behind {each.image}: iPXE hands Linux a file "
                "of that name, with it inside, and no initrd"
            )


def _not_joined(script: IpxeScript, number: int) -> str:
    """Say that the line above may have been meant to go on, where something speaks for that."""
    above = script.text.splitlines()[number - 2] if number > 1 else ""
    place = f"{script.name}:{number - 1}"
    if above.rstrip().endswith("\\"):
        return f"; a blank stands behind the backslash that ends {place}"
    line = script.lines[number]
    is_of_words = line.startswith((" ", "\t")) or "=" in line.split()[0]
    if is_of_words and above.strip():
        return f"; no backslash ends {place}"
    return ""


def exits(site: Site, path: str) -> Iterator[int]:
    """Give the lines by which a script ends itself."""
    script = _script(site, path)
    for number, command in script.commands() if script is not None else ():
        if command.split()[:1] == ["exit"]:
            yield number


def lines_of_row(site: Site, path: str, row: str) -> range:
    """Give the lines behind the label of the item that a menu shows as this row."""
    script = _script(site, path)
    if script is None:
        return range(0)
    for name, number in script.items.items():
        if row and script.lines[number].rstrip().endswith(row) and name in script.labels:
            first = script.labels[name]
            below = (line for line in script.labels.values() if line > first)
            return range(first, min(below, default=len(script.text.splitlines()) + 1))
    return range(0)


def leads_to(site: Site, place: Place) -> Iterator[int]:
    """Give the lines that go to the label which a line stands behind."""
    script = _script(site, place.path)
    labels = {} if script is None else script.labels
    behind = max((line for line in labels.values() if line <= place.line), default=0)
    names = {name for name, line in labels.items() if line == behind}
    for number, line in script.lines.items() if script is not None else ():
        if names & set(_GOTO.findall(line)):
            yield number


def goes_on(site: Site, place: Place) -> Place:
    """Give the label that a script goes to right behind a line; without one, the line itself.

    Where it goes on from that label without having booted anything, the line by which it does.
    """
    script = _script(site, place.path)
    lines = {} if script is None else script.lines
    behind = lines.get(min((each for each in lines if each > place.line), default=0), "").split()
    if script is None or len(behind) != 2 or behind[0] != "goto" or behind[1] not in script.labels:
        return place
    label = script.labels[behind[1]]
    end = min((each for each in script.labels.values() if each > label), default=max(lines) + 1)
    below = (each for each in sorted(lines) if label < each < end)
    leaving = (each for each in below if {"goto", *_STARTING} & set(lines[each].split()))
    last = next(leaving, label)
    line = last if lines[last].startswith("goto ") else label
    return Place(path=place.path, line=line, text=lines[line])


def unguarded(site: Site, path: str) -> Iterator[tuple[int, str]]:
    """Give the lines, and their commands, that end a script when a file does not come."""
    script = _script(site, path)
    for number, line in script.lines.items() if script is not None else ():
        *_, last = NEXT.split(line)
        if last.split()[:1] and last.split()[0] in _FETCHING and "||" not in line:
            yield number, last.split()[0]


def _script(site: Site, path: str) -> IpxeScript | None:
    return IpxeScript(path, site.read(path)) if site.has(path) else None


def _form(script: IpxeScript) -> Iterator[str]:
    """Say what keeps iPXE from taking it for a script, or from finding anything in it."""
    if not script.text:
        yield f"{script.name} is empty: 0 bytes"
    elif not script.text.startswith(SHEBANGS):
        first = script.text.splitlines()[0]
        marked = script.text.startswith(_BYTE_ORDER_MARK)
        begun = "a byte order mark (save it without)" if marked else repr(first[:40])
        yield (
            f"{script.name}:1 does not begin with {SHEBANG} but with {begun}: "
            "iPXE takes it for another kind of image"
        )
    elif not script.lines:
        last = len(script.text.splitlines())
        lines = f"1-{last}" if last > 1 else "1"
        yield f"{script.name}:{lines} has no command: it ends without booting"


def _circles(script: IpxeScript) -> Iterator[str]:
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


def _missing_labels(script: IpxeScript, site: Site) -> Iterator[str]:
    """Say which labels are gone to and do not exist; the menu's default first."""
    if not script.is_fixed:
        return
    sent: dict[str, int] = {}
    for number, line in script.lines.items():
        for target in () if _GUARDED_GOTO.search(line) else _GOTO.findall(line):
            chosen = [each for each in script.choices if target == f"${{{each.setting}}}"]
            own = [each for each in chosen if each.line == number]
            for each in own or chosen:
                sent = {**dict.fromkeys(each.items, number), **sent}
            if "${" not in target:
                sent.setdefault(target, number)
    missing = [label for label in sent if label not in script.labels]
    items = {name: line for choice in script.choices for name, line in choice.items.items()}
    for label in sorted(missing, key=lambda each: each != site.menu.default):
        item = f"; {script.name}:{items[label]} has that item" if label in items else ""
        yield (
            f"{script.name}:{sent[label]} goes to the label '{label}', which does not exist: "
            f"the script ends without booting{item}{_like(label, script, sent)}"
        )


def _like(label: str, script: IpxeScript, sent: Collection[str]) -> str:
    """Give the label that may be meant: one that nothing goes to, or has lost its colon."""
    for number, line in script.lines.items():
        if line.strip() == label:
            return f"; no colon stands before it ({script.name}:{number})"
    if case := of_other_case(label, script.labels):
        return case
    unused = [each for each in script.labels if each not in sent]
    found = get_close_matches(label, unused, n=1)
    return "".join(
        f"; nothing goes to ':{each}' ({script.name}:{script.labels[each]})" for each in found
    )
