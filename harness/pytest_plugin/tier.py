"""`--tier NAME`: what the project's matrix says is run so often, and before it how long it takes.

The matrix (`tier_file`) names scenarios, what their machines are varied over, and what is left out
of that. Somebody who names tests as well runs what the tier has of them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.again import path_of
from harness.pytest_plugin.axes import MATRIX, TIER, is_swept, parts_of
from harness.pytest_plugin.bugs import MARK as BUG
from harness.pytest_plugin.forecast import forecast
from harness.pytest_plugin.options import SETTINGS, is_scenario
from harness.pytest_plugin.progress import teller
from harness.pytest_plugin.run import worker_input

_FIRST = "gw0"
"""The worker of xdist's that tells: all collect the same."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Read the tier, and have as many workers as it says, unless somebody says something else.

    xdist makes them out of its options in this hook: a wrapper comes before.
    """
    name: str = config.getoption("tier")
    if name:
        try:
            _choose(config, name)
        except HarnessError as error:
            raise pytest.UsageError(str(error)) from error
    return (yield)


def _choose(config: pytest.Config, name: str) -> None:
    from harness.pytest_plugin.tier_file import all_places, read_matrix

    _verify_alone(config)
    matrix = read_matrix(config.rootpath / config.getini("netboot_matrix"))
    tier = matrix.tier(name)
    config.stash[MATRIX], config.stash[TIER] = matrix, tier
    for option in ("payload", "clock", "start"):
        if config.getoption(option) == "auto":
            setattr(config.option, option, getattr(tier, option))
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return
    # A worker of xdist's is told what people typed, and finds the places itself.
    config.args[:] = [str(place) for place in all_places(matrix, tier.sweeps)]
    is_worker = worker_input(config) is not None
    if tier.guests and not is_worker and getattr(config.option, "numprocesses", 0) is None:
        config.option.numprocesses = tier.guests


def _verify_alone(config: pytest.Config) -> None:
    """Refuse what a tier decides itself."""
    for option in ("firmware", "loader", "rom", "qemu", "markexpr"):
        if config.getoption(option):
            name = "-m" if option == "markexpr" else f"--{option}"
            raise pytest.UsageError(f"--tier says itself what {name} would: leave one out")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what the tier's sweeps have."""
    if TIER not in config.stash:
        return
    left_out = [item for item in items if is_scenario(item) and not _is_swept(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_swept(item: pytest.Item) -> bool:
    """Whether a sweep has it; what chooses its parts itself is in each that has its file."""
    from harness.assets.parts import Parts

    over = item.get_closest_marker("boot_paths")
    names_own = over is not None and any(over.args[1])
    is_pair = item.get_closest_marker(BUG) is not None
    parts = None if is_pair or names_own else (parts_of(item) or Parts())
    slow = item.get_closest_marker("slow") is not None
    return is_swept(parts, path_of(item), Path(item.path), item.config, slow=slow)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Say how much it is and how long it may take, before the first guest."""
    config = session.config
    worker = worker_input(config)
    is_told = worker is None or worker.get("workerid") == _FIRST
    if TIER in config.stash and is_told and not config.getoption("collectonly"):
        tell = teller(config, f"tier {config.getoption('tier')}", is_scenario=False)
        tell(str(forecast(session.items, config)))


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which tier it is."""
    if TIER not in config.stash:
        return []
    tier = config.stash[TIER]
    return [f"tier: {config.getoption('tier')}: {tier.what} ({config.stash[MATRIX].path.name})"]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a tier in a run that is about no site: nothing of it would be run."""
    if TIER in config.stash and not config.stash[SETTINGS].is_about_a_site:
        raise pytest.UsageError(
            f"tier {config.getoption('tier')} of {config.stash[MATRIX].path} names no site's"
            " scenarios: netboot_site of pytest's settings says whose they are"
        )
