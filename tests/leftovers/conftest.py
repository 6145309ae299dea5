"""One seed for all random moments: printed, and given again with --seed."""

import secrets

import pytest

from harness.host import rights, tools
from tests.lab.conftest import DAEMONS

SEED = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option; pytest knows it when this directory is named on its command line."""
    parser.addoption("--seed", type=int, default=None, help="of the random moments of kills")


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed before anything is killed by it."""
    return f"kills: --seed={seed_of(config)}"


def seed_of(config: pytest.Config) -> int:
    """Give the seed of this run: the one that was given, or a new one."""
    given: int | None = config.getoption("--seed", default=None)
    new = secrets.randbelow(1 << 32) if given is None else given
    return config.stash.setdefault(SEED, new)


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run."""
    return seed_of(request.config)


@pytest.fixture(scope="session")
def labs() -> None:
    """Skip, with the cure, where labs with guests cannot be."""
    tools.require(*DAEMONS, "qemu-system-x86_64", "ovmf", "catatonit")
    rights.require()
