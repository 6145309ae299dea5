"""What looks wrong in PXELINUX's configurations: files that are not there, labels that are none."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from harness.examine.finding import Finding, error, warning
from harness.examine.named import lies_at
from harness.loaders.pxelinux.configuration import Line, lines_of
from harness.loaders.pxelinux.modules import CORES, libraries_of
from harness.loaders.pxelinux.named_files import (
    TRIED_ENDINGS,
    bases_of,
    is_pxelinux,
    named_files,
)
from harness.loaders.pxelinux.prompt import Configuration
from harness.loaders.script import ANY, NamedFile, Script, Use
from harness.site import Site
from harness.site.url import of_other_case

_STARTERS = ("default", "ontimeout")
_A_LABEL = re.compile(r"[\w-]+")
"""A name that might as well be a file's has a dot or a directory."""


def findings(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Go through PXELINUX's configurations among scripts, by their paths in the site."""
    alike = {path: text for path, text in texts.items() if is_pxelinux(text.text)}
    known = bases_of(list(alike.values()))
    own = {path: text for path, text in alike.items() if text.name in known}
    paths = {text.name: path for path, text in own.items()}
    is_whole = True
    for file in named_files(list(own.values())):
        where = f"{paths[file.script]}:{file.line}"
        found = list(_missing(site, file, where))
        is_whole = is_whole and not (found and file.use is Use.SCRIPT)
        yield from found
    for path, text in own.items():
        yield from _serial(path, text)
    every = (_labels(site, e, list(own.values()), paths, is_whole=is_whole) for e in own.values())
    yield from dict.fromkeys(finding for found in every for finding in found)


def _missing(site: Site, file: NamedFile, where: str) -> Iterator[Finding]:
    """Say that a file is in none of the places where it is looked for."""
    if file.use not in (Use.SCRIPT, Use.MODULE, Use.ASIDE):
        return
    lying = [lies_at(site, file, name) for name in file.names if ANY not in name]
    places = [place for place in lying if place]
    there = next((e for e in places if _is_there(site, e)), "")
    if not places:
        return
    if there:
        yield from _libraries(site, file, places, where) if file.use is Use.MODULE else ()
    elif file.use is Use.MODULE:
        yield error(where, f"{places[0]} is not there, and is started here")
    elif file.use is Use.SCRIPT:
        yield warning(where, f"{places[0]} is not there, and nothing stands in its place")
    else:
        yield warning(where, f"{places[0]} is not there, and is not shown")


def _libraries(site: Site, file: NamedFile, places: Sequence[str], where: str) -> Iterator[Finding]:
    """Say which library a module lacks; before Syslinux 5, which has a core, there were none."""
    module = PurePosixPath(file.text)
    beside = {PurePosixPath(place[: -len(str(module).lstrip("/"))]) for place in places}
    if not any(_is_there(site, str(each / core)) for each in beside for core in CORES.values()):
        return
    beside |= {PurePosixPath(place).parent for place in places}
    for library in libraries_of(module.name):
        if not any(_is_there(site, str(each / library)) for each in beside):
            lacking = PurePosixPath(places[0]).with_name(library)
            yield error(where, f"{lacking} is not there, and {module.name} does not run without it")


def _is_there(site: Site, place: str) -> bool:
    return site.provides(place) or place in site.absent or place in site.laid


def _serial(path: str, text: Script) -> Iterator[Finding]:
    """Say that a BIOS which shows its screen on the same port has every letter twice."""
    said: dict[str, Line] = {line.keyword: line for line in lines_of(text)}
    if "serial" in said and (said["console"].words if "console" in said else []) != ["0"]:
        yield warning(
            f"{path}:{said['serial'].number}",
            "a BIOS that shows its screen on a serial line, as in a lab, writes each letter twice "
            "with this, and no menu is read there: add `CONSOLE 0`, or let the BIOS do it alone",
        )


def _labels(
    site: Site, text: Script, others: Sequence[Script], paths: Mapping[str, str], *, is_whole: bool
) -> Iterator[Finding]:
    """Say which label there is twice, and what is to be started and is not one."""
    known = Configuration.read(text, others)
    # Of two in one file its loader tells.
    apart = ((e, known.labels[e.words[0]]) for e in known.again)
    for line, first in (pair for pair in apart if pair[0].script != pair[1].script):
        place = f"{paths[first.script]}:{first.number}"
        what = f"the label '{line.words[0]}' is in {place} already, which counts"
        yield warning(f"{paths[line.script]}:{line.number}", what)
    for line in lines_of(text):
        where, word = f"{paths[text.name]}:{line.number}", next(iter(line.words), "")
        is_name = line.keyword in _STARTERS and _A_LABEL.fullmatch(word) is not None
        if is_name and is_whole and known.labels and word not in known.labels:
            yield from _no_label(site, known, where, word, text)


def _no_label(
    site: Site, known: Configuration, where: str, word: str, text: Script
) -> Iterator[Finding]:
    case = of_other_case(word, known.labels)
    labels = f"it has: {', '.join(known.labels)}{case}"
    file = NamedFile(script=text.name, line=0, use=Use.KERNEL, text=word, by_tftp=True)
    lies = [lies_at(site, file, f"/{word}{ending}") for ending in ("", *TRIED_ENDINGS)]
    if not known.takes_files:
        yield error(where, f"'{word}' is not a label; {labels}")
    elif not any(_is_there(site, each) for each in lies):
        yield warning(where, f"'{word}' is not a label, nor a kernel that is there; {labels}")
