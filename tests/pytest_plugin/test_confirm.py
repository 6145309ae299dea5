"""What is red on the fast clock is run again on the real one, and that counts."""

from types import SimpleNamespace

import pytest

from harness.guest.spec import Clock
from harness.pytest_plugin import confirm
from tests.pytest_plugin.conftest import Run

FAST = """
import pytest
from harness.errors import BootError
from harness.pytest_plugin import confirm

boots = []


@pytest.fixture
def lab(request, evidence_dir):
    '''A lab in name only: what it says is whether it has the real clock.'''
    return confirm.is_confirmation(request.node)


def late(lab):
    boots.append(lab)
    if not lab:
        raise BootError("the server was late")
"""


@pytest.fixture(autouse=True)
def emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the runs have the fast clock, wherever they run."""
    fast = SimpleNamespace(clock=Clock.FAST)
    monkeypatch.setattr(confirm, "decided_run", lambda _config: fast)


def test_a_late_server_is_green_and_told(run: Run, pytester: pytest.Pytester) -> None:
    result = run(f"{FAST}\ndef test_boot(lab): late(lab)\n")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*red on the fast clock, so again on the real one: *the server was late*",
            "*green on the real clock, red on the fast one*",
            "*::test_boot: *the server was late*",
        ]
    )
    names = {path.name for path in (pytester.path / "evidence" / "latest").iterdir()}
    assert names == {"it-boot", "it-boot-real-clock"}


def test_what_is_wrong_is_red_on_both(run: Run) -> None:
    body = "def test_boot(lab):\n    boots.append(lab)\n    raise BootError(f'wrong {boots}')\n"
    result = run(f"{FAST}\n{body}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["wrong [[]False, True[]]"])


def test_what_is_green_is_run_once(run: Run) -> None:
    result = run(f"{FAST}\ndef test_boot(lab):\n    assert not lab\n")
    result.assert_outcomes(passed=1)
    assert "again on the real one" not in result.stdout.str()


def test_the_real_clock_needs_no_confirmation(run: Run) -> None:
    marked = "@pytest.mark.real_clock('keys')\ndef test_boot(lab): late(lab)\n"
    run(f"{FAST}\n{marked}").assert_outcomes(failed=1)


@pytest.mark.parametrize("outcome", ["pytest.skip('no tun')", "pytest.xfail('a known bug')"])
def test_what_is_no_failure_is_left_alone(run: Run, outcome: str) -> None:
    result = run(f"{FAST}\ndef test_boot(lab):\n    {outcome}\n")
    assert "again on the real one" not in result.stdout.str()


def test_a_confirmation_that_skips_hides_no_red(run: Run) -> None:
    body = "    if lab:\n        pytest.skip('not on the real clock')\n    late(lab)\n"
    result = run(f"{FAST}\ndef test_boot(lab):\n{body}")
    result.assert_outcomes(failed=1)
    assert "again on the real one" in result.stdout.str()


@pytest.mark.parametrize(
    "fault",
    ["UsageError('wrong use')", "GuestError('it went')", "KeyError('x')"],
)
def test_what_is_red_on_any_clock_is_run_once(run: Run, fault: str) -> None:
    body = f"from harness.errors import *\n\ndef test_boot(lab):\n    raise {fault}\n"
    result = run(f"{FAST}\n{body}")
    result.assert_outcomes(failed=1)
    assert "again on the real one" not in result.stdout.str()


def test_what_no_clock_could_change_is_run_once_and_told(run: Run) -> None:
    body = (
        "    error = BootError('another router')\n    error.may_be_late = False\n    raise error\n"
    )
    result = run(f"{FAST}\ndef test_boot(lab):\n{body}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*red on the fast clock, and nobody was late: that counts*"])
    assert "again on the real one" not in result.stdout.str()


TORN = """
@pytest.fixture
def torn(lab):
    yield lab
    if lab is {when}:
        raise OSError("torn")
"""


def test_a_confirmation_hides_no_error_at_teardown(run: Run) -> None:
    result = run(f"{FAST}\n{TORN.format(when=False)}\ndef test_boot(torn): late(torn)\n")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*OSError: torn*"])


def test_a_confirmation_that_never_looked_hides_no_red(run: Run) -> None:
    setup = TORN.replace("    yield lab\n", "").format(when=True) + "    return lab\n"
    result = run(f"{FAST}\n{setup}\ndef test_boot(torn): late(torn)\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the server was late"])
