"""What machines are made of in place of the usual: one column of a matrix.

Firmware, loaders, option ROMs and QEMU are an axis each. What is asked for of one axis several
times is combined with all that is asked for of the others; a boot has of it what its path can have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from harness.assets import catalogue
from harness.assets.cache import Cache
from harness.assets.catalogue import AT, Part
from harness.assets.descriptors import is_described
from harness.assets.firmware import choose_firmware, machine_of
from harness.assets.loader import with_loaders
from harness.assets.option_rom import USUAL as USUAL_ROM
from harness.assets.own_build import fitting, is_own
from harness.assets.qemu import EMULATOR, own_qemu
from harness.errors import UsageError
from harness.machines import MACHINES, BootPath, Machine, OptionRom
from harness.machines.x86_64 import X64
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is taken on one axis."""

    part: Part
    owner: str
    """The machine that firmware is for; the kind of loader. Of each there is one at a time."""
    word: str
    """A release, or a place of somebody's own."""
    label: str = ""
    """What tells it from others of its axis; "" where there is one only."""

    def is_for(self, path: BootPath) -> bool:
        """Whether a machine that takes this path can have it."""
        if self.part is Part.FIRMWARE:
            return path.machine.id == self.owner
        if self.part is Part.QEMU:
            return path.machine.board.emulator == EMULATOR
        return self.part is Part.LOADER or path.rom is not OptionRom.NONE


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One column: what is chosen on each axis. Nothing is chosen where the usual is meant."""

    choices: tuple[Choice, ...] = ()

    @classmethod
    def one(cls, axis: str, release: str, *, machine: Machine) -> "Parts":
        """Give the column of one release, or own build, on one axis, by its option: `firmware`, ….

        Asks nobody what the release is: what it is made into does. A build is for this machine.
        """
        part = Part[axis.upper()]
        owner = ""
        if part is Part.FIRMWARE:
            owner = (machine if is_own(release) else machine_of(release)).id
        return cls(choices=(Choice(part=part, owner=owner, word=release, label=release),))

    @property
    def id(self) -> str:
        """What tells it from other columns, for the names of tests; "" where there are none."""
        return "-".join(each.label for each in self.choices if each.label)

    @property
    def options(self) -> tuple[str, ...]:
        """The options by which one asks for it, of a run or of a lab."""
        words: list[str] = []
        for each in self.choices:
            is_others = each.part is Part.FIRMWARE and is_own(each.word) and each.owner != X64.id
            word = f"{each.owner}={each.word}" if is_others else each.word
            words += [f"--{each.part.name.lower()}", word]
        return tuple(words)

    @property
    def firmware(self) -> Mapping[str, str]:
        """The firmware by the ids of its machines."""
        return {each.owner: each.word for each in self.choices if each.part is Part.FIRMWARE}

    @property
    def rom(self) -> str:
        """Where option ROMs are from; "" for the usual place."""
        return self._only(Part.ROM)

    @property
    def qemu(self) -> str:
        """What emulates PCs; "" for this machine's own."""
        return self._only(Part.QEMU)

    def _only(self, part: Part) -> str:
        return next((each.word for each in self.choices if each.part is part), "")

    def on(self, path: BootPath) -> "Parts":
        """Give of it what a machine that takes this path can have."""
        return Parts(choices=tuple(each for each in self.choices if each.is_for(path)))

    def of(self, site: Site) -> Site:
        """Give the site with the loaders that are chosen.

        Raises:
            UsageError: it is supplied with none that one of them could stand for.
        """
        return with_loaders(site, [e.word for e in self.choices if e.part is Part.LOADER])


def columns(
    firmware: Sequence[str],
    loaders: Sequence[str],
    roms: Sequence[str],
    qemus: Sequence[str] = (),
    *,
    machine: Machine = X64,
) -> tuple[Parts, ...]:
    """Give the columns that words of the command line ask for; one where they ask for nothing.

    A build of firmware is for this machine where no other is named with it.

    Raises:
        UsageError: a word means nothing that there is.
        PrerequisiteError: nobody can tell what it means.
    """
    return _product(firmware, loaders, roms, qemus, machine=machine, named=False)


