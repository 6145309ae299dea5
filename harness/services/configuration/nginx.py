"""What nginx's files say: what it gives out, on which ports, each with its line.

Owns as much of the language as that takes: blocks, includes, `root`, `alias`, `listen`,
`server_name`. Locations by regular expression, and what variables hold, only nginx knows; there
the root around them counts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import PurePosixPath

from harness.model import Served
from harness.services.configuration.blocks import Statement, read, walk
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
        for each in _served_by(server.block or (), _root(http.block or (), _HTML))
    )


def _served_by(server: Sequence[Statement], outer: str) -> Iterator[Served]:
    listens = [_listened(listen.words[1:]) for listen in _named(server, "listen")]
    names = tuple(name for each in _named(server, "server_name") for name in each.words[1:])
    places = [("/", _root(server, outer), True), *_locations(server, outer)]
    for port, address in dict.fromkeys(listens or [(80, "")]):
        for under, directory, keeps in places:
            yield Served(
                directory=directory,
                under=under,
                port=port,
                address=address,
                hosts=names,
                keeps_path=keeps,
            )


def _locations(block: Sequence[Statement], outer: str) -> Iterator[tuple[str, str, bool]]:
    root = _root(block, outer)
    for location in _named(block, "location"):
        *modifier, under = location.words[1:] or ("",)
        if any("~" in each and each != "^~" for each in modifier) or not under.startswith("/"):
            continue
        held = location.block or ()
        aliases = [each.words[-1] for each in _named(held, "alias")]
        own = _root(held, root)
        if aliases:
            yield under, aliases[-1], False
        elif own != root:
            yield under, own, True
        yield from _locations(held, own)


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
