"""What is run, and when: the axes, the exclusions and the tiers of a project's `matrix.toml`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from harness.errors import UsageError
from harness.machines import BootPath
from harness.pytest_plugin.exclusion import Exclusion, problems
from harness.site.problem import raise_all
from harness.site.table import Line, Table, read_tables

if TYPE_CHECKING:
    from harness.assets.parts import Parts

Axis = Literal["firmware", "loader", "rom", "qemu"]
Seconds = Annotated[float, Field(gt=0, strict=False)]


class Axes(Table):
    """`[axes]`: what machines can be made of, as the options of these names take it."""

    firmware: list[Line] = []
    loader: list[Line] = []
    rom: list[Line] = []
    qemu: list[Line] = []


class Sweep(Table):
    """`[[tiers.NAME.sweeps]]`: scenarios, run with the usual parts and along some axes."""

    scenarios: Annotated[list[Line], Field(min_length=1)]
    """Files and directories, as seen from the matrix."""
    left_out: list[Line] = []
    """Those below them that are left to other tiers."""
    over: list[Axis] = []
    """The axes; of several, all of one with all of the others."""
    slow: bool = False
    """Whether those marked `slow` are in it, too."""


class Tier(Table):
    """`[tiers.NAME]`."""

    what: Line
    limit_min: Annotated[int, Field(ge=1)]
    """Minutes that all of it may take."""
    guests: Annotated[int, Field(ge=0)] = 0
    """How many at a time where nobody says `-n`; 0 for no workers of xdist's."""
    payload: Literal["auto", "linux", "stub"] = "auto"
    clock: Literal["auto", "fast", "real"] = "auto"
    start: Literal["auto", "warm", "cold"] = "auto"
    sweeps: Annotated[list[Sweep], Field(min_length=1)]


class Guess(Table):
    """`[guess]`: seconds that a boot takes which never ran here."""

    bios_s: Seconds = 5.0
    uefi_s: Seconds = 10.0
    linux_s: Seconds = 25.0
    real_clock_s: Seconds = 40.0
    live_s: Seconds = 150.0


class _File(Table):
    """The whole file."""

    axes: Axes = Axes()
    exclusions: list[Exclusion] = []
    guess: Guess = Guess()
    tiers: Annotated[dict[str, Tier], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class MatrixFile:
    """A project's matrix, and where it stands: its paths are seen from there."""

    path: Path
    axes: Axes
    exclusions: tuple[Exclusion, ...]
    guess: Guess
    tiers: Mapping[str, Tier]

    def tier(self, name: str) -> Tier:
        """Give a tier.

        Raises:
            UsageError: there is none of that name.
        """
        if name not in self.tiers:
            raise UsageError(
                f"{self.path} has no tier {name}", cure=f"one of: {', '.join(self.tiers)}"
            )
        return self.tiers[name]

    def words(self, axis: Axis, sweep: Sweep) -> tuple[str, ...]:
        """Give what is chosen on an axis in a sweep."""
        chosen: list[str] = getattr(self.axes, axis)
        return tuple(chosen) if axis in sweep.over else ()

    def places(self, sweep: Sweep) -> tuple[Path, ...]:
        """Give where a sweep's scenarios lie."""
        return tuple(map(self._at, sweep.scenarios))

    def covers(self, sweep: Sweep, place: Path) -> bool:
        """Whether a file is in a sweep."""
        place = place.resolve()
        is_left = any(place.is_relative_to(self._at(each)) for each in sweep.left_out)
        return not is_left and any(place.is_relative_to(each) for each in self.places(sweep))

    def _at(self, word: str) -> Path:
        return (self.path.parent / word).resolve()

    def seen(self, place: Path) -> str:
        """Name a place as seen from here."""
        root = self.path.parent.resolve()
        near = place.resolve().is_relative_to(root)
        return str(place.resolve().relative_to(root) if near else place)

    def reason_against(self, parts: "Parts", path: BootPath | None, place: Path) -> str:
        """Say why this is not run with these parts; "" when it is."""
        seen = self.seen(place)
        against = (each for each in self.exclusions if each.leaves_out(parts, path, seen))
        return next((each.because for each in against), "")


def read_matrix(path: Path) -> MatrixFile:
    """Read a project's matrix.

    Raises:
        UsageError: it is not there.
        SiteError: what is in it cannot be meant; names the line.
    """
    if not path.is_file():
        raise UsageError(
            f"there is no {path.name} in {path.parent}, which would say what a tier is",
            cure="write one (docs/matrix.md), or name it as netboot_matrix in pytest's settings",
        )
    text = path.read_text()
    read = read_tables(path, text, _File)
    matrix = MatrixFile(
        path=path,
        axes=read.axes,
        exclusions=tuple(read.exclusions),
        guess=read.guess,
        tiers=read.tiers,
    )
    _verify(matrix)
    found = problems(
        matrix.exclusions,
        axes=read.axes.model_dump(),
        files=frozenset(_files(matrix)),
        path=path,
        text=text,
    )
    raise_all(tuple(found))
    return matrix


def _files(matrix: MatrixFile) -> Iterator[str]:
    """Give every file that a sweep may have, as seen from the matrix."""
    sweeps = (sweep for tier in matrix.tiers.values() for sweep in tier.sweeps)
    for place in all_places(matrix, sweeps):
        yield from (matrix.seen(each) for each in (place, *place.rglob("*.*")))


def _verify(matrix: MatrixFile) -> None:
    """Refuse what would silently run nothing, or leave nothing out."""
    for name, tier in matrix.tiers.items():
        for sweep in tier.sweeps:
            for word, place in zip(sweep.scenarios, matrix.places(sweep), strict=True):
                if not place.exists():
                    raise UsageError(
                        f"{matrix.path}: tier {name} names {word}, which is not there",
                        cure="name files and directories as seen from that file",
                    )
            for word in sweep.left_out:
                place = matrix.path.parent / word
                if not place.exists() or not matrix.covers(Sweep(scenarios=sweep.scenarios), place):
                    raise UsageError(
                        f"{matrix.path}: tier {name} leaves out {word}, which it would not have",
                        cure="name files and directories below the sweep's scenarios",
                    )
            for axis in sweep.over:
                if not getattr(matrix.axes, axis):
                    raise UsageError(
                        f"{matrix.path}: tier {name} goes over {axis}, of which [axes] says nothing"
                    )


def all_places(matrix: MatrixFile, sweeps: Iterable[Sweep]) -> tuple[Path, ...]:
    """Give where the scenarios of several sweeps lie, each place once."""
    return tuple(dict.fromkeys(place for each in sweeps for place in matrix.places(each)))
