"""Where a person must look: a daemon's setting, or a script's command, by file and line."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import PurePosixPath

from harness.daemon_facts import Daemon
from harness.judge.boot import Boot
from harness.judge.commands import commands_of, whose, written_as
from harness.judge.where_filled import line_filled, place_filled, set_by, word_filled
from harness.model import Family, Role
from harness.plan.boot_words import NO_ADDRESS
from harness.site.files import text_of
from harness.site.places import (
    Place,
    block_around,
    has_value,
    has_word,
    joined,
    place,
    places,
    places_with,
)
from harness.witness.wire import DnsLookup

_DHCP = frozenset({Role.DHCPV4, Role.DHCPV6})
_INSIDE = "in "
"""What the name of a block begins with, among settings, in which one that is missing belongs."""
_BESIDE = "beside "
"""What the name of a setting begins with that people write beside one that is missing."""
_FETCHED = re.compile(r"(?:^|\s)(?P<file>[^\s.]\S*?)\.{3}(?=\s)")
_MAC = re.compile(r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b")
_QUOTED = re.compile(
    r"(\S+): command not found|(?:option|Option) \"([^\"]+)\"|nfsmount \S.* (\S+:/\S+) "
    r"|COM32 file (\S+)|Loading (\S+?)\.{0,3} ?failed|\"([^\"]*)\": no such configurator"
)
_EXITED = re.compile(r"ipxe\.org/0{6}([0-9a-f]{2})\)")
"""How iPXE tells of the number that a script gave to `exit`."""
_UNSELECTED, _UNROUTED = "No image selected", "destination unreachable"
_SERVER = r"\((?:tftp|https?),"
"""How a path of GRUB's begins that names its server."""
_NO_SCRIPT = re.compile(r"(?P<file>\S+) : \d+ bytes \[(?!script)")
_OF_FILES = ("file", "kernel")
_FEW = 3
"""So many lines that say the same are named; of more, the file is."""


def where_told(
    boot: Boot, role: Role, matter: str, values: Collection[str], *, server: str = ""
) -> str:
    """Give the setting by which a daemon tells machines of a matter, and where it is.

    The line is the one that has a value, the first of `values` that stands in just one; else
    the few that have it, of which the machine's own counts before others'. Without such
    lines only the file is named, and nothing where no daemon is known to tell it. `server` is the
    address of the one that is meant, where several fill the role.
    """
    daemon = boot.daemons.by_role(role, server)
    settings = () if daemon is None else daemon.tells_by(role, matter)
    if daemon is None or not settings:
        return ""
    own = [each for each in settings if not each.startswith(_BESIDE)]
    patterns = {each: _setting(each.removeprefix(_INSIDE)) for each in own}
    exact = _right_behind(boot, daemon, patterns, values)
    if exact:
        return f"{_named(exact[0], patterns)}, {' and '.join(map(str, exact))}"
    found = place(boot.site, daemon.files, patterns.values(), values)
    for name, pattern in patterns.items():
        alike = places_with(boot.site, daemon.files, pattern, values)
        if (mine := _of_machine(boot, alike)) is not None:
            return f"{name}, {mine}"
        if 1 < len(alike) <= _FEW and not (
            found and any(has_value(found.text, each) for each in values)
        ):
            return f"{name}, {' and '.join(map(str, alike))}"
    if found is not None:
        name = _named(found, patterns)
        is_block = name.startswith(_INSIDE)
        return f"{settings[0]}, in {found}" if is_block else f"{name}, {found}"
    beside = _beside(boot, daemon.files, settings, _setting)
    return f"{settings[0]}, {beside or _file(daemon)}"


def _beside(
    boot: Boot, files: Iterable[str], settings: Iterable[str], pattern: Callable[[str], str]
) -> str:
    """Give the one line of what stands beside a setting that is nowhere; "" without."""
    names = [each.removeprefix(_BESIDE) for each in settings if each.startswith(_BESIDE)]
    found = place(boot.site, files, map(pattern, names))
    return "" if found is None else f"{_BESIDE}{found}"


def _right_behind(
    boot: Boot, daemon: Daemon, patterns: Mapping[str, str], values: Collection[str]
) -> list[Place]:
    """Give the one line that has a value right behind a setting: a condition only compares it.

    Of what several have that is told, a few; the machine's own of these.
    """
    for number, value in enumerate(filter(None, values)):
        exact = (rf"{each}[\s=:\"']*{re.escape(value)}(?![\w.-])" for each in patterns.values())
        lines = {line: None for each in exact for line in places(boot.site, daemon.files, each)}
        if (mine := _of_machine(boot, [*lines])) is not None:
            return [mine]
        if len(lines) == 1 or (number == 0 and 1 < len(lines) <= _FEW):
            return [*lines]
    return []


