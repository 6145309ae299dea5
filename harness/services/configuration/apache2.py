"""What apache2's files say: what it gives out, on which ports, each with its line.

Owns as much of the language as that takes: sections, includes, `Define`, `<IfModule>`,
virtual hosts, `DocumentRoot`, `Alias`, which `Require` counts for a directory, and to where a name
is sent on outright. What is passed on, or sent on by a condition, only apache2 knows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from operator import eq, ge, gt, le, lt
from pathlib import PurePosixPath

from harness.daemon_facts import Served
from harness.data import DATA_DIR, read
from harness.services.configuration.apache2_redirects import (
    STATUS,
    sent_below,
    sent_by_pattern,
    with_conditions,
)
from harness.services.configuration.blocks import Statement, compiles, walk
from harness.site.files import Files, normal, text_of
from harness.site.said import Said, Topic

_DIRECTORY = PurePosixPath("etc/apache2")
MAIN = f"{_DIRECTORY}/apache2.conf"
PORTS = f"{_DIRECTORY}/ports.conf"
VARIABLES = f"{_DIRECTORY}/envvars"
SITES = f"{_DIRECTORY}/sites-enabled"
PARTS = f"{_DIRECTORY}/conf-enabled"
MODULES = f"{_DIRECTORY}/mods-enabled"
STOCK = {path: f"stock/apache2/{PurePosixPath(path).name}" for path in (MAIN, PORTS, VARIABLES)}
"""What a site may leave out → what stands there then."""
_STOCK_NAME = "Debian's own {}"
_MOST_FILES = 20
"""As deep as includes are followed: a file may take itself in."""
_CONTINUED = re.compile(r"\\\r?\n")
_WORD = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s\"']\S*|[\"']")
_EXPORT = re.compile(r"^\s*export\s+(\w+)=(\S*)", re.MULTILINE)
_ANY_ADDRESS = ("", "*", "_default_", "0.0.0.0", "::")
_ELSEWHERE = ("ScriptAlias", "ProxyPass", "Redirect", "RedirectPermanent", "RedirectTemp")
"""What has names below a beginning mean something else than files."""
_BY_PATTERN = ("AliasMatch", "ScriptAliasMatch", "RedirectMatch", "ProxyPassMatch", "RewriteRule")
"""What has names that match a pattern mean something else."""
_DECIDING = (
    *("Require", "Satisfy", "Deny", "Order", "AuthType", "DocumentRoot", "Alias", "ErrorDocument"),
    *("AddEncoding", "Header", "SetOutputFilter", "AddOutputFilterByType", "MaxRanges"),
    *("AddType", "ForceType", "DefaultType", *_ELSEWHERE, *_BY_PATTERN),
)
"""What decides whether, and how, something is given out."""
_NAMES = {name.lower(): name for name in _DECIDING}
_BUILT_IN = ("core", "so", "watchdog", "http", "log_config", "logio", "version", "unixd")
"""Debian's are in the program itself (`apache2 -l`), and nothing loads them."""
_VERSION = (2, 4, 62)
"""Debian 12's: newer than what files ask of it."""
_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "==": eq}


@dataclass
class _Reading:
    """What counts for the rest of the files: modules that are loaded, words that are defined."""

    files: Files
    modules: set[str] = field(default_factory=lambda: {f"{each}_module" for each in _BUILT_IN})
    words: dict[str, str] = field(default_factory=dict)


def statements(files: Files) -> tuple[Statement, ...]:
    """Give the statements of apache2.conf, those that it takes in at their place.

    Of conditional sections, what is in those whose condition holds.
    """
    reading = _Reading(files=files)
    variables = _text(files, VARIABLES)[0]
    reading.words |= {
        name: value.replace("$SUFFIX", "") for name, value in _EXPORT.findall(variables)
    }
    return tuple(_of_file(reading, MAIN, 0))


def _text(files: Files, path: str) -> tuple[str, str]:
    """Give a file's text and how messages name it, Debian's own where a site leaves it out."""
    if files.has(path) or path not in STOCK:
        return text_of(files, path), path
    return read(DATA_DIR / STOCK[path]).decode(), _STOCK_NAME.format(PurePosixPath(path).name)


