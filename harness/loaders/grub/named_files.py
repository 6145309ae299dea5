"""The files that GRUB's configuration names."""

import re
from collections.abc import Iterator, Sequence

from harness.loaders.script import NamedFile, Script, Use, gathered, spellings

_WORDS = re.compile(
    r"(?m)^\s*(?:menuentry|submenu|linux(?:efi|16)?|initrd(?:efi|16)?|configfile|insmod|chainloader"
    r"|set\s+\w+=)"
)
_OWN_WORDS = re.compile(r"(?m)^\s*(?:menuentry|submenu|configfile|insmod|set\s+\w+=)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SET = re.compile(r"^\s*(?:set\s+)?(\w+)=(?:\"([^\"]*)\"|'([^']*)'|(\S*))\s*$")
_DEVICE = re.compile(r"^\(+[^)]*\)+")
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
    values = gathered(
        (found[1], next((each for each in found.groups()[1:] if each is not None), ""))
        for script in scripts
        for _, line in script.lines.items()
        if (found := _SET.match(line))
    )
    for script in scripts:
        for number, line in script.lines.items():
            for part in re.split(r"[;{}](?!\w+\})", line):
                words = [word.strip("\"'") for word in part.split()]
                use = _USES.get(words[0]) if words else None
                if use is None:
                    continue
                named = [word for word in words[1:] if not word.startswith("--")]
                for text in named if use is Use.INITRD else named[:1]:
                    spelt = spellings(text, values, _VARIABLE)
                    names = tuple(_DEVICE.sub("", each) for each in spelt)
                    yield NamedFile(
                        script=script.name, line=number, use=use, text=text, names=names
                    )
