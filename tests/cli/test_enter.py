"""`harness enter` becomes a command in the lab that was meant, or lists those that run."""

import sys
from pathlib import Path

import pytest

from harness import cli, process
from harness.cli import enter
from harness.lab import running
from harness.lab.running import RunningLab
from harness.process import Completed
from tests.cli.conftest import PROJECT, Person

LABS = tuple(
    RunningLab(pid=pid, evidence_dir=Path("/evidence", name), has_user_namespace=pid > 11)
    for pid, name in ((11, "boots-x64"), (12, "boots-bios"))
)


class Replaced(Exception):  # noqa: N818 - not an error: what happened instead of an exec
    """What this process was to become."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        """Keep it."""
        super().__init__(argv)
        self.argv = argv
        self.env = env


@pytest.fixture(autouse=True)
def _two_labs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two labs run, and nothing be executed."""

    def replace(argv: list[str], *, env: dict[str, str]) -> None:
        raise Replaced(argv, env)

    monkeypatch.setattr(enter, "running_labs", lambda: LABS)
    monkeypatch.setattr(process, "replace", replace)
    monkeypatch.setenv("TERM", "vt100")
    monkeypatch.setenv("SECRET", "of the host")


def entered(*arguments: str) -> Replaced:
    """Give what `harness enter` would become."""
    with pytest.raises(Replaced) as caught:
        cli.main(["enter", *arguments])
    return caught.value


@pytest.mark.parametrize("wanted", ["11", "x64", "boots-x64"])
def test_a_lab_is_named_by_number_or_part_of_its_name(wanted: str) -> None:
    argv = entered(wanted, "--", "ip", "-br", "addr").argv
    assert argv[:2] == ["nsenter", "--target=11"]
    assert argv[-3:] == ["ip", "-br", "addr"]


def test_a_users_lab_is_entered_through_its_user_namespace() -> None:
    assert "--user" in entered("12", "--", "true").argv
    assert "--user" not in entered("11", "--", "true").argv


def test_without_a_command_it_is_a_shell_that_says_where_it_is() -> None:
    shell = entered("11")
    assert shell.argv[-3:] == ["bash", "--noprofile", "--norc"]
    assert shell.env["PS1"].startswith("[lab ")
    assert shell.env["TERM"] == "vt100"
    assert "SECRET" not in shell.env


def test_a_command_may_have_dashes_of_its_own() -> None:
    assert entered("11", "--", "sh", "-c", "--", "x").argv[-4:] == ["sh", "-c", "--", "x"]


@pytest.mark.parametrize(
    ("arguments", "first_line"),
    [
        ([], "error: 2 labs run here"),
        (["--", "ls"], "error: 2 labs run here"),
        (["boots"], "error: 'boots' means 2 of the labs that run here"),
        (["arm64"], "error: 'arm64' means none of the labs that run here"),
    ],
)
def test_what_is_not_clear_lists_the_labs(
    arguments: list[str], first_line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["enter", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.splitlines()[0] == first_line
    assert "    11      boots-x64\n    12      boots-bios" in said


def test_no_lab_at_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(enter, "running_labs", lambda: ())
    assert cli.main(["enter"]) == 2
    assert capsys.readouterr().err.startswith("error: no lab is running here\n  cure: start one")


def harness_enter(*arguments: str) -> Completed:
    """Run it for real."""
    source = "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))"
    argv = [sys.executable, "-c", source, "enter", *arguments]
    return process.run(argv, cwd=PROJECT, check=False)


def test_a_lab_that_runs_is_found_and_entered(person: Person) -> None:
    name = Path(person.fact("evidence")).name
    (found,) = (lab for lab in running.running_labs() if lab.pid == person.pid)
    assert found.name == name
    done = harness_enter(name, "--", "sh", "-c", "hostname; ip -br addr show eth0; exit 7")
    assert done.stdout.startswith("local-server\n")
    assert "192.0.2.1/24" in done.stdout
    assert done.exit_code == 7


def test_a_lab_that_has_ended_is_not_found(person: Person) -> None:
    person.started.close_stdin()
    person.started.wait(30)
    assert person.pid not in [lab.pid for lab in running.running_labs()]