def _of_file(reading: _Reading, path: str, depth: int) -> Iterator[Statement]:
    text, name = _text(reading.files, path)
    lines = _lines(text)
    return _block(reading, lines, name, depth, "") if depth < _MOST_FILES else iter(())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that say something, each with its number; continued ones are one."""
    number = 1
    for line in _CONTINUED.sub("\0", text).splitlines():
        said = line.replace("\0", "").strip()
        if said and not said.startswith("#"):
            yield number, said
        number += 1 + line.count("\0")


def _block(
    reading: _Reading, lines: Iterator[tuple[int, str]], path: str, depth: int, until: str
) -> Iterator[Statement]:
    """Give the statements up to the line that closes a section, or to the end."""
    for number, line in lines:
        if line.startswith("</"):
            if line[2:].strip(" >").lower() == until:
                return
            continue
        is_section = line.startswith("<")
        words = _words(reading, line.strip("<>") if is_section else line)
        if not words:
            continue
        name = words[0].lower()
        if is_section:
            yield from _section(reading, lines, path, depth, words, number)
        elif name in ("include", "includeoptional") and len(words) > 1:
            for each in _matching(reading.files, words[1]):
                yield from _of_file(reading, each, depth + 1)
        else:
            _note(reading, name, words)
            yield Statement(words=words, path=path, line=number)


def _section(
    reading: _Reading,
    lines: Iterator[tuple[int, str]],
    path: str,
    depth: int,
    words: tuple[str, ...],
    number: int,
) -> Iterator[Statement]:
    name = words[0].lower()
    if not name.startswith("if"):
        block = tuple(_block(reading, lines, path, depth, name))
        yield Statement(words=words, path=path, line=number, block=block)
        return
    if _holds(reading, name, words[1:]):
        yield from _block(reading, lines, path, depth, name)
        return
    aside = replace(reading, modules=set(), words=dict(reading.words))
    for _ in _block(aside, lines, path, _MOST_FILES - 1, name):
        pass


def _holds(reading: _Reading, name: str, condition: Sequence[str]) -> bool:
    """Whether a condition holds; those that are not understood do."""
    first = next(iter(condition), "")
    word = first.removeprefix("!")
    if name == "ifmodule":
        holds = re.sub(r"^mod_(\w+)\.c$", r"\1_module", word) in reading.modules
    elif name == "ifdefine":
        holds = word in reading.words
    elif name == "ifversion":
        return _is_version(condition)
    else:
        return True
    return holds is not first.startswith("!")


def _is_version(condition: Sequence[str]) -> bool:
    """Whether the server's version is as asked for; a pattern is taken to fit."""
    *signs, asked = condition or ("",)
    sign = next(iter(signs), "=")
    compare = _COMPARE.get(sign.removeprefix("!"))
    if compare is None or not re.fullmatch(r"\d+(?:\.\d+){0,2}", asked):
        return True
    number = (*map(int, asked.split(".")), 0, 0)
    return compare(_VERSION, number[:3]) is not sign.startswith("!")


def _note(reading: _Reading, name: str, words: tuple[str, ...]) -> None:
    if name == "loadmodule" and len(words) > 1:
        reading.modules.add(words[1])
    if name == "define" and len(words) > 1:
        reading.words[words[1]] = words[2] if len(words) > 2 else ""


def _words(reading: _Reading, line: str) -> tuple[str, ...]:
    """Give the words of a line without their quotes, variables filled in as far as known."""
    plain = (
        word[1:-1] if len(word) > 1 and word[0] in "\"'" and word[-1] == word[0] else word
        for word in _WORD.findall(line)
    )
    return tuple(
        re.sub(r"\$\{(\w+)\}", lambda found: reading.words.get(found[1], found[0]), word)
        for word in plain
    )


def _matching(files: Files, pattern: str) -> tuple[str, ...]:
    """Give the files that an include's pattern means, sorted; of a directory, all that it has."""
    places = [""]
    for part in PurePosixPath(normal(str("/" / _DIRECTORY / pattern))).parts:
        if not set("*?[") & set(part):
            places = [f"{place}/{part}".lstrip("/") for place in places]
            continue
        named = (name for place in places for name in files.names(place))
        places = [name for name in named if fnmatch(PurePosixPath(name).name, part)]
    is_file = {place: files.has(place) or place in STOCK for place in places}
    held = ((place,) if is_file[place] else files.names(place) for place in places)
    return tuple(each for several in held for each in several)


