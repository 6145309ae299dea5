"""`--hold`: the lab of a red scenario stands until a person ends it.

It stands as the failure left it, its evidence written: what a person does there is not of the
scenario. The run waits in that scenario; xdist's other workers go on. A scenario that is red on
the fast clock only until it is confirmed, one that is skipped, and an expected failure
hold nothing; nor does a lab that has not come up, for there is none.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from harness.errors import UsageError
from harness.host.person import require_person
from harness.pytest_plugin.confirm import is_to_be_confirmed
from harness.pytest_plugin.names import short_name
from harness.pytest_plugin.options import GROUP, SETTINGS
from harness.pytest_plugin.progress import teller
from harness.pytest_plugin.reporting import RESULT
from harness.pytest_plugin.run import worker_input

if TYPE_CHECKING:
    from harness.lab import Lab

_RED = ("failed", "error")
_HELP = (
    "let the lab of a red scenario stand until `harness down`, and say how to look into it;"
    " Ctrl-C ends it and the run (never where CI is set)"
)
_ENDED = "ended by Ctrl-C while a lab was held"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.getgroup(GROUP).addoption("--hold", action="store_true", help=_HELP)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to wait for a person where nobody is."""
    if config.getoption("hold"):
        try:
            require_person("--hold waits for a person", cure="look at the run's evidence instead")
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error


def stand(lab: "Lab", item: pytest.Item) -> None:
    """Let a scenario's lab stand until a person ends it, if the scenario is red and it is asked."""
    result = item.stash[RESULT]
    if not item.config.getoption("hold") or result.outcome not in _RED or is_to_be_confirmed(item):
        return
    from harness.desk.facts import describe_held
    from harness.desk.stay import stay

    lab.finish_records()
    say = _sayer(item)
    say(f"is red, so its lab stands: {result.why}")
    for line in describe_held(lab):
        say(line)
    say(f"stands until `harness down {lab.namespace.pid}`; Ctrl-C ends the run with it")
    try:
        how = stay(lab, say)
    except KeyboardInterrupt:
        if worker_input(item.config) is not None:
            raise  # the controller has ended the run, and waits
        how, item.session.shouldfail = "by Ctrl-C", _ENDED
    say(f"its lab is taken down: {how}")


def _sayer(item: pytest.Item) -> Callable[[str], None]:
    """Give a function that prints a line at once, whatever pytest keeps back."""
    name = short_name(item.nodeid)
    if item.config.stash[SETTINGS].progress:
        return teller(item.config, name, keeps=True)
    capture = item.config.pluginmanager.get_plugin("capturemanager")

    def say(line: str) -> None:
        # A worker's standard error is the controller's; its standard output is xdist's.
        if capture is None:
            print(f"{name}: {line}", file=sys.stderr, flush=True)  # noqa: T201
            return
        with capture.global_and_fixture_disabled():
            print(f"{name}: {line}", file=sys.stderr, flush=True)  # noqa: T201

    return say
