"""The language of apache2's files: sections, includes, `Define`, conditions of the reading.

Owns what counts as a file is read (`<IfModule>`, `<IfDefine>`, `<IfVersion>`); what a condition of
a request decides (`<If>`) only apache2 knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from operator import eq, ge, gt, le, lt
from pathlib import PurePosixPath

from harness.data import DATA_DIR, read
from harness.services.configuration.apache2_layout import STOCK, Layout, layout
from harness.services.configuration.blocks import Statement
from harness.site.files import Files, normal, text_of

_VARIABLES = "etc/apache2/envvars"
_MOST_FILES = 20
"""As deep as includes are followed: a file may take itself in."""
_CONTINUED = re.compile(r"\\\r?\n")
_WORD = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s\"']\S*|[\"']")
_EXPORT = re.compile(r"^\s*export\s+(\w+)=(\S*)", re.MULTILINE)
_INLINE = ("ifmodule", "ifdefine", "ifversion", "iffile", "ifdirective", "ifsection")
"""Sections that hold as a file is read: what is in them stands in their place."""
_BUILT_IN = ("core", "so", "watchdog", "http", "log_config", "logio", "version", "unixd")
"""Debian's are in the program itself (`apache2 -l`), and nothing loads them."""
_VERSION = (2, 4, 62)
"""Debian 12's: newer than what files ask of it."""
_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "==": eq}


@dataclass
class _Reading:
    """What counts for the rest of the files: modules that are loaded, words that are defined."""

    files: Files
    layout: Layout
    modules: set[str] = field(default_factory=lambda: {f"{each}_module" for each in _BUILT_IN})
    words: dict[str, str] = field(default_factory=dict)


def statements(files: Files) -> tuple[Statement, ...]:
    """Give the statements of its main file, those that it takes in at their place.

    Of conditional sections, what is in those whose condition holds.
    """
    reading = _Reading(files=files, layout=layout(files))
    variables = _text(reading, _VARIABLES)[0]
    reading.words |= {
        name: value.replace("$SUFFIX", "") for name, value in _EXPORT.findall(variables)
    }
    return tuple(_of_file(reading, reading.layout.main, 0))


def _text(reading: _Reading, path: str) -> tuple[str, str]:
    """Give a file's text and how messages name it, its distribution's own where a site has none."""
    if reading.files.has(path) or path not in STOCK:
        return text_of(reading.files, path), path
    name = f"{reading.layout.whose}'s own {PurePosixPath(path).name}"
    return read(DATA_DIR / STOCK[path]).decode(), name


def _of_file(reading: _Reading, path: str, depth: int) -> Iterator[Statement]:
    text, name = _text(reading, path)
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
            for each in _matching(reading, words[1]):
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
    if name not in _INLINE:
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


def _matching(reading: _Reading, pattern: str) -> tuple[str, ...]:
    """Give the files that an include's pattern means, sorted; of a directory, all that it has."""
    places = [""]
    for part in PurePosixPath(normal(str("/" / PurePosixPath(reading.layout.root, pattern)))).parts:
        if not set("*?[") & set(part):
            places = [f"{place}/{part}".lstrip("/") for place in places]
            continue
        named = (name for place in places for name in _names(reading, place))
        places = [name for name in named if fnmatch(PurePosixPath(name).name, part)]
    is_file = {place: reading.files.has(place) or place in STOCK for place in places}
    held = ((place,) if is_file[place] else reading.files.names(place) for place in places)
    return tuple(each for several in held for each in several)


def _names(reading: _Reading, directory: str) -> tuple[str, ...]:
    """Give what lies in a directory; of one that a site leaves out, what stands there then."""
    laid = (each for each in STOCK if str(PurePosixPath(each).parent) == directory)
    return reading.files.names(directory) or tuple(laid)