def where_beside(boot: Boot, role: Role, matter: str, values: Collection[str], other: str) -> str:
    """Give the setting by which a daemon tells a matter in the block of another line; "" without.

    With one of some values, if there are any; without such, whichever it is told.
    `other` is that line, `etc/dhcp/dhcpd.conf:26`: who goes by it goes by what is beside it.
    """
    path, _, number = other.rpartition(":")
    daemon = boot.daemons.by_role(role)
    if daemon is None or path not in daemon.files or not number.isdigit():
        return ""
    lines = [each for each in places(boot.site, [path], r"\S") if each.line == int(number)]
    block = block_around(boot.site, lines[0]) if lines else None
    for name in daemon.tells_by(role, matter) if block else ():
        having = places_with(boot.site, [path], _setting(name), values)
        found = [
            each
            for each in (having if values else places(boot.site, [path], _setting(name)))
            # What closes the block may open the next one.
            if block_around(boot.site, each) == block and not each.text.startswith("}")
        ]
        if len(found) == 1:
            return f"{name}, {found[0]}"
    return ""


def _of_machine(boot: Boot, alike: Collection[Place]) -> Place | None:
    """Give the one line of several alike that is the machine's own; else the one of nobody's."""
    if len(alike) < 2:
        return None
    owners = {each: _macs_beside(boot, each) for each in alike}
    own = [each for each, macs in owners.items() if boot.mac in macs]
    found = own or [each for each, macs in owners.items() if not macs]
    return found[0] if len(found) == 1 else None


def _macs_beside(boot: Boot, line: Place) -> frozenset[str]:
    """Give the MAC addresses on a line; without such, those in its own block."""
    named = list(places(boot.site, [line.path], _MAC.pattern))
    block = block_around(boot.site, line)
    here = [each for each in named if each.line == line.line]
    beside = [each for each in named if block and block_around(boot.site, each) == block]
    found = (mac[0] for each in here or beside for mac in _MAC.finditer(each.text))
    return frozenset(mac.lower().replace("-", ":") for mac in found)


def answering_role(boot: Boot, answer: str) -> Role:
    """Give the role of whom an answer of DHCP's comes from, by a boot's words for it.

    Who gives no address only adds to what another server says, where the site has such a one.
    """
    server, _, given = answer.partition(" ")
    is_proxy = boot.daemons.by_role(Role.PROXY_DHCP) and given.startswith(f"gives {NO_ADDRESS}")
    return Role.PROXY_DHCP if is_proxy else Role.dhcp(Family.of(server))


def where_done(
    boot: Boot, matter: str, values: Collection[str] = (), *, near: Collection[str] = ()
) -> str:
    """Give the command of a script by which a loader does something, and where it is.

    `near` are words of a line before it: of several lines, the first behind that is meant.
    """
    commands, scripts = commands_of(boot, matter), _scripts(boot)
    if not commands or not scripts:
        return ""
    patterns = {each: _command(each) for each in commands if not each.startswith(_BESIDE)}
    found = place(boot.site, scripts, patterns.values(), values)
    found = found or _behind(boot, scripts, patterns.values(), near)
    if found is None and matter in _OF_FILES:
        filled = next(filter(None, (line_filled(boot, each) for each in values)), "")
        if filled:
            return f"{commands[0]}, {filled}"
    if found is None:
        beside = _beside(boot, scripts, commands, _command)
        return f"{commands[0]}, {beside or ', '.join(scripts)}"
    name = _named(found, patterns)
    return f"{name}, {found}{_value_set(boot, found, name, values)}"


def _value_set(boot: Boot, line: Place, command: str, values: Collection[str]) -> str:
    """Say which line sets what a command takes from a variable, where its last word is an option's.

    `choose --timeout ${menu-timeout}` says where to look next, and not what is meant.
    """
    option = command.split()[-1]
    given = re.search(rf"{re.escape(option)}[\s=]+(\S+)", line.text)
    return set_by(boot, given[1], values) if given and option.startswith("-") else ""


