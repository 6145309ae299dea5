"""The files that PXELINUX's configuration names."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from harness.loaders.grub.named_files import has_own_words
from harness.loaders.pxelinux.configuration import (
    INCLUDE,
    PXELINUX_DIR,
    Line,
    base_of,
    lines_of,
    names_from,
)
from harness.loaders.script import ANY, NamedFile, Script, Use, Word

_CONFIGURATION = re.compile(rf"(?P<search>(?:.*/)?{re.escape(PXELINUX_DIR)})[^/]+")
_CORE = re.compile(r"(?:.*/)?ldlinux\.(?:c32|e32|e64)")
_WORDS = re.compile(
    r"(?im)^\s*(?:label|default|kernel|linux|append|ui|prompt|(?:menu\s+)?include)\s+\S"
)
_MODULE = ".c32"
_MENUS = frozenset({"menu.c32", "vesamenu.c32"})
"""Modules whose words are configurations."""
_OWN = "~"
"""Stands there for the configuration that is in force."""
TRIED_ENDINGS = (".cbt", ".bss", ".bs", ".0", ".bin", ".com", ".c32")
"""What Syslinux adds to the name of a file that is not there, one after the other."""
_NO_KERNEL = frozenset({".cbt", ".0", ".bin", ".bs", ".bss", ".com", ".img"})
"""What PXELINUX takes `KERNEL` for by its ending, other than Linux and modules."""
_USES: Mapping[str, Use] = {
    **dict.fromkeys((INCLUDE, "config"), Use.SCRIPT),
    **dict.fromkeys(("com32", "ui"), Use.MODULE),
    **dict.fromkeys(("boot", "bss", "comboot", "fdimage", "pxe"), Use.SCRIPT),
    "linux": Use.KERNEL,
    **dict.fromkeys(("display", "font", "kbdmap", "menu background"), Use.ASIDE),
    **dict.fromkeys((f"f{number}" for number in range(13)), Use.ASIDE),
}
"""What the first word behind a keyword is for, where the keyword says it."""


_TELLING = ("append", "kernel", "linux", "default", "ontimeout")
"""What has a kernel's words, be it behind its name."""


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


def named_files(scripts: Sequence[Script]) -> Iterator[NamedFile]:
    """Give the files that configurations of one boot name."""
    bases = bases_of(scripts)
    for script in scripts:
        yield from _of_one(script, bases.get(script.name))


def kernel_words(scripts: Sequence[Script]) -> Iterator[Word]:
    """Give the words that configurations of one boot hand to what they start."""
    for script in scripts:
        for line in lines_of(script):
            if line.keyword in _TELLING:
                for text in line.words:
                    yield Word(script=script.name, line=line.number, text=text, spelt=(text,))


def bases_of(scripts: Sequence[Script]) -> Mapping[str, str]:
    """Give where the names in each configuration begin, as far as somebody knows.

    It lies in `pxelinux.cfg/`, or one that does leads to it.
    """
    bases = {each.name: base for each in scripts if (base := base_of(each.name)) is not None}
    names = {f"/{each.name.lstrip('/')}": each for each in scripts}
    looked_at: set[str] = set()
    while new := [each for each in scripts if each.name in bases.keys() - looked_at]:
        looked_at |= {each.name for each in new}
        for script in new:
            for file in _of_one(script, bases[script.name]):
                led = (names.get(f"/{name.lstrip('/')}") for name in file.names)
                for each in filter(None, led if file.use is Use.SCRIPT else ()):
                    bases.setdefault(each.name, bases[script.name])
    return bases


def _of_one(script: Script, base: str | None) -> Iterator[NamedFile]:
    module, path = "", ""
    labels = {word for line in lines_of(script) if line.keyword == "label" for word in line.words}
    for line in lines_of(script):
        if line.keyword == "path":
            path = line.text
        if line.keyword == "label" or line.keyword in _USES or line.keyword == "kernel":
            module = PurePosixPath(next(iter(line.words), "")).name.lower()
        found = [*_named(line), *_argued(line, module), *_implied(line, labels)]
        for use, text in found:
            names = names_from(base, text) or (f"{ANY}/{text.lstrip('/')}",)
            if use is Use.MODULE:
                names = (*names, *_by_path(path, text, base))
            yield NamedFile(
                script=script.name,
                line=line.number,
                use=use,
                text=text,
                names=names,
                is_one_of_them=True,
                by_tftp=True,
            )


def _named(line: Line) -> Iterator[tuple[Use, str]]:
    """Give what a line names by itself."""
    match line.keyword, line.words:
        case "kernel", [kernel, *_]:
            suffix = PurePosixPath(kernel).suffix.lower()
            others = {_MODULE: Use.MODULE, **dict.fromkeys(_NO_KERNEL, Use.SCRIPT)}
            yield others.get(suffix, Use.KERNEL), kernel
        case "default" | "ontimeout" | "onerror", [word, *_] if word.lower().endswith(_MODULE):
            yield Use.MODULE, word
        case "initrd", [initrds, *_]:
            yield from ((Use.INITRD, each) for each in initrds.split(","))
        case "append", words:
            lists = [word.partition("=")[2] for word in words if _is_initrd(word)]
            yield from ((Use.INITRD, each) for names in lists for each in names.split(","))
        case keyword, [word, *_] if keyword in _USES:
            if not (keyword == "menu background" and word.startswith("#")):
                yield _USES[keyword], word


def _implied(line: Line, labels: Collection[str]) -> Iterator[tuple[Use, str]]:
    """Give the module that a default means by its name alone, which no label here has.

    So Cobbler and Foreman start their menus: Syslinux tries a name with one ending after another.
    """
    if line.keyword == "default" and labels and line.words and line.words[0] not in labels:
        module = f"{line.words[0]}{_MODULE}"
        if module in _MENUS:
            yield Use.MODULE, module


def _argued(line: Line, module: str) -> Iterator[tuple[Use, str]]:
    """Give the configurations that a menu's module is to show, behind it or by `APPEND`."""
    words = line.words
    if line.keyword in ("ui", "default", "ontimeout", "com32", "kernel"):
        words = words[1:]
        module = PurePosixPath(next(iter(line.words), "")).name.lower()
    elif line.keyword != "append":
        return
    if module in _MENUS:
        yield from ((Use.SCRIPT, word) for word in words if word != _OWN)


def _is_initrd(word: str) -> bool:
    return word.lower().startswith("initrd=")


def _by_path(path: str, text: str, base: str | None) -> Iterator[str]:
    """Give where else a module is looked for: `PATH` has directories, by blanks or colons."""
    if base is not None and not text.startswith("/"):
        for directory in re.split(r"[\s:]+", path.strip()) if path.strip() else ():
            yield from names_from(base, f"{directory.rstrip('/')}/{text}")