def says(files: Files) -> Iterator[Said]:
    """Give what a site's own files say of the server."""
    for statement in walk(statements(files)):
        own = files.has(statement.path)
        match statement.name.lower(), statement.words[1:]:
            case ("listen", (where, *_)) if own:
                address, port = _listened(where)
                yield _said(statement, Topic.PORT, str(port))
                if address not in _ANY_ADDRESS:
                    yield _said(statement, Topic.ADDRESS, address)
            case ("documentroot", (directory, *_)) | ("alias", (_, directory, *_)) if own:
                yield _said(statement, Topic.ROOT, directory)


def _said(statement: Statement, topic: Topic, text: str) -> Said:
    return Said(topic=topic, text=text, path=statement.path, line=statement.line)


def first_given(files: Files) -> str:
    """Give the place of the first line by which a site gives something out; "" without one."""
    given = ("virtualhost", "documentroot", "alias")
    found = (each for each in statements(files) if each.name.lower() in given)
    return next((each.place for each in found if files.has(each.path)), "")


def served(files: Files) -> Iterator[Served]:
    """Give what each virtual host gives out, in its order, then what the server does itself."""
    main = statements(files)
    listens = [_listened(each.words[1]) for each in _named(main, "listen") if len(each.words) > 1]
    taken: set[int] = set()
    for host in _named(main, "virtualhost"):
        places = list(_served_by(host.block or (), main))
        own = [each for word in host.words[1:] for each in _meant(word, listens)]
        taken |= {port for _, port in own}
        for address, port in dict.fromkeys(own):
            for place in places:
                yield replace(place, address=address, port=port, hosts=_host_names(host))
    for address, port in dict.fromkeys(listens):
        if port not in taken:
            for place in _served_by((), main):
                yield replace(place, address=address, port=port)


def unheard(files: Files) -> str:
    """Give the line of a virtual host for a port that nothing listens on; "" without one."""
    main = statements(files)
    listens = [_listened(each.words[1]) for each in _named(main, "listen") if len(each.words) > 1]
    for host in _named(main, "virtualhost"):
        if files.has(host.path) and not any(any(_meant(w, listens)) for w in host.words[1:]):
            return f"{host.place}: <{' '.join(host.words)}> says nothing without its port's Listen"
    return ""


def _listened(where: str) -> tuple[str, int]:
    """Give the address and port of a `Listen`; one without an address is for both families."""
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    return "" if host in _ANY_ADDRESS[:3] else host, int(port) if port.isdecimal() else 80


