"""An error says who is to blame, what was seen and what cures it, in this order."""

from pathlib import Path

import pytest

from harness import errors
from harness.errors import (
    BootError,
    CommandError,
    HarnessError,
    PrerequisiteError,
    ServiceError,
    SiteError,
    UsageError,
)


def test_the_facts_are_laid_out_under_the_first_line() -> None:
    error = HarnessError(
        "it broke", cure="mend it", last_lines=["one", "two"], log_path=Path("/var/log/it")
    )
    assert str(error) == (
        "it broke\n  cure: mend it\n  last lines:\n    one\n    two\n  log: /var/log/it"
    )
    assert (error.cure, error.last_lines) == ("mend it", ("one", "two"))


def test_what_is_not_known_is_not_mentioned() -> None:
    assert str(HarnessError("it broke")) == "it broke"


def test_only_the_last_lines_are_shown_but_all_are_kept() -> None:
    lines = [f"line {number}" for number in range(100)]
    error = HarnessError("it broke", last_lines=lines)
    shown = str(error).splitlines()[2:]
    assert shown == [f"    {line}" for line in lines[-errors.LAST_LINES :]]
    assert len(error.last_lines) == 100


@pytest.mark.parametrize(
    "kind",
    [
        errors.UsageError,
        errors.PrerequisiteError,
        errors.NetworkError,
        errors.GuestError,
        errors.HarnessError,
    ],
)
def test_only_the_product_fails_a_test(kind: type[HarnessError]) -> None:
    assert not issubclass(kind, AssertionError)
    assert issubclass(BootError, AssertionError)


def test_a_site_error_begins_as_compilers_do() -> None:
    error = SiteError("no such key", path=Path("site/site.toml"), line=7)
    assert str(error) == "site/site.toml:7: no such key"
    assert isinstance(error, UsageError)
    assert str(SiteError("not there", path=Path("site"))) == "site: not there"


def test_a_command_can_be_pasted_into_a_shell() -> None:
    error = CommandError(["nginx", "-g", "daemon off;"], exit_code=1, output="one\ntwo\n")
    assert error.headline == "nginx -g 'daemon off;' failed: exit code 1"
    assert error.last_lines == ("one", "two")


@pytest.mark.parametrize(
    ("exit_code", "said"),
    [
        (0, "exit code 0"),
        (3, "exit code 3"),
        (-11, "killed by SIGSEGV"),
        (-9, "killed by SIGKILL"),
        (-99, "killed by signal 99"),
    ],
)
def test_signals_have_names(exit_code: int, said: str) -> None:
    assert errors.ending(exit_code) == said
    assert str(ServiceError("dhcpd6", "died", exit_code=exit_code)) == f"dhcpd6: died ({said})"


def test_a_command_that_does_not_end() -> None:
    assert "did not end in time" in str(CommandError(["cat"], exit_code=None))


def test_all_causes_follow_the_first_line() -> None:
    causes = ("nginx was stopped", "nginx is silent")
    error = BootError("wrong path", causes=causes, last_lines=("the screen",))
    assert str(error).splitlines()[:3] == [
        "wrong path",
        "  cause: nginx was stopped",
        "  cause: nginx is silent",
    ]
    assert "the screen" in str(error)


def test_prerequisites_are_no_misuse() -> None:
    assert not issubclass(PrerequisiteError, UsageError)
