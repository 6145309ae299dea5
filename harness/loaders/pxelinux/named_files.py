"""PXELINUX's configuration, and the files that it names."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.loaders.grub.named_files import has_own_words
from harness.loaders.script import ANY, NamedFile, Script, Use

PXELINUX_DIR = "pxelinux.cfg/"
"""Where PXELINUX looks for its configuration, beside itself."""
_CONFIGURATION = re.compile(rf"(?P<search>(?:.*/)?{re.escape(PXELINUX_DIR)})[^/]+")
_CORE = re.compile(r"(?:.*/)?ldlinux\.(?:c32|e32|e64)")
_WORDS = re.compile(
    r"(?im)^\s*(?:label|default|kernel|linux|append|ui|prompt|(?:menu\s+)?include)\s+\S"
)
_INCLUDE = re.compile(r"(?i)^\s*menu\s+include(?=\s)")
_NO_KERNEL = frozenset({".c32", ".cbt", ".0", ".bin", ".bs", ".bss", ".com", ".img"})
"""What PXELINUX takes `KERNEL` for by its ending, other than Linux."""


def search_of(file: str) -> str:
    """Give where a configuration of this name is looked for; "" for another file."""
    found = _CONFIGURATION.fullmatch(file)
    return found["search"] if found else ""


def is_core(file: str) -> bool:
    """Whether a file is what it takes in before anything else."""
    return _CORE.fullmatch(file) is not None


def is_pxelinux(text: str) -> bool:
    """Whether a text looks like its configuration. GRUB has words in common with it."""
    return _WORDS.search(text) is not None and not has_own_words(text)


def named_files(script: Script) -> Iterator[NamedFile]:
    """Give the files that its configuration names."""
    for number, line in script.lines.items():
        keyword, *words = _INCLUDE.sub("include", line).split() or [""]
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
