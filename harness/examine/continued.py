"""Where a finding is in a line that goes on over several: in the one that has its words."""

import re
from collections.abc import Iterator
from dataclasses import replace

from harness.examine.finding import Finding
from harness.site import Site
from harness.site.files import text_of

_ENDS = (";", "{", "}")
_WORD = re.compile(r"[^\s'\"`,()|&]*[^\s'\"`,():;|&]")
_PLAIN = re.compile(r"[A-Za-z-]+")
"""A word of the message's own may look so: any other that both have is the file's."""


def at_its_line(site: Site, finding: Finding) -> Finding:
    """Give a finding with the one of the joined lines in which its words stand."""
    path, _, number = finding.place.rpartition(":")
    if not number.isdecimal():
        return finding
    lines = dict(_joined(text_of(site, path).splitlines(), int(number)))
    words = _WORD.findall(finding.what)
    for word in sorted(words, key=lambda each: _PLAIN.fullmatch(each) is not None):
        # `=${mac` begins with a mark: whatever stands before it is another word.
        before = r"(?<![\w.-])" if word[0].isalnum() else ""
        pattern = re.compile(rf"{before}{re.escape(word)}(?![\w-])")
        having = [each for each, line in lines.items() if pattern.search(line)]
        if len(having) == 1:
            return replace(finding, place=f"{path}:{having[0]}")
        if having:
            break
    return finding


def _joined(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    """Go through what is one to its reader: up to a line without backslash, or a statement's end.

    A configuration's statement goes on where it is a condition: `elsif …` and `and …`.
    """
    for number, line in enumerate(lines[first - 1 :], start=first):
        yield number, line
        above = lines[first - 1].lstrip("} \t")
        is_condition = above.startswith(("if ", "elsif ", "else if ", "match if "))
        goes_on = is_condition and not line.rstrip().endswith(_ENDS)
        if not (line.endswith("\\") or goes_on):
            return
