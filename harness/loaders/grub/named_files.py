"""The files that GRUB's configuration names."""

import re
from collections.abc import Iterator, Sequence

from harness.loaders.script import ANY, NamedFile, Script, Use, Values, Word, gathered, spellings

_WORDS = re.compile(
    r"(?m)^\s*(?:menuentry|submenu|linux(?:efi|16)?|initrd(?:efi|16)?|configfile|insmod|chainloader"
    r"|set\s+\w+=)"
)
_OWN_WORDS = re.compile(r"(?m)^\s*(?:menuentry|submenu|configfile|insmod|set\s+\w+=)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SET = re.compile(r"^\s*(?:set\s+)?(\w+)=(?:\"([^\"]*)\"|'([^']*)'|(\S*))\s*$")
_DEVICE = re.compile(r"^\(+(?P<device>[^)]*)\)+")
_NETWORK = ("tftp", "http", "pxe", "net")
_BRACED = re.compile(r"\$\{(\w+)\}")
_COMMAND = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|[^;{}])+")
"""Up to what ends it, which is taken as it stands in quotes or behind a backslash."""
_LOOKS_FOR = re.compile(r"^(?:-s|--set)(?:=(\w+))?$")
_USES = {
    **dict.fromkeys(("linux", "linux16", "linuxefi", "kernel"), Use.KERNEL),
    **dict.fromkeys(("initrd", "initrd16", "initrdefi"), Use.INITRD),
    **dict.fromkeys(("multiboot", "multiboot2", "module", "module2"), Use.UNCLEAR),
    **dict.fromkeys(("xen_hypervisor", "xen_module", "chainloader"), Use.UNCLEAR),
    **dict.fromkeys(("configfile", "source", "normal", "extract_entries_configfile"), Use.SCRIPT),
}


def is_grub(text: str) -> bool:
    """Whether a text looks like its configuration."""
    return _WORDS.search(text) is not None


def has_own_words(text: str) -> bool:
    """Whether a text has words of GRUB's that no other loader's configuration has."""
    return _OWN_WORDS.search(text) is not None


def named_files(scripts: Sequence[Script]) -> Iterator[NamedFile]:
    """Give the files that configurations of one boot name."""
    values = _values(scripts)
    for script in scripts:
        disks: set[str] = set()
        for number, words in _commands(script):
            disks = _disks_behind(words, disks)
            use = _USES.get(words[0])
            if use is None:
                continue
            named = [word for word in words[1:] if not word.startswith("--")]
            for text in named if use is Use.INITRD else named[:1]:
                names = tuple(_names(text, values, disks))
                if names:
                    yield NamedFile(
                        script=script.name, line=number, use=use, text=text, names=names
                    )


def kernel_words(scripts: Sequence[Script]) -> Iterator[Word]:
    """Give the words that configurations of one boot hand to what they start."""
    values = _values(scripts)
    for script in scripts:
        for number, (command, *words) in _commands(script):
            for text in words[1:] if _USES.get(command) in (Use.KERNEL, Use.UNCLEAR) else ():
                spelt = spellings(text, values, _VARIABLE)
                yield Word(script=script.name, line=number, text=text, spelt=spelt)


def _values(scripts: Sequence[Script]) -> Values:
    return gathered(
        (found[1], next((each for each in found.groups()[1:] if each is not None), ""))
        for script in scripts
        for _, line in script.lines.items()
        if (found := _SET.match(line))
    )


def _commands(script: Script) -> Iterator[tuple[int, list[str]]]:
    """Split a script into its commands, each with its line; a variable's braces part nothing."""
    for number, line in script.lines.items():
        for part in _COMMAND.findall(_BRACED.sub("$\x01\\1\x02", line)):
            text = part.replace("\x01", "{").replace("\x02", "}")
            words = [word.strip("\"'") for word in text.split()]
            if words:
                yield number, words


def _disks_behind(words: Sequence[str], disks: set[str]) -> set[str]:
    """Give the variables that hold a disk of the machine's own behind a command."""
    match words:
        case ["menuentry" | "submenu", *_]:
            return disks - {"root"}
        case ["search" | "search.file" | "search.fs_label" | "search.fs_uuid", *options]:
            found = (_LOOKS_FOR.match(option) for option in options)
            return disks | {match[1] or "root" for match in found if match is not None}
        case ["set", setting, *_] if setting.startswith("root="):
            device = setting.removeprefix("root=").strip("\"'(")
            return disks - {"root"} if device.startswith(_NETWORK) else disks | {"root"}
    return disks


def _names(text: str, values: Values, disks: set[str]) -> Iterator[str]:
    """Give the names of a file on the server that a word may mean; none for one on a disk."""
    on = re.match(r"^\(\$\{?(\w+)\}?\)", text)
    if (on[1] if on is not None else "root" if not text.startswith(("(", "$")) else "") in disks:
        return
    for name in spellings(text, values, _VARIABLE):
        device = _DEVICE.match(name)
        if device is None or device["device"].startswith((*_NETWORK, ANY)):
            path = _DEVICE.sub("", name)
            # GRUB takes any path from the root of its device, wherever the script lies.
            yield path if path.startswith(("/", ANY)) else f"/{path}"
