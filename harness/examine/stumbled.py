"""Where a daemon's own check has stumbled, and what in the site's files it stumbled over.

A parser names the line in which it gave up: the statement that nobody has ended stands above it. Of
two settings that do not go together it names one, or neither.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from operator import itemgetter

from harness.examine.finding import Finding, error
from harness.examine.unpaired import unpaired
from harness.services.configuration import radvd
from harness.services.configuration.apache2_modules import MODULES
from harness.services.configuration.failover import failover_peers
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.site import Site
from harness.site.files import text_of
from harness.site.places import Place, block_around, places, shown_path

_PLACE = re.compile(
    r"/(?P<path>[\w./-]+)(?:,? line:? |:)(?P<line>\d+)|line (?P<alone>\d+) of /?(?P<of>\S+)"
)
_COLUMN = re.compile(r", column (?P<column>\d+)|:\d+\.(?P<begun>\d+)(?:-\d+)?: ")
"""As most parsers count, and as Kea's does."""
_ENDING = re.compile(r" \(exit code \d+\)$")
_UNENDED = re.compile(
    r'semicolon expected|directive "(?P<name>\w+)" is not terminated by ";"'
    r'|invalid parameter "(?P<begun>[\w.-]+)"|unexpected [^,]+, expecting ","'
)
_STOPPED = re.compile(r"parser failed at: (?P<word>[\w.-]+)")
"""As lighttpd says at which word it gave up, and in no line."""
_UNKNOWN = re.compile(r"no option named (?P<name>[\w.-]+)")
_DECLARED = re.compile(r"option\s+(?P<name>[\w.-]+)\s+code\b")
_OUTSIDE = re.compile(r"outside the subnet")
_NOT_OF_NETWORK = re.compile(r"does not match the prefix of a subnet: (?P<network>[\w.:/]+)")
_NO_PEER = re.compile(r"failover peer (?P<name>\S+): not found")
_OF_ROLE = re.compile(r"\b(?P<role>primary|secondary)\b.*\b(?:must have|may not define)\b")
_OTHER_FAMILY = re.compile(r"is only supported in DHCPv[46] mode|not allowed in DHCPv[46]")
_NO_CERTIFICATE = re.compile(r'no "ssl_certificate" is defined')
_ADVERTISED = re.compile(r"\b(?:Adv|Min|Max)[A-Za-z]+\b")
"""radvd's settings, whose names it writes a little otherwise in what it says of them."""
_REMARK = re.compile(r"#|//")
_VALUE = re.compile(r"(?<![\w.:-])[\w.:-]*[\d_][\w.:-]*(?<![.:])")
"""A word of a message's that is a configuration's: it has a digit, or `_`."""
_NAMED_FILE = re.compile(r"(?<![\w./-])(?:/[\w.-]+){2,}")
_WORD = re.compile(r"[\w.-]+")
_DNSMASQ = re.compile(r"bad [\w-]+ at line \d+ of ")
"""It tells the option's name alone."""
_NO_MODULE = re.compile(r"No MPM loaded|defined by a module not included")
_LOADED = re.compile(r"^\s*#+\s*LoadModule\s")
"""What apache2 would load, if it were no remark."""
_INVALID = re.compile(r"Invalid command '(?P<name>\w+)'")
_LOAD = re.compile(r"^\s*LoadModule\s+(?P<module>\w+)_module\b")
_LONGEST = 80
_TELLING = 3
"""Characters of one that tells a line from others."""


