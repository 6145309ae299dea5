"""`--repeat N`: every scenario with a lab N times, each time under an id of its own."""

import pytest

from harness.pytest_plugin.options import GROUP


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.getgroup(GROUP).addoption(
        "--repeat",
        metavar="N",
        type=int,
        default=1,
        help="run every scenario N times, each time in a lab of its own (default: 1)",
    )


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
