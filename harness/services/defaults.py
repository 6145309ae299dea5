"""The settings in /etc/default/*: shell assignments, read without running a shell.

Owns what Debian's init scripts would see in such a file, as far as it is plain
assignments: `NAME=value`, quoted or not, with `export` or without.
"""

import re
import shlex

from harness.errors import SiteError
from harness.site.files import normal
from harness.site.model import Site

_TOKEN = re.compile(
    r"""
    (?P<between> (?: [ \t\r\n;] | \\\n | \#[^\n]* )+ )
  | (?P<word>    (?: [^\s;"'\\$`&|<>()] | \\[^\n] | \\\n
                   | "(?:[^"\\$`]|\\.)*" | '[^']*' )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


class DefaultsError(ValueError):
    """A line is more than an assignment; `line` counts from 1."""

    def __init__(self, what: str, *, line: int) -> None:
        """Keep what is wrong, and where."""
        self.what = what
        self.line = line
        super().__init__(f"line {line}: {what}")


def read(site: Site, path: str) -> dict[str, str]:
    """Give the settings of one such file of the site; none when the site lacks it.

    Raises:
        SiteError: a line is more than an assignment.
    """
    if not site.has(path):
        return {}
    try:
        return parse(site.read(path))
    except DefaultsError as error:
        raise SiteError(
            error.what,
            path=site.dir / normal(path),
            line=error.line,
            cure='plain assignments are understood here, NAME="value"',
        ) from error


def parse(text: str) -> dict[str, str]:
    """Give the settings in `text`; the last of several assignments counts.

    Raises:
        DefaultsError: a line is more than an assignment.
    """
    settings: dict[str, str] = {}
    place = 0
    while place < len(text):
        line = text.count("\n", 0, place) + 1
        token = _TOKEN.match(text, place)
        if token is None:
            rest = text[place:].partition("\n")[0]
            raise DefaultsError(f"{rest!r} means something only to a running shell", line=line)
        place = token.end()
        if token["word"] not in (None, "export"):
            name, value = _assignment(token["word"], line)
            settings[name] = value
    return settings


def _assignment(word: str, line: int) -> tuple[str, str]:
    """Take one assignment apart, its value without the quotes."""
    match = _ASSIGNMENT.fullmatch(word.replace("\\\n", ""))
    if match is None:
        raise DefaultsError(f"{word!r} is not an assignment", line=line)
    return match[1], "".join(shlex.split(match[2]))