def where_row(boot: Boot, title: str, row: str) -> str:
    """Give the command by which a menu has a row, and where it is; other menus may have the same.

    Without such a line in the menu of this title, only the file is named, or nothing.
    """
    commands = commands_of(boot, "row")
    written = written_as(boot, row)
    head = line_done(boot, "title", (title,)) if title else None
    if head is None or not commands:
        return where_done(boot, "row", written)
    titles = map(_command, commands_of(boot, "title", path=head.path))
    heads = [each.line for title in titles for each in places(boot.site, [head.path], title)]
    end = min((line for line in heads if line > head.line), default=None)
    for name in commands:
        for each in places(boot.site, [head.path], _command(name)):
            is_in = each.line >= head.line and (end is None or each.line < end)
            if is_in and any(has_value(each.text, words) for words in written):
                return f"{name}, {each}"
    return ""


def where_word(boot: Boot, words: Collection[str], files: Collection[str]) -> str:
    """Give where a kernel is handed its words: the line of the first that any has, else its own."""
    by_variables = (place_filled(boot, each) for each in files)
    kernel = line_done(boot, "kernel", files) or next(filter(None, by_variables), None)
    lines = [] if kernel is None else list(joined(boot.site, kernel))
    for word in words:
        having = [each for each in lines if word in each.text.split()]
        found = having or list(
            places(boot.site, _scripts(boot), rf"(?:^|\s){re.escape(word)}(?:\s|$)")
        )
        if len(found) == 1:
            return str(found[0])
        if filled := word_filled(boot, lines, word):
            return filled
    return where_done(boot, "kernel", files)


def where_said(boot: Boot, said: str) -> str:
    """Give the one line that a loader's own complaint is about, in brackets.

    iPXE prints `FILE... ` before it; a script names it, or DHCP does. Or it quotes a word of the
    script's, or has taken the script itself for something else.
    """
    if quoted := _QUOTED.search(said):
        return bracketed(where_line(boot, [each for each in quoted.groups() if each]))
    if exited := _EXITED.search(said):
        return bracketed(where_line(boot, [f"exit {int(exited[1], 16)}"]))
    if _UNROUTED in said:
        return bracketed(_all(list(places(boot.site, _scripts(boot), _SERVER))[:_FEW]))
    if _UNSELECTED in said and boot.taken:
        last = boot.taken[-1].file or ""
        return bracketed(lines_done(boot, "file", (last,)) or line_filled(boot, last))
    if (taken := _NO_SCRIPT.search(said)) and taken["file"] in boot.scripts:
        path = boot.scripts[taken["file"]]
        is_one = text_of(boot.site, path).startswith("#!")  # its server changes it on the way
        return "" if is_one else bracketed(f"{path}:1")
    if (asked := _FETCHED.search(said)) is None:
        return ""
    file = asked["file"]
    told = (line_told(boot, Role.dhcp(family), "file", (file,)) for family in Family)
    by_script = line_done(boot, "file", (file, PurePosixPath(file).name))
    line = next(filter(None, told), by_script)
    return bracketed("" if line is None else str(line))


def where_named(boot: Boot, address: str) -> str:
    """Give the lines of the site's files, few or one, that name an address; in brackets."""
    files = (*(file for each in boot.daemons.all for file in each.files), *_scripts(boot))
    word = rf"(?i)(?<![\w.:]){re.escape(address)}(?![\w:]|\.\d)"
    found = list(dict.fromkeys(map(str, places(boot.site, dict.fromkeys(files), word))))
    return bracketed(" and ".join(found)) if len(found) <= _FEW else ""


def where_asked_of(boot: Boot, address: str, port: int = 0) -> str:
    """Give the lines, few or one, of DHCP's and scripts' that send machines to a host; in brackets.

    By its address, by a name that was answered with it, or by what a script has in a variable;
    `port` is told in a URL, or is the scheme's own. 0: whichever.
    """
    told = [each.files for each in boot.daemons.all if _DHCP.intersection(each.roles)]
    files = tuple(dict.fromkeys((*(file for each in told for file in each), *_scripts(boot))))
    names = {each.name for each in boot.of(DnsLookup) if address in each.answers}
    known = "|".join(map(re.escape, (f"[{address}]", address, *sorted(names - {""}))))
    scheme = {80: "http", 443: "https"}.get(port, r"\w+")
    behind = rf":{port}(?!\d)" if scheme == r"\w+" and port else rf"(?::{port})?(?![\w.:-])"
    for host in (known, r"\$\{[^}]*\}"):
        found = list(
            places(boot.site, files, rf"(?i)\b{scheme}://(?:[^/@\s]*@)?(?:{host}){behind}")
        )
        if found:
            return bracketed(" and ".join(map(str, found))) if len(found) <= _FEW else ""
    return where_named(boot, address) if not port else ""


