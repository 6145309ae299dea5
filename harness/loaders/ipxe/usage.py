"""Commands of iPXE's scripts that iPXE refuses as they are written, or takes for something else.

iPXE knows no quotation marks, and no operators but `||`, `&&` and `;` between blanks; a command
with an option or a number of words that it does not know fails (https://ipxe.org/cmd,
https://ipxe.org/scripting; its core/exec.c has how a line is parted).
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from harness.loaders.ipxe.script import IpxeScript

_IMAGE = "name=n timeout=t autofree replace"
_OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("boot", "chain", "imgargs", "imgexec", "imgfetch", "imgload"), _IMAGE),
    **dict.fromkeys(("imgselect", "initrd", "kernel", "module"), _IMAGE),
    "choose": "menu=m default=d timeout=t retimeout=r keep",
    "cpuid": "ext ecx",
    "ifconf": "configurator=c timeout=t",
    "dhcp": "configurator=c timeout=t",
    "item": "menu=m key=k default gap",
    "menu": "name=n delete",
    "prompt": "key=k timeout=t",
    "sanboot": "drive=d no-describe keep filename=f extra=e label=l uuid=u",
}
"""Command → its options, `=` where a word follows; the letter is the short one."""
_ONE, _TWO = (1, 1), (2, 2)
_COUNTS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("choose", "goto", "isset", "clear", "sleep", "read", "show"), _ONE),
    **{"iseq": _TWO, "shell": (0, 0), "reboot": (0, 0), "poweroff": (0, 0), "exit": (0, 1)},
}
"""Command → how few and how many words may follow its options."""
_SHOWN = frozenset({"echo", "item", "menu", "prompt"})
"""Commands whose words are shown as they are."""
_HOLDS: Mapping[str, tuple[str, ...]] = {
    "platform": ("efi", "pcbios", "linux"),
    "buildarch": ("i386", "x86_64", "arm32", "arm64", "riscv32", "riscv64", "loong64"),
}
"""Setting → all that iPXE has in it."""
_TYPES = (
    *("string", "uristring", "hex", "hexhyp", "hexraw", "base64", "uuid", "guid", "ipv4", "ipv6"),
    *("int8", "int16", "int32", "uint8", "uint16", "uint32", "busdevfn", "dnssl"),
)
_TYPED = re.compile(r"\$\{[^}:\s]+:(\w+)\}")
_SHELLS = re.compile(r"\$\((?:[\w.-]+/)?[\w.-]+(?::\w+)?\)")
_JOINED = re.compile(r"(?:\|\||&&)(?=[^\s|&])|(?<=[^\s|&])(?:\|\||&&)$")
_DASHES = "-\u2012\u2013\u2014\u2015"
"""What an option begins with, and what a word processor makes of that."""
_NUMBER = re.compile(r"\d+|0x[0-9a-fA-F]+")
_TIMES = frozenset({"timeout", "t"})


def misused(script: IpxeScript) -> Iterator[tuple[int, str]]:
    """Give the lines, and what iPXE makes of what stands there."""
    commands = [(number, command.split() or [""]) for number, command in script.commands()]
    # One that chooses nothing may be chained to, and add to the menu of who chains it.
    has_menu = all(name != "choose" for _, (name, *_) in commands)
    for number, (name, *words) in commands:
        if name.startswith((":", "#", "${")):
            continue
        has_menu = has_menu or name == "menu"
        if name == "item" and not has_menu:
            yield number, "no `menu` stands above this item: iPXE has none to put it in"
            has_menu = True  # said once
        yield from ((number, each) for each in _faults(name, words))


def _faults(name: str, words: list[str]) -> Iterator[str]:
    for word in () if name in _SHOWN else words:
        yield from _in_word(name, word)
    for kind in _TYPED.findall(" ".join(words)):
        like = get_close_matches(kind, _TYPES, n=1, cutoff=0.7) if kind not in _TYPES else []
        yield from (f"'{kind}' is not a type of iPXE's settings, but {each} is" for each in like)
    rest, wrong = _options(name, words)
    if wrong:
        yield wrong
    elif rest is not None and not any(_is_operator(word) for word in words):
        yield from _counted(name, rest)
        yield from _in_vain(name, rest)


def _is_operator(word: str) -> bool:
    return word in ("|", "&") or _JOINED.search(word) is not None


def _in_word(name: str, word: str) -> Iterator[str]:
    if word in ("|", "&"):
        yield f"`{word}` is a word of `{name}` to iPXE: `{word * 2}` parts commands"
    elif found := _JOINED.search(word):
        yield f"`{found[0]}` parts commands only between blanks: '{word}' is a word of `{name}`"
    elif found := _SHELLS.search(word):
        yield f"'{found[0]}' is taken as it stands: iPXE's variables are in braces, ${{…}}"


def _options(name: str, words: list[str]) -> tuple[list[str] | None, str]:
    """Give the words behind a command's options, None if that is not known; and what is wrong."""
    known = dict(_known(name))
    left = [*words]
    while left and left[0].startswith(tuple(_DASHES)) and left[0] != "--":
        word = left.pop(0)
        option, _, value = word.lstrip(_DASHES).partition("=")
        if not word.startswith("-"):
            dash = f"'{word}' begins with a dash, and an option with two hyphens"
            return None, dash if option in known else ""
        if not known:
            return None, ""
        if not word.startswith("--") and len(option) > 1:
            return None, f"'{word}' wants two hyphens: --{option}" if option in known else ""
        if option not in known:
            like = get_close_matches(option, [each for each in known if len(each) > 1], n=1)
            return None, "".join(f"`{name}` has no option {word}, but --{each}" for each in like)
        value = value or (left.pop(0) if known[option] and left and "=" not in word else "")
        is_time = option in _TIMES and value and "$" not in value
        if is_time and not _NUMBER.fullmatch(value):
            return None, f"'{value}' is not a number of milliseconds"
    return left, ""