def refusal_of(site: Site, path: str, files: Sequence[str], said: str) -> Finding:
    """Give what a daemon says of its files at the line that is to be changed.

    `path` is its configuration, `files` are all that it reads.
    """
    what = _ENDING.sub("", said)
    if named := _for_the_other(site, path, what):
        return error(named, what)
    found = _PLACE.search(what)
    if found is None:
        where, *others = _by_words(site, path, files, what)
        return error(where, f"{what}{_bracketed(others)}")
    file, line = found["path"] or found["of"] or path, int(found["line"] or found["alone"])
    # Whatever stands below, the parser has not read it.
    if (lacks := _lacks(site, file, what)) and lacks[0] <= _read(site, file, line):
        return error(f"{file}:{lacks[0]}", f"{what}: {lacks[1]}")
    if word := _stopped(site, [file], what):
        return error(word, what)
    if _UNENDED.search(what):
        line = _unended(text_of(site, file).splitlines(), line, what)
    beside = _bracketed(_beside(site, file, line, what)) or _unloaded(site, files, what)
    return error(f"{file}:{line}", f"{what}{_quoted(site, file, line, what)}{beside}")


def _by_words(site: Site, path: str, files: Sequence[str], what: str) -> list[str]:
    """Give where a message without a place is about; the configuration where that is not known."""
    if word := _stopped(site, files, what):
        return [word]
    if (off := _switched_off(site, files, what)) and len(off) == 1:
        return off
    if lines := _with_values(site, files, what):
        return lines
    lacking = {file: _lacks(site, file, what) for file in dict.fromkeys((path, *files))}
    found = [f"{file}:{lacks[0]}" for file, lacks in lacking.items() if lacks]
    return found if len(found) == 1 else [path]


def _switched_off(site: Site, files: Sequence[str], what: str) -> list[str]:
    """Give the lines of modules in remarks, where one lacks that is not loaded."""
    return [
        f"{file}:{number}"
        for file in (files if _NO_MODULE.search(what) else ())
        for number, line in enumerate(text_of(site, file).splitlines(), start=1)
        if _LOADED.match(line)
    ]


def _unloaded(site: Site, files: Sequence[str], what: str) -> str:
    """Say of which module a directive is that apache2 does not know, and where others are loaded.

    Debian's own modules, which a site leaves out, are loaded by no line of its files.
    """
    off = _switched_off(site, files, what)
    if len(off) == 1:
        return _bracketed(off)
    invalid = _INVALID.search(what)
    module = MODULES.get(invalid["name"].lower(), "") if invalid else ""
    found = [(_LOAD.match(each.text), each) for each in places(site, files, _LOAD.pattern)]
    loaded = [(load["module"], each) for load, each in found if load]
    if not (module and loaded) or module in (name for name, _ in loaded):
        return ""
    near = max((each for each in loaded if each[0] < module), default=loaded[0], key=itemgetter(0))
    return f": it is mod_{module}'s, and no LoadModule is for that ({near[1]} is for another)"


def _lacks(site: Site, file: str, what: str) -> tuple[int, str] | None:
    text = text_of(site, file)
    return unpaired(text, file) or radvd.misread(text, file, what)


def _stopped(site: Site, files: Sequence[str], what: str) -> str:
    """Give the line above the only one that begins with the word at which a parser gave up."""
    stopped = _STOPPED.search(what)
    pattern = rf"^\s*{re.escape(stopped['word'])}(?![\w.-])" if stopped else ""
    found = list(places(site, files, pattern)) if pattern else []
    if len(found) != 1:
        return ""
    file, number = found[0].path, found[0].line
    return f"{file}:{_above(text_of(site, file).splitlines(), number)}"


def _quoted(site: Site, file: str, line: int, what: str) -> str:
    """Give the line's own words, where a message has none of them: `bad option at line 11`."""
    lines = text_of(site, file).splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    words = [each for each in _WORD.findall(text) if len(each) >= _TELLING]
    tells_none = not any(each in what for each in words) or _DNSMASQ.search(what)
    return f": `{text[:_LONGEST]}`" if words and tells_none else ""


def _for_the_other(site: Site, path: str, what: str) -> str:
    """Give the line that has a dhcpd read the file of the other family's."""
    kinds = (Dhcpd4, Dhcpd6) if _OTHER_FAMILY.search(what) else ()
    read = [each for each in kinds if what.startswith(each.name) and each.named_in(site)]
    others = {each.configuration(site) for each in kinds if each not in read}
    return read[0].named_in(site) if read and path in others else ""


