"""PXELINUX's configuration, the files that it names, and what it prints when it fails."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.loaders.base import failure
from harness.loaders.grub.named_files import has_own_words
from harness.loaders.script import ANY, NamedFile, Script, Use

PXELINUX_DIR = "pxelinux.cfg/"
"""Where PXELINUX looks for its configuration, beside itself."""
_WORDS = re.compile(r"(?im)^\s*(?:label|default|kernel|linux|append|ui|prompt|include)\s+\S")
_NO_KERNEL = frozenset({".c32", ".cbt", ".0", ".bin", ".bs", ".bss", ".com", ".img"})
"""What PXELINUX takes `KERNEL` for by its ending, other than Linux."""

FAILURES = (
    failure(
        "pxelinux-no-module",
        r"Failed to load (?:COM32 file )?\S+\.c32",
        "PXELINUX lacks a module of its own",
        "ldlinux.c32 and the other .c32 files of its version, beside it",
        is_cause=True,
    ),
    failure(
        "pxelinux-no-configuration",
        r"Unable to locate configuration file|No DEFAULT or UI configuration directive found",
        "PXELINUX has no configuration that says what to boot",
        "pxelinux.cfg/default, or the file of this machine's there",
    ),
    failure(
        "pxelinux-no-file",
        r"Could not find (?:kernel|ramdisk) image: |^Loading \S+ ?\.*\s*failed: ",
        "the server has no such file",
        "the name in pxelinux.cfg, or the file below the data root",
        is_cause=True,
    ),
    failure(
        "pxelinux-bad-kernel",
        r"Invalid or corrupt kernel image|^Booting kernel failed: ",
        "what PXELINUX was to boot is not a kernel",
        "the file that it names",
    ),
)


def is_pxelinux(text: str) -> bool:
    """Whether a text looks like its configuration. GRUB has words in common with it."""
    return _WORDS.search(text) is not None and not has_own_words(text)


def named_files(script: Script) -> Iterator[NamedFile]:
    """Give the files that its configuration names."""
    for number, line in script.lines.items():
        keyword, _, rest = line.strip().partition(" ")
        words = rest.split()
        found: list[tuple[Use, str]] = []
        match keyword.lower(), words:
            case "linux", [kernel, *_]:
                found = [(Use.KERNEL, kernel)]
            case "kernel", [kernel, *_]:
                other = PurePosixPath(kernel).suffix.lower() in _NO_KERNEL
                found = [(Use.SCRIPT if other else Use.KERNEL, kernel)]
            case "initrd", [initrds, *_]:
                found = [(Use.INITRD, each) for each in initrds.split(",")]
            case "append", _:
                lists = [w.partition("=")[2] for w in words if w.lower().startswith("initrd=")]
                found = [(Use.INITRD, each) for names in lists for each in names.split(",")]
            case "include" | "config", [other, *_]:
                found = [(Use.SCRIPT, other)]
        for use, text in found:
            yield NamedFile(
                script=script.name,
                line=number,
                use=use,
                text=text,
                names=_names(script.name, text),
                is_one_of_them=True,
            )


def _names(script: str, text: str) -> tuple[str, ...]:
    """Give what a name may mean: it begins beside PXELINUX itself, or at the server's root.

    Its configuration lies beside it, but in Debian's tree both are reached by links, too.
    """
    above, is_known, _ = script.partition(PXELINUX_DIR)
    if "://" in text:
        return (text,)
    if text.startswith("::"):
        return (f"/{text[2:].lstrip('/')}",)
    name = text.lstrip("/")
    return tuple(dict.fromkeys((f"{above}{name}", f"/{name}"))) if is_known else (f"{ANY}/{name}",)
