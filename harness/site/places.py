"""Where something stands in a site's files: file and line, as people are told to look there."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from harness.site.files import normal, text_of
from harness.site.model import Site

_COMMENT = re.compile(r"(?:^|(?<=\s))#(?!!).*|^\s*//.*|(?<=\s)// .*")
"""A script's first line, `#!…`, is none; nor is what follows a scheme, `http://…`."""
_FEW = 3
_MEANT = re.compile(r"(?!README|\.)[^.]+|[^.].*\.(?:conf|cfg|cnf|vhost|site)")
"""What people call a part of a configuration."""
_APART = (r"[\s\"'=,;(){}]", r"[^\w.]")
"""What keeps words apart: blanks and marks, else all that no name has."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One line of a site's file."""

    path: str
    """Below the root of the server."""
    line: int
    text: str
    last: int = 0
    """Where it ends, of one that goes on over several lines."""
    within: str = ""
    """Where that root lies in the site, of a further host's."""

    def __str__(self) -> str:
        """Give file and line, or lines."""
        path = shown_path(self.path, self.within)
        return f"{path}:{self.line}{f'-{self.last}' if self.last > self.line else ''}"


def shown_path(path: str, within: str) -> str:
    """Give a path as people find it in the site, of a root that lies `within` it."""
    is_shown = not within or path.startswith(f"{within}/")
    return path if is_shown else f"{within}/{path.lstrip('/')}"


def places(site: Site, paths: Iterable[str], pattern: str) -> Iterator[Place]:
    """Go through the lines that match a pattern (a regular expression), comments left out."""
    wanted = re.compile(pattern)
    for path in paths:
        for number, line in enumerate(text_of(site, path).splitlines(), start=1):
            text = _COMMENT.sub("", line)
            if wanted.search(text):
                yield Place(path=path, line=number, text=text.strip(), within=site.within)


def place(
    site: Site, paths: Iterable[str], patterns: Iterable[str], values: Collection[str] = ()
) -> Place | None:
    """Give the one line that matches a pattern and has one of the values.

    Failing that the one line that matches the first pattern that any line does. None where it
    is not certain: no line does, or several do alike.
    """
    paths = tuple(paths)
    by_pattern = [list(places(site, paths, pattern)) for pattern in patterns]
    found = list(dict.fromkeys(each for lines in by_pattern for each in lines))
    for value in filter(None, values):
        for having in _having(found, value):
            if len(having) == 1:
                return having[0]
    first = next(filter(None, by_pattern), [])
    return first[0] if len(first) == 1 else None


def places_with(
    site: Site, paths: Iterable[str], pattern: str, values: Collection[str]
) -> list[Place]:
    """Give the lines that match a pattern and have the first of the values that any has."""
    found = list(places(site, paths, pattern))
    by_value = (having for value in filter(None, values) for having in _having(found, value))
    return next(filter(None, by_value), [])


def lines_with(site: Site, path: str, words: str, *, behind: bool = False) -> str:
    """Give a file with the few lines that have words; without such, or with many, the file.

    With those behind them, if these are meant as well.
    """
    found = [
        replace(each, last=each.line + behind) for each in places(site, (path,), re.escape(words))
    ]
    few = 0 < len(found) <= _FEW
    return " and ".join(map(str, found)) if few else shown_path(path, site.within)


def setting_lines(site: Site, paths: Iterable[str], names: Iterable[str]) -> str:
    """Give the lines that begin with one of some settings; "" without such."""
    words = "|".join(map(re.escape, names))
    found = places(site, paths, rf"^\s*(?:{words})(?![\w.-])") if words else ()
    return " and ".join(dict.fromkeys(map(str, found)))


def joined(site: Site, first: Place) -> Iterator[Place]:
    """Go through the lines that a backslash joins to a script's line, that one first."""
    lines = text_of(site, first.path).splitlines()
    for number, line in enumerate(lines[first.line - 1 :], start=first.line):
        text = line.removesuffix("\\").strip()
        yield Place(path=first.path, line=number, text=text, within=site.within)
        if not line.endswith("\\"):
            return


