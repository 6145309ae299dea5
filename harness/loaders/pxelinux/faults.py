"""What is wrong with a configuration of PXELINUX's, as its text tells.

Of a word that it does not know it says `Unknown keyword in configuration file`, and goes on; its
menus (menu.c32, vesamenu.c32) say nothing at all. Source: Syslinux' doc/syslinux.txt and menu.txt.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from harness.site import Site
from harness.site.files import text_of

_WORD_LIST = """
allowoptions append boot bss com32 comboot config console default display endtext fdimage fdt
fdtdir font implicit include initrd ipappend kbdmap kernel label linux localboot menu nocomplete
noescape nohalt onerror ontimeout path prompt pxe say sendcookies serial sysappend text timeout
totaltimeout ui
"""
_MENU_LIST = """
autoboot background begin clear cmdlinerow color colour default disable end exit goto helpmsgendrow
helpmsgrow hidden hiddenkey hiddenrow hide hshift immediate include indent label margin master
msgcolor noimmediate nosave notabmsg passprompt passwd passwordmargin passwordrow quit resolution
rows save separator shiftkey start tabmsg tabmsgrow timeoutrow title vshift width
"""
_WORDS = frozenset({*_WORD_LIST.split(), *(f"f{number}" for number in range(13))})
_OF_MENU = frozenset(_MENU_LIST.split())
_NUMBERS = frozenset({"timeout", "totaltimeout", "prompt"})
_ALIKE = 0.75
_HELP, _HELP_ENDS = ["text", "help"], "endtext"
_Line = tuple[int, list[str]]


def script_faults(site: Site, path: str) -> Iterator[str]:
    """Say which line has a word that it does not know, or opens what nothing closes."""
    lines, unended = _lines(text_of(site, path))
    if unended:
        yield f"{path}:{unended}: no ENDTEXT follows: all lines below it are shown as help"
    for number, words in lines:
        yield from (f"{path}:{number}: {each}" for each in _misspelt(words))
    yield from _twice(path, lines)
    yield from _marked(path, lines)
    yield from (f"{path}:{number}: no MENU END follows this MENU BEGIN" for number in _left(lines))


def _left(lines: list[_Line]) -> list[int]:
    """Give the lines that begin a menu which nothing ends."""
    opened: list[int] = []
    for number, words in lines:
        match _lower(words[:2]):
            case ["menu", "begin"]:
                opened.append(number)
            case ["menu", "end"]:
                opened = opened[:-1]
    return opened


def _lines(text: str) -> tuple[list[_Line], int]:
    """Give the lines that have words, without help's; and where a help begins that has no end."""
    found: list[_Line] = []
    begun = 0
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if begun or not words or words[0].startswith("#"):
            begun = 0 if _lower(words[:1]) == [_HELP_ENDS] else begun
            continue
        begun = number if _lower(words[:2]) == _HELP else 0
        found.append((number, words))
    return found, begun


def _lower(words: list[str]) -> list[str]:
    return [word.lower() for word in words]


def _misspelt(words: list[str]) -> Iterator[str]:
    first, *rest = _lower(words)
    for word, known, whose in ((first, _WORDS, "PXELINUX's"), *_behind_menu(first, rest)):
        like = get_close_matches(word, known, n=1, cutoff=_ALIKE) if word not in known else []
        yield from (
            f"'{word.upper()}' is not a word of {whose}, but {each.upper()} is" for each in like
        )
    if first in _NUMBERS and rest and not rest[0].isdecimal():
        yield f"'{words[1]}' is not a number: {first.upper()} counts tenths of a second"


def _behind_menu(first: str, rest: list[str]) -> Iterator[tuple[str, frozenset[str], str]]:
    if first == "menu" and rest:
        yield rest[0], _OF_MENU, "its menu's"


def _twice(path: str, lines: list[_Line]) -> Iterator[str]:
    """Say which label is there already: the first counts. Of another case it is another one."""
    known: dict[str, int] = {}
    for number, words in lines:
        if words[0].lower() == "label" and words[1:]:
            first = known.setdefault(words[1], number)
            if first != number:
                yield f"{path}:{number}: the label '{words[1]}' is there already, in {path}:{first}"


def _marked(path: str, lines: list[_Line]) -> Iterator[str]:
    """Say which MENU DEFAULT is not for the label that it names: it is for the one around it."""
    labels = {words[1] for _, words in lines if _lower(words[:1]) == ["label"] and words[1:]}
    label, depth = "", 0
    for number, words in lines:
        match _lower(words[:2]):
            case ["label", *_]:
                label = words[1] if words[1:] else ""
            case ["menu", "begin" | "end" | "separator" as word]:
                label, depth = "", depth + {"begin": 1, "end": -1}.get(word, 0)
            case ["menu", "default"] if not label and not depth:
                yield f"{path}:{number}: MENU DEFAULT marks the label that it stands in, here none"
            case ["menu", "default"] if label and words[2:3] and words[2] in labels - {label}:
                what = f"MENU DEFAULT marks the label that it stands in, '{label}'"
                yield f"{path}:{number}: {what}, and not '{words[2]}'"
