"""Where a script has a file or word with its variables filled in, and what gives them a value."""

import re
from collections.abc import Iterable

from harness.judge.boot import Boot
from harness.loaders.named_files import named_files
from harness.loaders.script import Script
from harness.site.places import Place, places

_VARIABLE = re.compile(r"\$\{?([\w.-]+)(?:[:/][\w/:.-]*)?\}?")
_TELLING = 4
"""Characters beside the variables that tell one name from another."""


def line_filled(boot: Boot, file: str) -> str:
    """Give the one line that names a file by variables, with the lines that set these.

    "" where none does, or several.
    """
    found: dict[str, tuple[int, str]] = {}
    for name, path in boot.scripts.items():
        for each in named_files([Script(f"/{name.lstrip('/')}", boot.site.read(path))]):
            likeness = each.likeness(f"/{file.lstrip('/')}")
            if likeness > _TELLING and "$" in each.text:
                found[f"{path}:{each.line}"] = likeness, each.text
    best = max((likeness for likeness, _ in found.values()), default=0)
    lines = [(line, text) for line, (likeness, text) in found.items() if likeness == best]
    return f"{lines[0][0]}{set_by(boot, lines[0][1])}" if len(lines) == 1 else ""


def word_filled(boot: Boot, lines: Iterable[Place], word: str) -> str:
    """Give the line, of a kernel's, that hands it a word by variables, with those that set them."""
    for line in lines:
        for each in line.text.split():
            literals = _VARIABLE.split(each)[::2]
            is_telling = sum(map(len, literals)) >= _TELLING
            pattern = ".*".join(map(re.escape, literals))
            if "$" in each and is_telling and re.fullmatch(pattern, word):
                return f"{line}{set_by(boot, each)}"
    return ""


def set_by(boot: Boot, text: str) -> str:
    """Say which lines give the variables of a text a value, of each that one line alone sets."""
    said = ""
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        pattern = rf"\bset\s+{re.escape(name)}(?:[\s:=]|$)"
        found = list(places(boot.site, dict.fromkeys(boot.scripts.values()), pattern))
        said += f"; {found[0]} sets {name}" if len(found) == 1 else ""
    return said
