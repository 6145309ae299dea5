"""`--firmware`, `--loader`, `--rom`, `--qemu`: scenarios, once with each of what is asked for.

A tier asks for several sweeps of them (see `tier`).

A scenario on a boot path is run with what that path can have of it, and not twice with the same.
What a machine of it does otherwise with one of them is a difference from the same site and the
same approved boots: nothing of these is chosen by what a machine is made of.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.machines import BootPath
from harness.pytest_plugin.options import SETTINGS

if TYPE_CHECKING:
    from harness.assets.parts import Parts
    from harness.pytest_plugin.tier_file import MatrixFile, Tier

PARTS: "pytest.StashKey[Parts]" = pytest.StashKey()
"""On an item that is no function: what its machine is made of."""
FIXTURE = "machine_parts"
TIER: "pytest.StashKey[Tier]" = pytest.StashKey()
MATRIX: "pytest.StashKey[MatrixFile]" = pytest.StashKey()
"""What `--tier` names, and the file that says it."""
EXCLUDED = pytest.StashKey[Counter[str]]()
"""How many boots of the tier's sweeps the matrix leaves out, by its reason."""
_SWEPT: "pytest.StashKey[dict[int, tuple[Parts, ...]]]" = pytest.StashKey()
_COLUMNS: "pytest.StashKey[tuple[Parts, ...]]" = pytest.StashKey()


@pytest.fixture
def machine_parts(request: pytest.FixtureRequest) -> "Parts":
    """What the scenario's machines are made of in place of the usual."""
    given: Parts | None = getattr(request, "param", parts_of(request.node))
    return columns_of(request.config)[0] if given is None else given


def parts_of(item: pytest.Item) -> "Parts | None":
    """Give what an item's machines are made of; None where nothing is varied."""
    call = getattr(item, "callspec", None)
    found: Parts | None = item.stash.get(PARTS, None) if call is None else call.params.get(FIXTURE)
    return found


def asked_column(item: pytest.Item) -> str:
    """Give what of an item's id says which of several columns it is of that were asked for.

    Releases that a scenario names itself are in its id, whatever is asked for.
    """
    over, parts = item.get_closest_marker("boot_paths"), parts_of(item)
    has_own = item.get_closest_marker("bug") is not None or (over is not None and over.args[1])
    return "" if parts is None or has_own else parts.id


def columns_of(config: pytest.Config) -> "tuple[Parts, ...]":
    """Give the columns of this run's matrix: of a tier, those of all its sweeps.

    Raises:
        HarnessError: an option means nothing that there is.
    """
    if _COLUMNS not in config.stash:
        from harness.assets.parts import columns

        asked = config.stash[SETTINGS]
        usual = columns(asked.firmware, asked.loaders, asked.roms, asked.qemus)
        others = (column for each in swept_columns(config).values() for column in each)
        config.stash[_COLUMNS] = tuple(dict.fromkeys((*usual, *others)))
    return config.stash[_COLUMNS]


def swept_columns(config: pytest.Config) -> "dict[int, tuple[Parts, ...]]":
    """Give the columns of each sweep of the run's tier, by its number; none without a tier.

    Raises:
        HarnessError: an axis means nothing that there is.
    """
    tier = config.stash.get(TIER, None)
    if tier is None:
        return {}
    if _SWEPT not in config.stash:
        from harness.assets.parts import swept

        matrix = config.stash[MATRIX]
        config.stash[_SWEPT] = {
            number: swept(
                matrix.words("firmware", sweep),
                matrix.words("loader", sweep),
                matrix.words("rom", sweep),
                matrix.words("qemu", sweep),
            )
            for number, sweep in enumerate(tier.sweeps)
        }
    return config.stash[_SWEPT]


def columns_on(
    path: BootPath | None, config: pytest.Config, place: Path | None = None
) -> "tuple[Parts, ...]":
    """Give those that differ for a machine that takes this path; all where none is known.

    Of a tier, those of the sweeps that the file is in.

    Raises:
        UsageError: pytest's, where an option means nothing that there is.
    """
    try:
        every = columns_of(config) if TIER not in config.stash else _of_tier(path, config, place)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error
    return every if path is None else tuple(dict.fromkeys(each.on(path) for each in every))


def own_columns(path: BootPath, releases: Iterable[str]) -> "tuple[Parts, ...]":
    """Give those that a scenario names itself: these releases, whatever is asked for."""
    from harness.assets.parts import Parts

    return tuple(Parts.one("firmware", each, machine=path.machine) for each in releases)


def _of_tier(
    path: BootPath | None, config: pytest.Config, place: Path | None
) -> "tuple[Parts, ...]":
    """Give the columns of a file; the usual one where no sweep has it, and it will not be run."""
    matrix, sweeps = config.stash[MATRIX], config.stash[TIER].sweeps
    found: dict[Parts, None] = {}
    for number, every in swept_columns(config).items():
        if place is not None and matrix.covers(sweeps[number], place):
            found |= dict.fromkeys(each if path is None else each.on(path) for each in every)
    excluded = {
        parts: because
        for parts in found
        if place is not None and (because := matrix.reason_against(parts, path, place))
    }
    config.stash.setdefault(EXCLUDED, Counter()).update(excluded.values())
    return tuple(parts for parts in found if parts not in excluded) or columns_of(config)[:1]


def is_swept(
    parts: "Parts | None", path: BootPath | None, place: Path, config: pytest.Config, *, slow: bool
) -> bool:
    """Whether a sweep of the run's tier has this; of parts that nobody varies, whatever it is."""
    matrix = config.stash[MATRIX]
    return any(
        (sweep.slow or not slow)
        and matrix.covers(sweep, place)
        and (parts is None or parts in (e if path is None else e.on(path) for e in every))
        and (parts is None or not matrix.reason_against(parts, path, place))
        for sweep, every in zip(
            config.stash[TIER].sweeps, swept_columns(config).values(), strict=True
        )
    )


def named(name: str, parts: "Parts | None") -> str:
    """Give the name of a test for a column of the matrix."""
    return f"{name}-{parts.id}" if parts is not None and parts.id else name


def vary(metafunc: pytest.Metafunc) -> None:
    """Run a scenario that is on no named boot path once with each column."""
    place = metafunc.definition.path
    every = columns_on(None, metafunc.config, place) if FIXTURE in metafunc.fixturenames else ()
    if len(every) > 1:
        ids = [each.id or pytest.HIDDEN_PARAM for each in every]
        metafunc.parametrize(FIXTURE, every, ids=ids, indirect=True)