def swept(
    firmware: Sequence[str],
    loaders: Sequence[str],
    roms: Sequence[str],
    qemus: Sequence[str] = (),
) -> tuple[Parts, ...]:
    """Give the columns of a sweep over these, each choice with its name.

    The usual release is no choice: its column is that in which nothing is chosen.

    Raises:
        UsageError: a word means nothing that there is.
        PrerequisiteError: nobody can tell what it means.
    """
    every = _product(firmware, loaders, roms, qemus, machine=X64, named=True)
    return tuple(dict.fromkeys(map(_beside_usual, every)))


def _product(
    firmware: Sequence[str],
    loaders: Sequence[str],
    roms: Sequence[str],
    qemus: Sequence[str],
    *,
    machine: Machine,
    named: bool,
) -> tuple[Parts, ...]:
    chosen = choose_firmware(firmware, machine=machine)
    words = [
        *((Part.FIRMWARE, id, found) for id, found in chosen.items()),
        *((Part.LOADER, kind, found) for kind, found in _loaders(loaders).items()),
        *([(Part.ROM, "", _meant(roms, Part.ROM))] if roms else ()),
        *([(Part.QEMU, "", _meant(qemus, Part.QEMU))] if qemus else ()),
    ]
    axes = [_axis(*each, named=named) for each in words]
    return tuple(Parts(choices=each) for each in product(*axes))


def _beside_usual(parts: Parts) -> Parts:
    return Parts(choices=tuple(each for each in parts.choices if not _is_usual(each)))


def _is_usual(choice: Choice) -> bool:
    """Whether a machine has it where nothing is chosen."""
    if is_own(choice.word) or is_described(choice.word):
        return False
    name = USUAL_ROM if choice.part is Part.ROM else choice.word.partition(AT)[0]
    if choice.part is Part.FIRMWARE:
        name = MACHINES[choice.owner].default_firmware
    usual = catalogue.find(name, choice.part)
    return catalogue.find(choice.word, choice.part) == usual


def _loaders(words: Sequence[str]) -> dict[str, list[str]]:
    """Give an axis for each kind of loader; a directory of somebody's own is one by itself."""
    kinds: dict[str, list[str]] = {}
    for word in _meant(words, Part.LOADER):
        kinds.setdefault("" if is_own(word) else word.partition(AT)[0], []).append(word)
    return kinds


def _axis(
    part: Part, owner: str, words: Iterable[str], *, named: bool = False
) -> tuple[Choice, ...]:
    chosen = tuple(dict.fromkeys(words))
    labels = [_label(word, chosen) if named or len(chosen) > 1 else "" for word in chosen]
    if named and part is Part.ROM:  # one sweep's ROM is not another one's loader
        labels = [f"rom-{label}" for label in labels]
    return tuple(
        Choice(part=part, owner=owner, word=word, label=label)
        for word, label in zip(chosen, labels, strict=True)
    )


def _label(word: str, among: Sequence[str]) -> str:
    """Name what is somebody's own by the last part of its place, numbered where that is shared."""
    if not is_own(word):
        return word
    names = [Path(each).name for each in among]
    shared = names.count(Path(word).name) > 1
    return f"{Path(word).name}{among.index(word) + 1 if shared else ''}"


def _meant(words: Iterable[str], part: Part) -> tuple[str, ...]:
    """Give the words without a pattern that these mean."""
    cache = Cache()
    meant: list[str] = []
    for word in words:
        if is_own(word):
            for place in fitting(word):
                if part is Part.QEMU:
                    own_qemu(place, cache=cache)
                elif not Path(place).expanduser().is_dir():
                    raise UsageError(f"there is no directory {place} to take {part.value}s from")
                meant.append(place)
            continue
        found = catalogue.find_all(word, part, cache=cache)
        for each in found if catalogue.is_pattern(word) else ():
            catalogue.look_up(each, cache)
        labels = [catalogue.label(each, cache, like=found) for each in found]
        meant += labels if catalogue.is_pattern(word) else [word]
    return tuple(dict.fromkeys(meant))
