"""Where a script has a file or word with its variables filled in, and what gives them a value."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from harness.judge.boot import Boot
from harness.loaders.script import ANY
from harness.site.places import Place, places

_VARIABLE = re.compile(r"\$\{?([\w.-]+)(?:[:/][\w/:.-]*)?\}?")
_SECRET = re.compile(r"\{(\w+):[0-9a-f]+\}")
"""What a boot's text has of a password."""
_SETS = r"\bset\s+([\w.-]+)(?=[\s:=]|$)"
_HOST = re.compile(r"\w+://(?:[^/@]*@)?(?P<host>[^/:]+)")
_NEARLY = 0.8
"""How like two names are of which one is the other, misspelt."""
_TELLING = 4
"""Characters beside the variables that tell one name from another."""


def line_filled(boot: Boot, file: str) -> str:
    """Give the one line that names a file by variables, with the lines that set these."""
    found = place_filled(boot, file)
    return "" if found is None else f"{found}{set_by(boot, found.text)}"


def place_filled(boot: Boot, file: str) -> Place | None:
    """Give the one line that names a file as a script may, its text what it calls it."""
    lines = lines_filled(boot, file)
    return lines[0] if len(lines) == 1 else None


def lines_filled(boot: Boot, file: str) -> list[Place]:
    """Give the lines that name a file as scripts may, those that are like it most."""
    found: dict[Place, int] = {}
    for each in boot.named_files:
        likeness = each.likeness(f"/{file.lstrip('/')}")
        if likeness > _TELLING:
            place = Place(path=boot.scripts[each.script], line=each.line, text=each.text)
            found[place] = likeness
    best = max(found.values(), default=0)
    return [line for line, likeness in found.items() if likeness == best]


def word_filled(boot: Boot, lines: Iterable[Place], word: str) -> str:
    """Give the line, of a kernel's, that hands it a word by variables, with those that set them."""
    secret = _SECRET.fullmatch(word)
    for line in lines:
        for each in line.text.split():
            literals = _VARIABLE.split(each)[::2]
            is_telling = sum(map(len, literals)) >= _TELLING
            pattern = ".*".join(map(re.escape, literals))
            is_it = re.fullmatch(pattern, word) or (secret and each.startswith(f"{secret[1]}="))
            if "$" in each and is_telling and is_it:
                return f"{line}{set_by(boot, each)}"
    return ""


def host_filled(boot: Boot, host: str) -> str:
    """Give the one line that names a host as scripts may, with those that set its variables."""
    found: dict[Place, int] = {}
    for each in boot.named_files:
        for name in each.names:
            url = _HOST.match(name)
            pattern = ".*".join(map(re.escape, url["host"].split(ANY))) if url else ""
            if pattern.strip(".*") and re.fullmatch(pattern, host, re.IGNORECASE):
                line = Place(path=boot.scripts[each.script], line=each.line, text=each.text)
                found[line] = max(found.get(line, 0), len(pattern))
    best = [line for line, likeness in found.items() if likeness == max(found.values())]
    return f"{best[0]}{set_by(boot, best[0].text)}" if len(best) == 1 else ""


def name_set_by(boot: Boot, line: str) -> str:
    """Say which lines give the variables in the name of a file a value, which a line names."""
    words = (word for word in line.split() if "=" not in word.partition("${")[0])
    return set_by(boot, " ".join(words))


def set_by(boot: Boot, text: str, values: Collection[str] = ()) -> str:
    """Say which lines give the variables of a text a value: of each the one line that sets it.

    Of several, the one that sets it to one of `values`; what is set to a text with variables is
    followed. Of one that no line sets, which sets another of nearly its name.
    """
    found: dict[str, list[Place]] = {}
    for each in places(boot.site, dict.fromkeys(boot.scripts.values()), _SETS):
        for name in dict.fromkeys(re.findall(_SETS, each.text)):
            found.setdefault(name, []).append(each)
    said: dict[str, str] = {}
    left = _VARIABLE.findall(text)
    for name in left:
        like = [] if name in found else get_close_matches(name, found, n=1, cutoff=_NEARLY)
        for known in (each for each in (name, *like) if each not in said):
            lines = found.get(known, [])
            having = [each for each in lines if {*each.text.split()} & {*values}]
            if len(one := having or lines) == 1:
                said[known] = f"; {one[0]} sets {known}"
                left += _VARIABLE.findall(one[0].text)
    return "".join(said.values())
