"""Files of statements and blocks: `word word;` and `word { … }`, as dhcpd, nginx and radvd have.

Forgiving: what is no such file gives what can be made of it, for its daemon says what is wrong.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.site.files import Files

_TOKEN = re.compile(
    r"""
    (?P<space>  (?: \s | \#[^\n]* )+ )
  | (?P<quoted> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
  | (?P<mark>   [;{}] )
  | (?P<word>   (?: \\. | \$\{[^}\n]*\} | [^\s;{}"\\] )+ )
  | (?P<rest>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_MOST_FILES = 20
"""As deep as includes are followed: a file may take itself in."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement, without what ends it."""

    words: tuple[str, ...]
    """Without quotes, and without a comma at the end of one."""
    path: str
    line: int
    block: tuple["Statement", ...] | None = None
    """What stands between its braces; None: it has none."""
    inside: tuple[tuple[str, ...], ...] = ()
    """The words of the blocks that it stands in, the outermost first: `walk` fills it in."""

    @property
    def place(self) -> str:
        """The file and line, as messages name it."""
        return f"{self.path}:{self.line}"

    @property
    def name(self) -> str:
        """Its first word; "" for a block that has none."""
        return self.words[0] if self.words else ""


Included = Callable[[Statement], Sequence[str]]
"""Gives the files that a statement takes in, in whose place their text stands."""


@lru_cache(maxsize=64)  # who wants to know what of a daemon asks each for itself
def parse(text: str, path: str) -> tuple[Statement, ...]:
    """Give the statements of a text.

    A block that nobody closes ends with it, and
    what stands behind a brace too many says nothing.
    """
    tokens = (token for token in _TOKEN.finditer(text) if token["space"] is None)
    return _block(tokens, path)


def _block(tokens: Iterator[re.Match[str]], path: str) -> tuple[Statement, ...]:
    """Give the statements up to the brace that closes a block, or to the end."""
    statements: list[Statement] = []
    words: list[str] = []
    line = 0
    for token in tokens:
        if not words:
            line = token.string.count("\n", 0, token.start()) + 1
        if token["mark"] is None:
            words.append(_plain(token))
            continue
        block = _block(tokens, path) if token["mark"] == "{" else None
        if words or block is not None:
            statements.append(Statement(words=tuple(words), path=path, line=line, block=block))
        words = []
        if token["mark"] == "}":
            break
    return tuple(statements)


def read(
    files: Files, path: str, included: Included = lambda _: (), *, depth: int = 0
) -> tuple[Statement, ...]:
    """Give the statements of a file, each that takes in others followed by theirs."""
    is_there = files.has(path) and depth < _MOST_FILES
    return _unfolded(files, parse(files.read(path), path), included, depth) if is_there else ()


def walk(
    statements: Iterable[Statement], inside: tuple[tuple[str, ...], ...] = ()
) -> Iterator[Statement]:
    """Give all statements in their order, those in blocks too, each with what it stands in."""
    for statement in statements:
        yield replace(statement, inside=inside)
        yield from walk(statement.block or (), (*inside, statement.words))


def _unfolded(
    files: Files, statements: Iterable[Statement], included: Included, depth: int
) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for each in statements:
        held = each.block if each.block is None else _unfolded(files, each.block, included, depth)
        found.append(replace(each, block=held))
        for path in included(each):
            found += read(files, path, included, depth=depth + 1)
    return tuple(found)


def _plain(token: re.Match[str]) -> str:
    if token["quoted"] is not None:
        return _ESCAPED.sub(_escaped, token["quoted"][1:-1])
    return token[0].rstrip(",") or token[0]


def _escaped(found: re.Match[str]) -> str:
    octal, hexadecimal, char = found.groups()
    if char is not None:
        return _CONTROLS.get(char, char)
    return chr(int(octal, 8) if octal else int(hexadecimal, 16))


def compiles(pattern: str) -> bool:
    """Whether a server's regular expression is one of ours: PCRE knows more."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
