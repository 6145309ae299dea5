"""The matrix of a run: machines across, what they boot down, their firmware's versions apart."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from harness.evidence.directory import AGAIN
from harness.machines import BOOT_PATHS
from harness.plan.boot_text import BOOT_SUFFIX
from harness.report.facts import BootFacts

UNTOUCHED = "nobody presses a key"
_APPROVED = "approved boots"
_CHOSEN = "--"
"""Between a machine and the row that is chosen, in the name of a .boot file."""
_REPETITION = re.compile(r"(?:^|-)\d+$")
_RELEASE = re.compile(r"[\w.]+(?:-[\w.]+)*@[\w.+~-]+")
"""What was varied, in a test's id: `ovmf-x64@2025.02`."""
_ID = re.compile(r"^(?P<name>.*?)(?:\[(?P<parameters>.*)\])?$", re.DOTALL)


@dataclass(frozen=True, order=True, kw_only=True)
class Column:
    """A machine, or a boot path; one of several where it was booted with several versions."""

    order: int
    """Where people list it."""
    machine: str
    versions: tuple[str, ...] = ()
    """Of what was varied in this run: its firmware's, its loaders'."""

    @property
    def words(self) -> list[str]:
        """Its name, to be set one word under the other."""
        return self.machine.split("-")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is booted: an entry that is chosen, or what a scenario shows."""

    name: str
    cells: Mapping[Column, Sequence[BootFacts]]

    @property
    def is_red(self) -> bool:
        """Whether any of it is."""
        return any(counted(each).is_red for each in self.cells.values())


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All boots of a run by their places."""

    columns: Sequence[Column]
    groups: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    varied: Sequence[str] = ()
    """The parts of machines of which there are several versions in one place."""

    @cached_property
    def short(self) -> Mapping[str, str]:
        """Give of each version what tells it from the others: a release, without its packaging."""
        every = {version for column in self.columns for version in column.versions}
        released = {version: version.split(" ")[-1].split("-")[0] for version in every}
        upstream = {version: words.partition("+")[0] for version, words in released.items()}
        is_enough = len(set(upstream.values())) == len(set(released.values()))
        return upstream if is_enough else released

    def told(self, column: Column) -> list[str]:
        """Give a column's versions, those that read the same once."""
        return list({self.short[version]: version for version in column.versions}.values())

    def told_of(self, boot: BootFacts) -> str:
        """Give what tells a boot from those that have the same place otherwise."""
        versions = versions_of(boot, self.varied)
        return ", ".join(dict.fromkeys(self.short[version] for version in versions))


def matrix(facts: Sequence[BootFacts]) -> Matrix:
    """Put each boot in its place."""
    lines: dict[str, dict[str, dict[Column, list[BootFacts]]]] = {}
    varied = _varied(facts)
    for each in facts:
        group, name, machine = place_of(each)
        versions = versions_of(each, varied)
        column = Column(order=_order(machine), machine=machine, versions=versions)
        line = lines.setdefault(group, {}).setdefault(name, {})
        line.setdefault(column, []).append(each)
    columns = {column for group in lines.values() for line in group.values() for column in line}
    return Matrix(
        columns=sorted(columns),
        varied=varied,
        groups={
            group: [Line(name=name, cells=cells) for name, cells in named.items()]
            for group, named in sorted(lines.items(), key=lambda each: each[0] != _APPROVED)
        },
    )


def versions_of(boot: BootFacts, varied: Sequence[str]) -> tuple[str, ...]:
    """Give a boot's versions of what was varied."""
    return tuple(boot.parts[part] for part in varied if part in boot.parts)


def _varied(facts: Sequence[BootFacts]) -> list[str]:
    """Give the parts of machines of which there were several in one place of the matrix."""
    found: dict[tuple[str, ...], set[str]] = {}
    for each in facts:
        for part, version in each.parts.items():
            found.setdefault((*place_of(each), part), set()).add(version)
    varied = dict.fromkeys(place[-1] for place, versions in found.items() if len(versions) > 1)
    return sorted(varied)


def counted(boots: Sequence[BootFacts]) -> BootFacts:
    """Give the boot of a cell that counts: a red one, unless it was confirmed on the real clock."""
    again = {each.name for each in boots}
    last = [each for each in boots if f"{each.name}{AGAIN}" not in again] or list(boots)
    return next((each for each in last if each.is_red), last[0])


def place_of(boot: BootFacts) -> tuple[str, str, str]:
    """Give the group, the line and the machine of a boot, by the names that people gave them."""
    module, _, test = boot.test.partition("::")
    place, path = PurePath(module), boot.summary.boot_path
    if place.suffix == BOOT_SUFFIX:
        machine, _, chosen = place.stem.partition(_CHOSEN)
        return _APPROVED, chosen or UNTOUCHED, machine
    base = next((id for id in BOOT_PATHS if path == id or path.startswith(f"{id}-")), path)
    if not test:
        return "labs", boot.name, base
    found = _ID.match(test)
    parameters = (found["parameters"] or "") if found else ""
    rest = _RELEASE.sub("", parameters.replace(base, "", 1)).strip("-")
    rest = _REPETITION.sub("", rest)
    name = (found["name"] if found else test).replace("::", ": ").replace("test_", "", 1)
    words = " ".join(filter(None, (name.replace("_", " "), rest)))
    module = place.stem.removeprefix("test_").replace("_", " ")
    return (
        _group(place),
        words if f"{words} ".startswith(f"{module} ") else f"{module}: {words}",
        base,
    )


def _group(place: PurePath) -> str:
    """Name the directory of a scenario, without what all have in common."""
    parts = [part for part in place.parent.parts if part not in ("scenarios", "..", ".")]
    return " / ".join(parts) or "scenarios"


def _order(machine: str) -> int:
    known = list(BOOT_PATHS)
    return known.index(machine) if machine in known else len(known)


def last_tries(facts: Sequence[BootFacts]) -> Iterator[BootFacts]:
    """Go through the boots that count, one for each scenario."""
    by_test: defaultdict[str, list[BootFacts]] = defaultdict(list)
    for each in facts:
        by_test[each.test].append(each)
    yield from map(counted, by_test.values())