def _meant(word: str, listens: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Give where a virtual host of this address is asked: only where the server listens."""
    host, colon, port = word.rpartition(":") if not word.endswith("]") else (word, "", "")
    host, port = (host, port) if colon or host else (word, "")
    host = host.strip("[]")
    for address, number in listens:
        if port in ("", "*", str(number)):
            own = host if host not in _ANY_ADDRESS else address
            if address in ("", own):
                yield own, number


def _host_names(host: Statement) -> tuple[str, ...]:
    own = host.block or ()
    named = (each for name in ("servername", "serveralias") for each in _named(own, name))
    return tuple(re.sub(r"^\w+://|:\d+$", "", word) for each in named for word in each.words[1:])


def _served_by(own: Sequence[Statement], main: Sequence[Statement]) -> Iterator[Served]:
    """Give what a virtual host gives out; what it does not say itself, the server does."""
    both = (*own, *main)
    root = next((each for each in _named(both, "documentroot") if len(each.words) > 1), None)
    directory = root.words[1] if root is not None else "/var/www/html"
    yield from _by_pattern(own, main)
    for statement in both:
        name = _NAMES.get(statement.name.lower(), "")
        under = next((word for word in statement.words[1:] if word.startswith("/")), "")
        if name == "Alias" and len(statement.words) > 2:
            target = statement.words[2]
            yield from _aliased(under, target, (*_rules(both, target, under), _rule(statement)))
        elif name in _ELSEWHERE and under:
            yield _sent(statement, _rule(statement), under)
    for section in _named(both, "directory"):
        path = section.words[-1].rstrip("/")
        if path.startswith(f"{directory.rstrip('/')}/") and "~" not in section.words:
            under = f"{path.removeprefix(directory.rstrip('/'))}/"
            yield Served(directory=directory, under=under, rules=_rules(both, path, under))
    for section in _named(both, "location"):
        under = section.words[-1]
        if under.startswith("/") and under != "/":
            passed = next((each for each in section.block or () if each.name in _ELSEWHERE), None)
            rules = _rules(both, directory, under)
            held = Served(directory=directory, under=under, rules=rules)
            yield (
                held
                if passed is None
                else replace(_sent(passed, _rule(passed, section), under), rules=rules)
            )
    said = () if root is None else (_rule(root),)
    yield Served(directory=directory, rules=(*_rules(both, directory, "/"), *said))


def _sent(statement: Statement, rule: tuple[str, str], under: str) -> Served:
    """Give names that a rule makes mean something else, and to where it sends those who ask."""
    is_redirection = statement.name.lower().startswith("redirect")
    sends = sent_below(statement) if is_redirection else ()
    return Served(directory="", under=under, rules=(rule,), sends=sends)


def _aliased(under: str, target: str, rules: tuple[tuple[str, str], ...]) -> Iterator[Served]:
    """Give what another name stands for: a file, or a directory with all that is below it."""
    itself = Served(directory=target, under=under, keeps_path=False, rules=rules)
    if target.endswith("/"):
        yield itself
        return
    below = replace(itself, directory=f"{target}/", under=f"{under.rstrip('/')}/")
    yield from (replace(itself, pattern=f"^{re.escape(under)}$"), below)


def _by_pattern(own: Sequence[Statement], main: Sequence[Statement]) -> Iterator[Served]:
    """Give the names that are rewritten, refused or mapped by a pattern.

    All but the rules of mod_rewrite are the server's own, too.
    """
    for name in _BY_PATTERN:
        given = (*own, *(() if name == "RewriteRule" else main))
        for rule, conditions in with_conditions(given, name.lower()):
            words = [each for each in rule.words[1:] if not STATUS.fullmatch(each)]
            pattern, said = next(iter(words), ""), _rule(rule)
            if pattern and not pattern.startswith("!") and compiles(pattern):
                is_sent = name in ("RedirectMatch", "RewriteRule")
                sends = sent_by_pattern(rule, conditions) if is_sent else ()
                yield Served(directory="", pattern=pattern, rank=1, rules=(said,), sends=sends)


def _rules(both: Sequence[Statement], directory: str, under: str) -> tuple[tuple[str, str], ...]:
    """Give what decides about the files of a directory under a name, what counts most first.

    Sections of names come after those of directories, the longer of these after the shorter;
    of several `Require`, the last section's counts alone (httpd's "How the sections are merged").
    """
    directories = [each for each in _named(both, "directory") if _covers(each, directory)]
    directories.sort(key=lambda each: len(each.words[-1].rstrip("/")))
    names = [each for each in _named(both, "location") if _covers(each, under)]
    found = [_rule(each) for each in both if each.name.lower() in _NAMES and each.block is None]
    asked: list[tuple[str, str]] = []
    for section in (*directories, *names):
        block = list(walk(section.block or ()))
        requires = [each for each in block if each.name.lower() in ("require", "deny", "order")]
        if requires:
            passed_over = ("require",) if any(map(_is_granted, requires)) else ()
            left = (each for each in requires if each.name.lower() not in passed_over)
            asked = [_rule(each, section) for each in left if not _grants(each)]
        kept = (each for each in block if each.name.lower() in _NAMES and each not in requires)
        found = [*(_rule(each, section) for each in kept), *found]
    plain = ("Alias", "DocumentRoot", *_BY_PATTERN, *_ELSEWHERE)
    return (*asked, *(each for each in found if each[0] not in plain))


def _covers(section: Statement, path: str) -> bool:
    own = section.words[-1].rstrip("/")
    return "~" not in section.words and (own == path.rstrip("/") or path.startswith(f"{own}/"))


def _grants(statement: Statement) -> bool:
    return [word.lower() for word in statement.words] == ["require", "all", "granted"]


def _is_granted(statement: Statement) -> bool:
    """Whether all are let in, whatever is required beside it: one of several will do."""
    is_one_of_any = all(words[0].lower() == "requireany" for words in statement.inside)
    return is_one_of_any and _grants(statement)


def _rule(statement: Statement, section: Statement | None = None) -> tuple[str, str]:
    place = statement.place if "'" not in statement.path else statement.path
    inside = f" in <{' '.join(section.words)}>" if section is not None else ""
    return _NAMES[statement.name.lower()], f"`{' '.join(statement.words)}`{inside} ({place})"


def _named(block: Iterable[Statement], name: str) -> Iterator[Statement]:
    return (each for each in block if each.name.lower() == name)
