"""What nginx gives out, read from its configuration: which directory a URL means.

Owns as much of the language as that takes: blocks, includes, `root`, `alias`, `listen`,
`server_name`. Locations by regular expression, and what variables hold, only nginx knows; there
the root around them counts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePosixPath

from harness.model import Served
from harness.site import Site
from harness.site.files import locate, normal

_DIR = PurePosixPath("etc/nginx")
_DEFAULT = "http { include conf.d/*.conf; include sites-enabled/*; }"
"""What counts here of Debian's own nginx.conf, which a site may leave out."""
_HTML = "/usr/share/nginx/html"
"""What Debian's nginx gives out where no `root` is said."""
_TOKEN = re.compile(
    r"""\#[^\n]* | (?P<mark>[{};]) | "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
    | (?P<word>(?:\$\{\w+\}|\\.|[^\s;{}])+)""",
    re.VERBOSE | re.DOTALL,
)
_PORT = re.compile(r"(?:^|:)(\d+)$")
_DEPTH = 20
"""Includes in includes: more is a circle, which nginx refuses."""


@dataclass(frozen=True)
class _Directive:
    words: tuple[str, ...]
    block: "tuple[_Directive, ...]" = field(default=())

    @property
    def name(self) -> str:
        return self.words[0]


def served(site: Site, path: str) -> tuple[Served, ...]:
    """Give what each server of the configuration at `path` gives out, in its order."""
    text = site.read(path) if site.has(path) else _DEFAULT
    return tuple(
        each
        for http in _named(_parsed(site, text, 0), "http")
        for server in _named(http.block, "server")
        for each in _served_by(server, _root(http.block, _HTML))
    )


def _served_by(server: _Directive, outer: str) -> Iterator[Served]:
    ports = [_port(listen.words[1:]) for listen in _named(server.block, "listen")] or [80]
    names = tuple(name for each in _named(server.block, "server_name") for name in each.words[1:])
    places = [("/", _root(server.block, outer), True), *_locations(server, outer)]
    for port in dict.fromkeys(ports):
        for under, directory, keeps in places:
            yield Served(directory=directory, under=under, port=port, hosts=names, keeps_path=keeps)


def _locations(block: _Directive, outer: str) -> Iterator[tuple[str, str, bool]]:
    root = _root(block.block, outer)
    for location in _named(block.block, "location"):
        *modifier, under = location.words[1:] or ("",)
        if any("~" in each and each != "^~" for each in modifier) or not under.startswith("/"):
            continue
        aliases = [each.words[-1] for each in _named(location.block, "alias")]
        own = _root(location.block, root)
        if aliases:
            yield under, aliases[-1], False
        elif own != root:
            yield under, own, True
        yield from _locations(location, own)


def _root(block: Sequence[_Directive], outer: str) -> str:
    roots = [each.words[-1] for each in _named(block, "root") if "$" not in each.words[-1]]
    return roots[-1] if roots else outer


def _port(words: Sequence[str]) -> int:
    found = _PORT.search(words[0]) if words else None
    return int(found[1]) if found else 80


def _named(block: Sequence[_Directive], name: str) -> Iterator[_Directive]:
    return (each for each in block if each.name == name)


def _parsed(site: Site, text: str, depth: int) -> tuple[_Directive, ...]:
    """Parse a text with what it includes; what is open at its end ends there."""
    stack: list[tuple[tuple[str, ...], list[_Directive]]] = [((), [])]
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        mark = found["mark"]
        if mark is None:
            words += [each for each in found.group("double", "single", "word") if each is not None]
            continue
        if mark == "{":
            stack.append((tuple(words), []))
        elif mark == ";" and words:
            included = words[0] == "include" and depth < _DEPTH
            more = _included(site, words[-1], depth) if included else [_Directive(tuple(words))]
            stack[-1][1].extend(more)
        elif mark == "}" and len(stack) > 1:
            begun, block = stack.pop()
            stack[-1][1].extend([_Directive(begun, tuple(block))] if begun else [])
        words = []
    return tuple(stack[0][1])


def _included(site: Site, pattern: str, depth: int) -> Iterator[_Directive]:
    path = PurePosixPath(normal(str("/" / _DIR / pattern)))
    for name in _names_in(site, str(path.parent)):
        if fnmatch(name, path.name) and not (name.startswith(".") and path.name[0] != "."):
            yield from _parsed(site, site.read(str(path.parent / name)), depth + 1)


def _names_in(site: Site, directory: str) -> list[str]:
    place = locate(site.dir, directory)
    there = [each.name for each in place.iterdir()] if place and place.is_dir() else []
    laid = [path.name for path in map(PurePosixPath, site.changes) if str(path.parent) == directory]
    return sorted(name for name in {*there, *laid} if site.has(f"{directory}/{name}"))
