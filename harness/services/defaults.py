"""The settings in /etc/default/*: shell assignments, read without running a shell.

Owns what Debian's init scripts would see in such a file, as far as it is plain
assignments: `NAME=value`, quoted or not, with `export` or without.
"""

import re
import shlex
from pathlib import Path

from harness.errors import SiteError
from harness.site.files import Files, normal, text_of

_TOKEN = re.compile(
    r"""
    (?P<between> (?: [ \t\r\n;] | \\\n | \#[^\n]* )+ )
  | (?P<word>    (?: [^\s;"'\\$`&|<>()] | \\[^\n] | \\\n
                   | "(?:[^"\\$`]|\\.)*" | '[^']*' )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


def read(files: Files, path: str) -> dict[str, str]:
    """Give the settings of one such file; none when it is not there."""
    return {name: value for name, (value, _) in placed(files, path).items()}


def placed(files: Files, path: str) -> dict[str, tuple[str, int]]:
    """Give the settings of one such file, each with its line; none when it is not there."""
    return _placed(text_of(files, path), files.dir / normal(path))


def parse(text: str, path: Path) -> dict[str, str]:
    """Give the settings in a file's text; the last of several assignments counts.

    Raises:
        SiteError: a line is more than an assignment.
    """
    return {name: value for name, (value, _) in _placed(text, path).items()}


def _placed(text: str, path: Path) -> dict[str, tuple[str, int]]:
    settings: dict[str, tuple[str, int]] = {}
    place = 0
    opened: tuple[int, int] | None = None
    while place < len(text):
        line = text.count("\n", 0, place) + 1
        token = _TOKEN.match(text, place)
        if token is None:
            rest = text[place:].partition("\n")[0]
            raise _refusal(f"{rest!r} means something only to a running shell", path, line, opened)
        place, word = token.end(), token["word"]
        if word is not None and "\n" in word.replace("\\\n", ""):
            opened = line, line + word.count("\n")
        if word not in (None, "export"):
            match = _ASSIGNMENT.fullmatch(word.replace("\\\n", ""))
            if match is None:
                raise _refusal(f"{word!r} is not an assignment", path, line, opened)
            settings[match[1]] = "".join(shlex.split(match[2])), line
    return settings


def _refusal(what: str, path: Path, line: int, opened: tuple[int, int] | None) -> SiteError:
    """Say what is no assignment; `opened`: the lines of a quotation mark's pair above, if any."""
    if opened:
        what = f"a quotation mark that is opened here is closed in line {opened[1]}: {what}"
    cure = 'plain assignments are understood here, NAME="value"'
    return SiteError(what, path=path, line=opened[0] if opened else line, cure=cure)