def _known(name: str) -> Iterator[tuple[str, bool]]:
    """Give a command's options, long and short, and whether a word follows each."""
    for each in _OPTIONS.get(name, "").split():
        long, has_value, short = each.partition("=")
        yield long, bool(has_value)
        yield short or long[0], bool(has_value)


def _counted(name: str, rest: list[str]) -> Iterator[str]:
    """Say that a command has more or fewer words than it takes."""
    fewest, most = _COUNTS.get(name, (0, len(rest)))
    rest = rest[1:] if rest[:1] == ["--"] else rest
    if name in ("reboot", "exit", "shell") and rest[:1] and rest[0][:1] == "-":
        return
    if not fewest <= len(rest) <= most:
        takes = {(0, 0): "no word", _ONE: "one word", _TWO: "two words"}.get((fewest, most))
        stand = {0: "none stands", 1: "one stands"}.get(len(rest), f"{len(rest)} stand")
        yield f"`{name}` takes {takes or f'at most {most}'}, and {stand} there: it fails"


def _in_vain(name: str, rest: list[str]) -> Iterator[str]:
    """Say which test or setting is not what it looks like."""
    match name, *rest:
        case "isset", word if "${" not in word:
            yield f"`isset {word}` is always so: a variable stands in braces, ${{{word}}}"
        case "sleep", word if "$" not in word and not _NUMBER.fullmatch(word):
            yield f"'{word}' is not a number of seconds"
        case "set", word, *_ if "=" in word and "$" not in word.partition("=")[0]:
            meant = word.partition("=")[0]
            yield f"`set` has a blank behind the name, and no `=`: nothing sets {meant}"
        case "set", word, "=", *_:
            yield f"`set` takes no `=`: {word} begins with it"
        case "iseq", left, right:
            for tested, value in ((left, right), (right, left)):
                holds = _HOLDS.get(tested.removeprefix("${").removesuffix("}"), ())
                if tested.startswith("${") and holds and "$" not in value and value not in holds:
                    one_of = ", ".join(holds[:-1])
                    yield f"{tested} is never '{value}': it is {one_of} or {holds[-1]}"
