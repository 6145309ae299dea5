"""What a project's matrix leaves out of its sweeps, and why; one that can match nothing is refused.

A misspelt exclusion would be silent otherwise: what it was to leave out is run.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from harness.assets import catalogue, descriptors
from harness.assets.cache import Cache
from harness.assets.catalogue import AT, RELEASES, Part, fits, is_pattern
from harness.assets.option_rom import NICS
from harness.assets.own_build import fitting, is_own
from harness.machines import BOOT_PATHS, BootPath, OptionRom
from harness.site.lines import line_of_key
from harness.site.problem import Problem, suggestion
from harness.site.table import Line, Table

if TYPE_CHECKING:
    from harness.assets.parts import Parts

_TABLE = "exclusions"


class Exclusion(Table):
    """`[[exclusions]]`: what is not run of a sweep, and why. All that is said must fit."""

    because: Line
    firmware: str = ""
    loader: str = ""
    rom: str = ""
    qemu: str = ""
    """A release, of whose version the beginning is enough; or a pattern."""
    path: str = ""
    """A boot path, or a pattern."""
    scenario: str = ""
    """A file, as seen from the matrix, or a pattern."""

    @property
    def said(self) -> Mapping[str, str]:
        """Key → what it says of what is left out."""
        said: dict[str, str] = self.model_dump(exclude={"because"})
        return {key: word for key, word in said.items() if word}

    def __str__(self) -> str:
        """Say what it is about."""
        return " with ".join(self.said.values())

    def leaves_out(self, parts: "Parts", path: BootPath | None, scenario: str) -> bool:
        """Whether this is not run on machines of such parts."""
        said = {part: getattr(self, part.name.lower()) for part in Part}
        return (
            all(_has(parts, part, pattern) for part, pattern in said.items() if pattern)
            and (not self.path or (path is not None and fnmatchcase(path.id, self.path)))
            and (not self.scenario or fnmatchcase(scenario, self.scenario))
        )


def problems(
    exclusions: Sequence[Exclusion],
    *,
    axes: Mapping[str, Sequence[str]],
    files: Collection[str],
    path: Path,
    text: str,
) -> Iterator[Problem]:
    """Give what is wrong with those that can match nothing, or that say nothing.

    `axes` are what the matrix chooses on each, `files` those of its sweeps as seen from it.
    """
    for number, each in enumerate(exclusions):
        if not each.said:
            line = line_of_key(text, [_TABLE, number])
            what = f"exclusion {number + 1} leaves out everything"
            yield Problem(what=what, cure="say what of", path=path, line=line)
        for key, word in each.said.items():
            known = _known(key, axes, files)
            if not any(_fits(key, one, word) for one in known):
                yield Problem(
                    what=f"exclusion {number + 1} leaves out nothing: no {key} here is {word!r}",
                    cure=suggestion(word, known if key != "scenario" else ["a file of a sweep"]),
                    path=path,
                    line=line_of_key(text, [_TABLE, number, key]),
                )


def _known(key: str, axes: Mapping[str, Sequence[str]], files: Collection[str]) -> Sequence[str]:
    """Give what there is for a key."""
    if key == "path":
        return tuple(BOOT_PATHS)
    if key == "scenario":
        return tuple(files)
    return tuple(dict.fromkeys(_chosen(axes[key], Part[key.upper()])))


def _chosen(words: Iterable[str], part: Part) -> Iterator[str]:
    """Give what the words of an axis mean, as far as that is known without asking anybody.

    Of a release whose version nobody knows yet, the name with nothing behind the `@`.
    """
    cache = Cache()
    for word in words:
        if is_own(word):
            yield from fitting(word)
            continue
        if not is_pattern(word):
            yield word
            continue
        if descriptors.is_described(word):
            yield from descriptors.fitting(word)
            continue
        name = word.partition(AT)[0]
        for each in RELEASES:
            if each.part is part and not each.is_past and fnmatchcase(each.name, name):
                version = catalogue.upstream(each.version(cache))
                yield f"{each.name}{AT}{version}"


def _fits(key: str, known: str, word: str) -> bool:
    """Whether a word of an exclusion may match one of what there is."""
    if key == "path":
        own = BOOT_PATHS[known]
        cards = (own.with_nic(nic, rom) for nic, rom in product(NICS, OptionRom))
        return any(fnmatchcase(each.id, word) for each in (own, *cards))
    if key == "scenario":
        return fnmatchcase(known, word)
    name, at, version = known.partition(AT)
    is_unknown = bool(at) and not version
    return _is_of(known, word) or (is_unknown and fnmatchcase(name, word.partition(AT)[0]))


def _has(parts: "Parts", part: Part, pattern: str) -> bool:
    """Whether what is chosen of a machine fits a release, its version's beginning, or a pattern."""
    return any(_is_of(each.word, pattern) for each in parts.choices if each.part is part)


def _is_of(word: str, pattern: str) -> bool:
    name, _, version = word.partition(AT)
    wanted, at, beginning = pattern.partition(AT)
    return fnmatchcase(word, pattern) or (
        bool(at) and fnmatchcase(name, wanted) and fits(version, beginning)
    )
