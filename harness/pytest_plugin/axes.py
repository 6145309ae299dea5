"""`--firmware`, `--loader`, `--rom`: the same scenarios, once with each of what is asked for.

A scenario on a boot path is run with what that path can have of it, and not twice with the same.
What a machine of it does otherwise with one of them is a difference from the same site and the
same approved boots: nothing of these is chosen by what a machine is made of.
"""

from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.machines import BootPath
from harness.pytest_plugin.options import SETTINGS

if TYPE_CHECKING:
    from harness.assets.parts import Parts

PARTS: "pytest.StashKey[Parts]" = pytest.StashKey()
"""On an item that is no function: what its machine is made of."""
FIXTURE = "machine_parts"
_COLUMNS: "pytest.StashKey[tuple[Parts, ...]]" = pytest.StashKey()


@pytest.fixture
def machine_parts(request: pytest.FixtureRequest) -> "Parts":
    """What the scenario's machines are made of in place of the usual."""
    given: Parts | None = getattr(request, "param", request.node.stash.get(PARTS, None))
    return columns_of(request.config)[0] if given is None else given


def columns_of(config: pytest.Config) -> "tuple[Parts, ...]":
    """Give the columns of this run's matrix.

    Raises:
        HarnessError: an option means nothing that there is.
    """
    if _COLUMNS not in config.stash:
        from harness.assets.parts import columns

        asked = config.stash[SETTINGS]
        config.stash[_COLUMNS] = columns(asked.firmware, asked.loaders, asked.roms)
    return config.stash[_COLUMNS]


def columns_on(path: BootPath | None, config: pytest.Config) -> "tuple[Parts, ...]":
    """Give those that differ for a machine that takes this path; all where none is known.

    Raises:
        UsageError: pytest's, where an option means nothing that there is.
    """
    try:
        every = columns_of(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error
    return every if path is None else tuple(dict.fromkeys(each.on(path) for each in every))


def named(name: str, parts: "Parts | None") -> str:
    """Give the name of a test for a column of the matrix."""
    return f"{name}-{parts.id}" if parts is not None and parts.id else name


def vary(metafunc: pytest.Metafunc) -> None:
    """Run a scenario that is on no named boot path once with each column."""
    every = columns_on(None, metafunc.config) if FIXTURE in metafunc.fixturenames else ()
    if len(every) > 1:
        metafunc.parametrize(FIXTURE, every, ids=[each.id for each in every], indirect=True)
