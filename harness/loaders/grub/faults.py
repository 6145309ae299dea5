"""What is wrong with a configuration of GRUB's, as its text tells."""

import re
from collections.abc import Iterator, Sequence

from harness.site import Site
from harness.site.files import text_of
from harness.site.url import of_other_case

_ENTRY = re.compile(r"^\s*(?:menuentry|submenu)\s+(?P<rest>.*)")
_TITLE = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s\"'{]+)")
_ID = re.compile(r"--id[=\s]+(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
_DEFAULT = re.compile(r"^\s*(?:set\s+)?default=(?:\"([^\"]*)\"|'([^']*)'|(\S*))\s*$")
_APART = re.compile(r"^\s*set\s+\w+\s+=")
_LOOKED_FOR = re.compile(
    r"(?:\[|\btest)\s(?:[^;\]]*\s)?-(?P<how>[def])\s+"
    r"(?P<file>\"?(?:\$\{?(?:prefix|cmdpath)\b|\((?:tftp|http|pxe)\b)[^\s\];]*)"
)
"""A test for a file that is asked of the directory which the menu came from."""
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|\$\{\w+\}|\\.|(?:^|(?<=\s))#.*")
"""What a line has of words that are no syntax: in quotes, of variables, in a remark."""


def script_faults(site: Site, path: str) -> Iterator[str]:
    """Say which line GRUB does not take: no assignment, or a block that nobody closes."""
    lines = text_of(site, path).splitlines()
    for number, line in enumerate(lines, start=1):
        if _APART.match(line):
            yield (
                f"{path}:{number}: '{line.strip()}' is not an assignment: GRUB takes no blank "
                "before the equals sign"
            )
    for number, line in enumerate(lines, start=1):
        entry = _ENTRY.match(line)
        if entry is not None and "{" not in line and not line.endswith("\\"):
            title = next(_names(entry["rest"]), "")
            yield f"{path}:{number}: no brace, '{{', is behind the entry '{title}'"
            return
    opened: list[int] = []
    for number, line in enumerate(lines, start=1):
        for brace in re.findall(r"[{}]", QUOTED.sub("", line)):
            if brace == "{":
                opened.append(number)
            elif opened:
                opened.pop()
            else:
                yield f"{path}:{number} closes a block that nobody has opened"
    yield from (f"{path}:{number} opens a block that nobody closes" for number in opened[:1])


def default_faults(site: Site, path: str, others: Sequence[str] = (), /) -> Iterator[str]:
    """Say which default is no entry, here or in others: GRUB takes the first without a word."""
    lines = text_of(site, path).splitlines()
    sourced = [line for each in others for line in site.read(each).splitlines()]
    found_in = map(_ENTRY.match, [*lines, *sourced])
    entries = [match["rest"] for match in found_in if match is not None]
    known = {text for rest in entries for text in _names(rest)}
    known |= {str(number) for number in range(len(entries))}
    for number, line in enumerate(lines, start=1):
        found = _DEFAULT.match(line)
        default = _first(found) if found is not None else ""
        # An entry of a submenu is called by both, `submenu>entry`.
        if entries and default and "$" not in default and not set(default.split(">")) <= known:
            first = next(_names(entries[0]), "")
            yield (
                f"{path}:{number}: the default '{default}' is not an entry of the menu: "
                f"GRUB takes the first, '{first}'{of_other_case(default, known)}"
            )


def unseen_files(site: Site, path: str) -> Iterator[str]:
    """Say which file nobody finds: over a network GRUB lists no directory, it opens files alone.

    So `-d`, `-e` and `-f` are false whatever there is, and nothing is asked (GRUB 2.06 and 2.12).
    """
    for number, line in enumerate(text_of(site, path).splitlines(), start=1):
        for found in () if line.lstrip().startswith("#") else _LOOKED_FOR.finditer(line):
            yield (
                f"{path}:{number}: GRUB asks no server for {found['file']}: '-{found['how']}' is "
                "false over a network, whether the file is there or not; '-s' is not"
            )


def _names(rest: str) -> Iterator[str]:
    """Give the title of an entry, and its id."""
    found = (_TITLE.match(rest), _ID.search(rest))
    return (_first(match) for match in found if match is not None)


def _first(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")
