"""A project of its own for each test, with the harness's plugin and its reference site."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import harness.lab.guest  # noqa: F401 - what a run in this process imports first, pytester forgets

_REFERENCE = Path(__file__).parents[2] / "fixtures" / "showmax"
_COPY = TemporaryDirectory(prefix="site-")
SHOWMAX = Path(_COPY.name) / "showmax"
"""The reference site without its approved boots: a run of scenarios would boot guests for them."""
shutil.copytree(_REFERENCE, SHOWMAX, ignore=shutil.ignore_patterns("boots"))
SCENARIO = "scenarios/test_it.py"

CONFTEST = """
from contextlib import nullcontext
from types import SimpleNamespace
import pytest
from harness.errors import BootError
from harness.lab import Guest
from harness.pytest_plugin.names import short_name
from harness.pytest_plugin.progress import teller

pytest_plugins = ("harness.pytest_plugin",)


def wait_in_vain(*, timeout_s):
    __tracebackhide__ = True  # it stands for the harness
    raise BootError("it stays on", last_lines=["the screen"])


def blame_nginx(error, _when):
    error.causes = ("nginx was stopped",)


@pytest.fixture
def guest(request, evidence_dir):
    '''A guest of the harness that boots nothing; evidence is left.'''
    (evidence_dir / "console.txt").write_text("seen")
    return Guest(
        SimpleNamespace(name="guest0"),
        record=SimpleNamespace(mark=None, explain=blame_nginx),
        power=SimpleNamespace(
            console=SimpleNamespace(wait_for_end=wait_in_vain),
            domain=SimpleNamespace(still=nullcontext),
        ),
        tell=teller(request.config, short_name(request.node.nodeid)),
    )
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Give a way to run one scenario, from its lines, with options."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyprojecttoml(
        "[tool.pytest]\naddopts = ['--import-mode=importlib']\n"
        f"netboot_site = '{SHOWMAX}'\nnetboot_scenarios = ['scenarios']\n"
    )

    def run(source: str, *options: str, path: str = SCENARIO) -> pytest.RunResult:
        file = pytester.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
        subject = ("--accel=tcg", f"--evidence={pytester.path / 'evidence'}")
        return pytester.runpytest_inprocess(path.partition("/")[0], *subject, *options)

    return run
