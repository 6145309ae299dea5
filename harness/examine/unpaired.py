"""Which brace or quotation mark of a daemon's file has no partner, as the file's layout tells.

The daemon's parser gives up where it cannot go on, often at the file's end: what is missing stands
far above. It is asked only about files that were refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_BYTE_ORDER_MARK = "\ufeff"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|\$\{[^}]*\}')
_REMARK = re.compile(r"(?:^|(?<=[\s;{}]))(?:#|//).*")
_TYPOGRAPHIC = re.compile("[\u201c\u201d\u201e\u201f\u00ab\u00bb]")
_GOES_ON = (";", "{", "}", ",")


@dataclass(frozen=True, kw_only=True)
class _Line:
    number: int
    indent: int
    code: str
    """Without what stands in quotes, and without remarks."""

    @property
    def closes_first(self) -> bool:
        return self.code.startswith("}")


def unpaired(text: str, path: str) -> tuple[int, str] | None:
    """Give the line that is to be changed and what is wrong there; None where all have partners."""
    if text.startswith(_BYTE_ORDER_MARK):
        return 1, "the file begins with a byte order mark: save it without"
    lines = list(_lines(text))
    for each in lines:
        if odd := _TYPOGRAPHIC.search(each.code):
            return each.number, f'{odd[0]} is not a quotation mark here, but " is'
        if each.code.count('"') % 2:
            return each.number, "the quotation mark that is opened in this line is not closed"
    opened = sum(each.code.count("{") for each in lines)
    closed = sum(each.code.count("}") for each in lines)
    if opened == closed:
        return None
    number, what = _brace(lines, path)
    hidden = _hidden(text, number) if opened > closed else 0
    if hidden:
        return hidden, f"a remark hides the brace that closes what {path}:{number} opens"
    return number, what


def _hidden(text: str, begun: int) -> int:
    """Give the line below whose remark closes a block that none of the remarks opens; 0: none."""
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        remark = _REMARK.search(_QUOTED.sub("_", line)) if number > begun else None
        for brace in re.findall(r"[{}]", remark[0] if remark else ""):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                return number
    return 0


def _lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        code = _REMARK.sub("", _QUOTED.sub("_", line)).expandtabs()
        if code.strip():
            indent = len(code) - len(code.lstrip())
            yield _Line(number=number, indent=indent, code=code.strip())


def _brace(lines: list[_Line], path: str) -> tuple[int, str]:
    """Give the first line whose brace does not go with those around it.

    A block is taken to be closed as far in as it is opened; one that is closed further out has lost
    its brace.
    """
    opened: list[_Line] = []
    begun: _Line | None = None
    last = 0
    for line in lines:
        begun = begun or line
        for mark in re.findall(r"[{};]", line.code):
            if mark == "{":
                opened.append(begun)
            elif mark == "}" and not opened:
                return _too_many(lines, line, last, path)
            elif mark == "}":
                if line.closes_first and opened[-1].indent > line.indent:
                    break
                last = line.number
                opened.pop()
            begun = line
        else:
            begun = None if line.code.endswith(_GOES_ON) else begun
            continue
        break
    return opened[-1].number, "the block that begins in this line is not closed"


def _too_many(lines: list[_Line], closing: _Line, last: int, path: str) -> tuple[int, str]:
    """Say which line may have lost the brace by which it opens a block, else which one closes."""
    for line, following in pairwise(lines):
        is_deeper = following.indent > line.indent and following.code.endswith((";", "}"))
        if is_deeper and line.number < closing.number and not line.code.endswith(_GOES_ON):
            return line.number, "this line lacks the brace by which it opens a block"
    before = f": the last block ended in {path}:{last}" if last else ""
    return closing.number, f"this brace closes nothing{before}"
