"""The NFS exports of a site: exports(5), read as exportfs would.

Owns the files' form. What of it an NFS server can do is that server's to say.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from zlib import crc32

from harness.errors import SiteError
from harness.site.files import Files

EXPORTS, PARTS = "etc/exports", "etc/exports.d"
_PART = ".exports"
"""What a file of PARTS must end in for exportfs(8) to read it."""
_WORD = re.compile(r'(?:"[^"]*"|\\[0-7]{3}|[^\s"])+')
_CLIENT = re.compile(r"(?P<who>[^()]*)(?:\((?P<options>[^()]*)\))?")
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, kw_only=True)
class Client:
    """Who may mount a directory, and how."""

    who: str
    """An address, a network, a name, or `*` for everybody."""
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Export:
    """A directory that clients may mount."""

    path: str
    clients: tuple[Client, ...]
    file: str
    """Where it is written, below the root of the server."""
    line: int

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"


def export_files(files: Files) -> tuple[str, ...]:
    """Give the files that exportfs reads, in its order, as far as they are there."""
    parts = (path for path in files.names(PARTS) if path.endswith(_PART) and "/." not in path)
    return tuple(path for path in (EXPORTS, *parts) if files.has(path))


def read_exports(site: Files) -> tuple[Export, ...]:
    """Give what the site exports.

    Raises:
        SiteError: no file is there, they export nothing, or one has a line that is not an export.
    """
    exports = exports_of(site)
    if not exports:
        raise refused(site, None, "it exports nothing", "name a directory and its clients")
    return exports


def exports_of(files: Files) -> tuple[Export, ...]:
    """Give what a server exports; nothing when it has no such files.

    Raises:
        SiteError: a line is not an export.
    """
    return tuple(each for path in export_files(files) for each in _exports(files, path))


def number(path: str, *, highest: int = 0x7FFFFFFF) -> int:
    """Give an export's number, from 1, which is in all handles: it depends on the path alone.

    So a handle of a directory that is not exported any more is stale, and no other's.
    """
    return crc32(path.encode()) % highest + 1


def with_defaults(files: Files, give: Callable[[str], Sequence[str]]) -> str:
    """Write all exports as one file, with default options behind each path.

    `give` gives them for a path. What the line itself says comes after, and wins; everything
    else stays as it is written.
    """
    lines = (line for path in export_files(files) for _, line in _lines(files.read(path)))
    return "".join(f"{_with_defaults(line, give)}\n" for line in lines)


def _with_defaults(line: str, give: Callable[[str], Sequence[str]]) -> str:
    """Put default options behind the path of a line, before its own if it has such."""
    word = _WORD.match(line)
    if word is None:
        return line
    given, rest = ",".join(give(_plain(word[0]))), line[word.end() :].lstrip()
    own = rest.startswith("-")
    return f"{word[0]} -{given}{',' + rest[1:] if own else ' ' + rest}"


def refused(site: Files, export: Export | None, what: str, cure: str) -> SiteError:
    """Make the error that names an export's file and line; without one, the main file."""
    file, line = (export.file, export.line) if export else (EXPORTS, None)
    return SiteError(what, path=site.dir / file, line=line, cure=cure)


def _exports(site: Files, file: str) -> Iterator[Export]:
    for number, line in _lines(site.read(file)):
        words = _WORD.findall(line)
        path = _plain(words[0])
        bare = Export(path=path, clients=(), file=file, line=number)
        if not PurePosixPath(path).is_absolute():
            raise refused(site, bare, f"{path!r} is not an absolute path", "begin it with /")
        clients = tuple(_clients(site, bare, words[1:]))
        if not clients:
            raise refused(site, bare, f"{path} is exported to nobody", "add clients, such as *(ro)")
        yield replace(bare, clients=clients)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give each line that says something, with its number; a backslash joins two."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = first or number
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        whole = (joined + line).partition("#")[0].strip()
        if whole:
            yield first, whole
        joined, first = "", 0
    if joined.strip():
        yield first, joined.strip()


def _clients(site: Files, export: Export, words: list[str]) -> Iterator[Client]:
    """Read the words behind the path: defaults begin with `-`, the rest are clients."""
    defaults: tuple[str, ...] = ()
    for word in words:
        if word.startswith("-"):
            defaults = _options(word[1:])
            continue
        match = _CLIENT.fullmatch(word)
        if match is None:
            raise refused(site, export, f"{word!r} is not a client", "write client(option,option)")
        options = _options(match["options"] or "")
        yield Client(who=match["who"] or "*", options=(*defaults, *options))


def _options(text: str) -> tuple[str, ...]:
    return tuple(option for option in text.split(",") if option)


def _plain(word: str) -> str:
    """Give a path without quotes and octal escapes."""
    return _OCTAL.sub(lambda code: chr(int(code[1], 8)), word.replace('"', ""))
