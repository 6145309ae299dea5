"""What nginx's files say: what it gives out, on which ports, each with its line.

Owns as much of the language as that takes: blocks, includes, `root`, `alias`, `listen`,
`server_name`, which location a name falls to, and to where one is sent on outright. What a
location passes on, or sends on by a condition, only nginx knows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from harness.access import Access
from harness.daemon_facts import Sent, Served
from harness.services.configuration import nginx_access
from harness.services.configuration.blocks import Statement, compiles, read, walk
from harness.site.files import Files, normal
from harness.site.said import Said, Topic

MAIN = "etc/nginx/nginx.conf"
SITES = "etc/nginx/sites-enabled"
PARTS = "etc/nginx/conf.d"
_DIRECTORY = PurePosixPath("etc/nginx")
_DEBIANS = (f"{PARTS}/*.conf", f"{SITES}/*")
"""What Debian's own nginx.conf, which a site may leave out, takes into its `http`."""
_HTML = "/usr/share/nginx/html"
"""What Debian's nginx gives out where no `root` is said."""
_PORT = re.compile(r"(?:^|:)(\d+)$")
_ANY_ADDRESS = ("", "*", "::", "0.0.0.0", "localhost")
_ROOT = ("root", "alias")
_ELSEWHERE = re.compile(r"\w+_pass|return|rewrite|if")
"""What makes of a location's names something else than files."""
_RULES = re.compile(
    r"alias|allow|auth_\w+|autoindex|deny|internal|limit_\w+|\w+_pass|return|rewrite|root|try_files"
    r"|client_\w+|disable_symlinks|error_page|if_modified_since|satisfy|valid_referers"
    r"|add_header|chunked_transfer_encoding|default_type|gzip\w*|max_ranges|ssi|sub_filter"
)
"""What decides whether, and how, something is given out."""
_SENT_OUT = re.compile(r"https?://|\$scheme")
_REDIRECTION = re.compile(r"30[12378]")
_BEFORE_LOCATIONS = 9
"""What is said of a whole server comes before all of them."""
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
"""As PCRE writes it; Python has a `P` there."""


def statements(files: Files) -> tuple[Statement, ...]:
    """Give the statements of nginx.conf with what it includes; without one, of Debian's."""

    def included(statement: Statement) -> tuple[str, ...]:
        is_one = statement.name == "include" and len(statement.words) == 2
        return _matching(files, str("/" / _DIRECTORY / statement.words[1])) if is_one else ()

    if files.has(MAIN):
        return read(files, MAIN, included)
    paths = (path for pattern in _DEBIANS for path in _matching(files, pattern))
    block = tuple(each for path in paths for each in read(files, path, included))
    return (Statement(words=("http",), path=MAIN, line=0, block=block),)


def says(files: Files) -> Iterator[Said]:
    """Give what the files say of the server."""
    for statement in walk(statements(files)):
        match statement.words:
            case ("listen", where, *_):
                yield from _listens(statement, where)
            case (name, directory) if name in _ROOT and "$" not in directory:
                yield _said(statement, Topic.ROOT, directory)


def served(files: Files) -> tuple[Served, ...]:
    """Give what each server of the configuration gives out, in its order."""
    return tuple(
        each
        for http in _named(statements(files), "http")
        for server in _named(http.block or (), "server")
        for each in _served_by(
            server.block or (),
            _root(http.block or (), _HTML),
            _rules(http.block or ()),
            nginx_access.of_block(http.block or (), Access()),
        )
    )


def _rules(block: Iterable[Statement]) -> tuple[tuple[str, str], ...]:
    """Give what decides about a request, where conditions hold, too."""
    held = [(each, "") for each in block]
    held += [(each, f" if {' '.join(e.words[1:])}") for e, _ in held for each in _of_condition(e)]
    return tuple(
        (each.name, f"`{' '.join(each.words)}`{where} ({each.place})")
        for each, where in held
        if _RULES.fullmatch(each.name) and each.block is None
    )


def _of_condition(statement: Statement) -> Sequence[Statement]:
    return (statement.block or ()) if statement.name in ("if", "limit_except") else ()


def _served_by(
    server: Sequence[Statement], outer: str, rules: tuple[tuple[str, str], ...], access: Access
) -> Iterator[Served]:
    access = nginx_access.of_block(server, access)
    listens = [_listened(listen.words[1:]) for listen in _named(server, "listen")]
    names = tuple(name for each in _named(server, "server_name") for name in each.words[1:])
    rules = (*_rules(server), *rules)
    own = Served(directory=_root(server, outer), rules=rules, access=access)
    before = [
        replace(own, directory="", pattern=each.pattern, rank=_BEFORE_LOCATIONS, sends=(each,))
        for each in _sends(server)
    ]
    places = [*before, *_locations(server, outer, own), own]
    for port, address in dict.fromkeys(listens or [(80, "")]):
        for place in places:
            yield replace(place, port=port, address=address, hosts=names)


