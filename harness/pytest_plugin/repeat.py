"""`--repeat N`: every scenario with a lab N times, each time under an id of its own."""

import argparse

import pytest

from harness.pytest_plugin.options import GROUP


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.getgroup(GROUP).addoption(
        "--repeat",
        metavar="N",
        type=count,
        default=1,
        help="run every scenario N times, each time in a lab of its own (default: 1)",
    )


def count(text: str) -> int:
    """Read a number of times; argparse tells the user what it is that is wrong."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return number


def repeated(name: str, config: pytest.Config) -> list[str]:
    """Give the names under which a test that has no function of its own is run."""
    times: int = config.getoption("repeat")
    return [f"{name}[{number}]" for number in range(1, times + 1)] if times > 1 else [name]


@pytest.fixture
def repetition(request: pytest.FixtureRequest) -> int:
    """Which time it is, from 1."""
    return getattr(request, "param", 1)


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat what has a lab; last, so that the number ends the test's id."""
    times = metafunc.config.getoption("repeat")
    if times > 1 and "lab" in metafunc.fixturenames:
        metafunc.fixturenames.append(repetition.__name__)
        metafunc.parametrize("repetition", range(1, times + 1), indirect=True)