def _bracketed(places: Sequence[str]) -> str:
    return f" ({' and '.join(places)})" if places else ""


def _with_values(site: Site, files: Sequence[str], what: str) -> list[str]:
    """Give the lines that alone have one of a message's values, in its order."""
    found: dict[str, None] = {}
    values = (each for each in _VALUE.findall(what) if len(each) >= _TELLING)
    for value in (*_NAMED_FILE.findall(what), *values):
        lines = list(places(site, files, rf"(?<![\w.:/-]){re.escape(value)}(?![\w.:/-])"))
        found.update({str(each): None for each in lines if len(lines) == 1})
    return [*found]


def _unended(lines: list[str], number: int, what: str) -> int:
    """Give the line of the statement that is not ended; the parser's own where it is there."""
    match, column = _UNENDED.search(what), _COLUMN.search(what)
    name = match["name"] if match else None
    if name:
        above = (n for n in range(number, 0, -1) if lines[n - 1].split()[:1] == [name])
        return next(above, number)
    if match and match["begun"] and lines[number - 1].split()[:1] != [match["begun"]]:
        return number
    # The column is behind the word that should not have come yet.
    end = int(column["column"] or column["begun"]) - 1 if column else None
    before = lines[number - 1][:end]
    if len(before.split()) > 1 and not (match and match["begun"]):
        return number
    return _above(lines, number)


def _above(lines: list[str], number: int) -> int:
    """Give the next line above that has more than a remark."""
    code = (n for n in range(number - 1, 0, -1) if _REMARK.split(lines[n - 1])[0].strip())
    return next(code, number)


def _read(site: Site, file: str, number: int) -> int:
    """Give the last line that a parser has read: a brace that it met too early is not yet told."""
    lines = enumerate(text_of(site, file).splitlines(), start=1)
    code = ((n, line) for n, line in lines if n > number and _REMARK.split(line)[0].strip())
    below, text = next(code, (0, ""))
    return below if text.lstrip().startswith("}") else max(number, 1)


def _told(site: Site, name: str, place: str) -> str:
    """Say where a name is declared, of a further host's file as the site has it."""
    return f"{name} is declared in {shown_path(place, site.within)}"


def _beside(site: Site, file: str, line: int, what: str) -> list[str]:
    """Give the other line that a refusal is about, where it is about one."""
    if unknown := _UNKNOWN.search(what):
        declared = dict(_declared(site, file))
        like = get_close_matches(unknown["name"], declared, n=1)
        return [_told(site, each, declared[each]) for each in like]
    if network := _NOT_OF_NETWORK.search(what):
        told = rf"(?<![\w.:]){re.escape(network['network'])}(?![\w.:])"
        return [str(each) for each in places(site, [file], told)]
    if peer := _NO_PEER.search(what):
        declared = dict(_peers(site, file))
        return [_told(site, each, declared[each]) for each in declared if each != peer["name"]]
    if _NO_CERTIFICATE.search(what):
        return [str(each) for each in places(site, [file], r"^\s*listen\s.*\bssl\b")]
    if advertised := _ADVERTISED.findall(what):
        words = "|".join(advertised)
        given = list(places(site, [file], rf"(?i)^\s*(?:{words})\b"))
        return [str(each) for each in given if each.line <= line][-len(advertised) :]
    if of_role := _OF_ROLE.search(what):
        return [str(each) for each in places(site, [file], rf"^\s*{of_role['role']}\s*;")]
    around = (
        block_around(site, Place(path=file, line=line, text="")) if _OUTSIDE.search(what) else None
    )
    return [] if around is None else [str(around)]


def _declared(site: Site, file: str) -> Iterator[tuple[str, str]]:
    for each in places(site, [file], _DECLARED.pattern):
        if found := _DECLARED.search(each.text):
            yield found["name"], str(each)


def _peers(site: Site, file: str) -> Iterator[tuple[str, str]]:
    return ((each.name, each.place) for each in failover_peers(site, file))