def _locations(block: Sequence[Statement], outer: str, around: Served) -> Iterator[Served]:
    """Go through a block's locations; what is said `around` them counts in them, too."""
    root = _root(block, outer)
    for location in _named(block, "location"):
        *modifier, under = location.words[1:] or ("",)
        held = location.block or ()
        aliases = [each.words[-1] for each in _named(held, "alias")]
        own = aliases[-1] if aliases else _root(held, root)
        directory = "" if _leads_elsewhere(held) or "$" in own else own
        said = ("location", f"`{' '.join(location.words)}` ({location.place})")
        served = Served(
            directory=directory,
            keeps_path=not aliases,
            rules=(*_rules(held), said, *around.rules),
            access=nginx_access.of_block(held, around.access),
            sends=tuple(_sends(held)),
        )
        if under != "/" or directory or served.sends:
            yield from _meant("".join(modifier), under, served)
        yield from _locations(held, _root(held, root), served)


def _meant(modifier: str, name: str, served: Served) -> Iterator[Served]:
    """Add which names a location is for, and before which others it comes."""
    if "~" in modifier and modifier != "^~":
        pattern = _NAMED_GROUP.sub("(?P<", name)
        if not compiles(pattern):
            return
        yield replace(served, pattern=f"(?i:{pattern})" if "*" in modifier else pattern, rank=1)
    elif name.startswith("/"):
        pattern = rf"^{re.escape(name)}$" if modifier == "=" else ""
        rank = {"^~": 2, "=": 3}.get(modifier, 0)
        yield replace(served, under=name, pattern=pattern, rank=rank)


def _sends(block: Sequence[Statement]) -> Iterator[Sent]:
    """Give to where a block sends outright, up to what sends everything."""
    for each in block:
        rule, place = " ".join(each.words), each.place
        match each.words:
            case ("return", url) if _SENT_OUT.match(url):
                yield Sent(into=url, rule=rule, place=place)
                return
            case ("return", code, url) if _REDIRECTION.fullmatch(code):
                yield Sent(into=url, rule=rule, place=place)
                return
            case ("rewrite", *_) if _is_told(each):
                yield _rewritten(each)


def _is_told(rewrite: Statement) -> bool:
    return len(rewrite.words) > 2 and compiles(_NAMED_GROUP.sub("(?P<", rewrite.words[1]))


def _rewritten(rewrite: Statement) -> Sent:
    _, pattern, into, *flags = rewrite.words
    return Sent(
        into=into.removesuffix("?"),
        rule=" ".join(rewrite.words),
        place=rewrite.place,
        pattern=_NAMED_GROUP.sub("(?P<", pattern),
        is_inner=not (_SENT_OUT.match(into) or {"redirect", "permanent"} & set(flags)),
    )


def _leads_elsewhere(block: Sequence[Statement]) -> bool:
    tried = (each.words[1:-1] for each in _named(block, "try_files"))
    by_name = all(word.startswith(("$uri", "$request_uri")) for words in tried for word in words)
    plain = (each for each in block if not (each.name == "rewrite" and _is_told(each)))
    return not by_name or any(_ELSEWHERE.fullmatch(each.name) for each in plain)


def _root(block: Sequence[Statement], outer: str) -> str:
    # Behind its path stands what a lost semicolon has left there; nginx itself says so.
    roots = [each.words[1] for each in _named(block, "root") if len(each.words) > 1]
    return next((root for root in reversed(roots) if "$" not in root), outer)


def _listened(words: Sequence[str]) -> tuple[int, str]:
    """Give the port and the address of a `listen`; `[::]` is IPv6 alone if not told otherwise."""
    where = words[0] if words else ""
    found = _PORT.search(where) if not where.endswith("]") else None
    host = where[: found.start()] if found else where
    address = {"": "0.0.0.0", "*": "0.0.0.0", "localhost": "127.0.0.1"}.get(host, host.strip("[]"))
    is_every = address == "::" and "ipv6only=off" in words
    return _port(words), "" if is_every or where.startswith("unix:") else address


def _port(words: Sequence[str]) -> int:
    found = _PORT.search(words[0]) if words else None
    return int(found[1]) if found else 80


def _named(block: Iterable[Statement], name: str) -> Iterator[Statement]:
    return (each for each in block if each.name == name)


def _listens(statement: Statement, where: str) -> Iterator[Said]:
    if where.startswith("unix:"):
        return
    found = _PORT.search(where) if not where.endswith("]") else None
    yield _said(statement, Topic.PORT, str(_port([where])))
    host = where[: found.start()] if found else where
    if host.strip("[]") not in _ANY_ADDRESS:
        yield _said(statement, Topic.ADDRESS, host.strip("[]"))


def _said(statement: Statement, topic: Topic, text: str) -> Said:
    return Said(topic=topic, text=text, path=statement.path, line=statement.line)


def _matching(files: Files, pattern: str) -> tuple[str, ...]:
    """Give the files that an include's pattern means, which has wildcards in its last part."""
    path = PurePosixPath(normal(pattern))
    hidden = path.name.startswith(".")
    return tuple(
        name
        for name in files.names(str(path.parent))
        if fnmatch(PurePosixPath(name).name, path.name)
        and PurePosixPath(name).name.startswith(".") is hidden
        and files.has(name)
    )