def block_around(site: Site, inner: Place) -> Place | None:
    """Give what opens the block, between braces, in which a line stands: all its lines, as one."""
    above = [each for each in places(site, [inner.path], r"\S") if each.line < inner.line]
    depth = 0
    for n, each in reversed([*enumerate(above)]):
        for brace in reversed(re.findall(r"[{}]", each.text)):
            depth += 1 if brace == "}" else -1
            if depth < 0:
                return _whole(above[: n + 1], [*above, inner][n + 1])
    return None


def _whole(lines: list[Place], inside: Place) -> Place:
    """Join what the last of these lines ends, from where it begins.

    Where it has a brace alone, as an entry of a list in JSON, the first line inside says which.
    """
    first = len(lines) - 1
    if not re.search(r"\w", lines[first].text):
        return replace(lines[first], text=inside.text.rstrip(", "))
    while first and lines[first].text[0] != "}" and lines[first - 1].text[-1] not in "{};":
        first -= 1
    text = " ".join(each.text for each in lines[first:])
    return replace(lines[first], text=text.strip("{} "), last=lines[-1].line)


def _having(found: list[Place], value: str) -> Iterator[list[Place]]:
    """Give the lines that have a value as a word, then those that have it as a part of one."""
    for apart in _APART:
        yield [each for each in found if _has(each.text, value, apart)]


def has_value(text: str, value: str) -> bool:
    """Whether a line has a value, and not just as a part of a longer one."""
    return bool(value) and any(_has(text, value, apart) for apart in _APART)


def has_word(text: str, value: str) -> bool:
    """Whether a line has a value as a word, between blanks and marks."""
    return _has(text, value, _APART[0])


def _has(text: str, value: str, apart: str) -> bool:
    """Whether a text has a value between characters that keep words apart."""
    return re.search(rf"(?:^|{apart}){re.escape(value)}(?:{apart}|$)", text) is not None


def matching(site: Site, pattern: str) -> list[str]:
    """Give the paths of a site's own files that a shell's pattern matches, as daemons include."""
    pattern = normal(pattern)
    changed = (path for path in site.changes if PurePosixPath(path).match(pattern))
    held = (str(each.relative_to(site.dir)) for each in site.dir.glob(pattern))
    return sorted(path for path in {*changed, *held} if site.has(path))


def below(site: Site, directory: str) -> list[str]:
    """Give the paths of the files of a directory of the site's, and of those in it."""
    changed = (path for path in site.changes if path.startswith(f"{directory}/"))
    held = (each for each in (site.dir / directory).rglob("*") if each.is_file())
    paths = {*changed, *(str(each.relative_to(site.dir)) for each in held)}
    return sorted(path for path in paths if site.has(path))


def with_included(
    site: Site, paths: Iterable[str], include: str, root: str = ""
) -> tuple[str, ...]:
    """Give these files and those that they include, each once.

    `include` is a regular expression whose group `path` is what a line takes in: below `root`,
    or beside the file, where it does not say from the top.
    """
    left, found = list(paths), dict[str, None]()
    while left:
        path = left.pop(0)
        if path in found or not site.has(path):
            continue
        found[path] = None
        for _, pattern in _inclusions(site, path, include, root):
            left += matching(site, pattern)
    return tuple(found)


def vain_inclusions(
    site: Site, paths: Iterable[str], include: str, root: str = ""
) -> Iterator[tuple[Place, str]]:
    """Give each line that takes in files of a directory by their names' ends, and finds none.

    Beside it one of the files there, which no other line takes in, either; what people have
    switched off by its name (`boot.conf.off`), or wrote for each other, is none.
    """
    found = [each for path in paths for each in _inclusions(site, path, include, root)]
    taken = {path for _, pattern in found for path in matching(site, pattern)}
    for place, pattern in found:
        directory, _, name = normal(pattern).rpartition("/")
        held = [path for path in site.names(directory) if site.has(path)]
        meant = [path for path in held if _MEANT.fullmatch(path.rpartition("/")[2])]
        if set("*?[") & set(name) and meant and not taken.intersection(held):
            yield place, meant[0]


def _inclusions(site: Site, path: str, include: str, root: str) -> Iterator[tuple[Place, str]]:
    """Give the lines by which a file takes others in, and the pattern of their paths."""
    for each in places(site, [path], include) if include else ():
        taken = re.search(include, each.text)
        name = taken["path"].strip("\"'") if taken else ""
        beside = root or str(PurePosixPath(path).parent)
        yield each, name if name.startswith("/") else f"{beside}/{name}"