def bracketed(where: str) -> str:
    """Put a place behind what it is the place of; nothing where nobody knows one."""
    return f" ({where})" if where else ""


def command_line(boot: Boot, matter: str) -> str:
    """Give the one line of a script with a command for a matter; "" where none has, or several.

    Of several, the one that the row leads to which was chosen.
    """
    patterns = [*map(_command, commands_of(boot, matter))]
    found = place(boot.site, _scripts(boot), patterns)
    if found is None and patterns and boot.learned is not None and boot.learned.choices:
        row = boot.learned.choices[-1]
        scripts = _scripts(boot)
        behind = {each: whose(boot, each).lines_of_row(boot.site, each, row) for each in scripts}
        alike = places(boot.site, _scripts(boot), "|".join(patterns))
        own = [each for each in alike if each.line in behind[each.path]]
        found = own[0] if len(own) == 1 else None
    return "" if found is None else str(found)


def where_line(boot: Boot, words: Collection[str]) -> str:
    """Give the lines, few or one, of scripts that have the first of some words that such have."""
    patterns = (rf"(?<![\w.-]){re.escape(word)}(?![\w.-])" for word in words)
    found = (list(places(boot.site, _scripts(boot), pattern)) for pattern in patterns)
    return next((_all(lines) for lines in found if 0 < len(lines) <= _FEW), "")


def lines_done(boot: Boot, matter: str, values: Collection[str]) -> str:
    """Give the lines, few or one, of scripts that do something with the first value in any."""
    commands = "|".join(map(_command, commands_of(boot, matter)))
    found = places_with(boot.site, _scripts(boot), commands, values) if commands else []
    return _all(found) if len(found) <= _FEW else ""


def _all(lines: Collection[Place]) -> str:
    return " and ".join(map(str, lines))


def _scripts(boot: Boot) -> tuple[str, ...]:
    return tuple(dict.fromkeys(boot.scripts.values()))


def line_told(
    boot: Boot, role: Role, matter: str, values: Collection[str], *, server: str = ""
) -> Place | None:
    """Give the one line by which a daemon tells machines of a value, and not of a longer one."""
    daemon = boot.daemons.by_role(role, server)
    settings = () if daemon is None else daemon.tells_by(role, matter)
    files = () if daemon is None else daemon.files
    found = place(boot.site, files, map(_setting, settings), values)
    told = found is not None and any(has_word(found.text, each) for each in values)
    return found if told else None


def line_done(boot: Boot, matter: str, values: Collection[str]) -> Place | None:
    """Give the one line of a script that does something with a value."""
    commands = commands_of(boot, matter)
    found = place(boot.site, _scripts(boot), map(_command, commands), values)
    return (
        found if found is not None and any(has_value(found.text, each) for each in values) else None
    )


def _behind(
    boot: Boot, paths: Iterable[str], patterns: Collection[str], near: Collection[str]
) -> Place | None:
    """Give the first such command behind the one line that has words near it."""
    for words in near:
        before = place(boot.site, paths, (re.escape(words),))
        if before is None:
            continue
        behind = (
            each
            for pattern in patterns
            for each in places(boot.site, [before.path], pattern)
            if each.line >= before.line
        )
        return min(behind, key=lambda each: each.line, default=None)
    return None


def _setting(name: str) -> str:
    words = r"\b.*?\s".join(re.escape(word) for word in name.split())
    # Of a space of options, whichever is given a value there: to declare one tells nobody.
    end = r"(?=[\w-]+\s+(?!code\b))" if name.endswith(".") else r"(?![\w.-])"
    return rf"(?<![\w.-]){words}{end}"


def _command(name: str) -> str:
    """Match a command where a script may have one: at a line's start, or behind another."""
    return rf"(?i:(?:^|&&|\|\|)\s*{_setting(name)})"


def _named(found: Place, patterns: Mapping[str, str]) -> str:
    names = (name for name, pattern in patterns.items() if re.search(pattern, found.text))
    return next(names).removesuffix(".")


def _file(daemon: Daemon) -> str:
    return daemon.files[0] if daemon.files else daemon.configuration
