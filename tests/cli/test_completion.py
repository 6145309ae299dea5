"""Shells complete: what they run is theirs, and what they are told is what there is."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from harness.cli import main, make_parser
from harness.cli.examples import EXAMPLES
from harness.machines import BOOT_PATHS
from harness.process import run


def completed(line: str, place: Path) -> list[str]:
    """Ask as bash does, by the protocol of argcomplete."""
    answers = place / "answers"
    env = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answers),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_IFS": "\n",
    }
    program = Path(sys.executable).with_name("harness")
    run([str(program)], check=False, env=env)
    return [word.strip() for word in answers.read_text().splitlines()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("harness rep", ["report"]),
        ("harness up --boot x64-http-", ["x64-http-ipv4", "x64-http-ipv6"]),
        ("harness up --accel ", ["auto", "kvm", "tcg"]),
        ("harness completion f", ["fish"]),
        ("harness firmware show ipxe@s", ["ipxe@sid"]),
    ],
)
def test_what_could_come_next(line: str, words: list[str], tmp_path: Path) -> None:
    assert completed(line, tmp_path) == words


def test_every_boot_path(tmp_path: Path) -> None:
    assert set(completed("harness up --boot ", tmp_path)) == set(BOOT_PATHS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shells_own_words(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert "harness" in said
    assert "_ARGCOMPLETE" in said


def test_bash_takes_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    script = f"{capsys.readouterr().out}\ncomplete -p harness"
    assert "_python_argcomplete" in run(["bash", "-c", script]).output


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_ends_with_examples_that_can_be_typed(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*filter(None, [command]), "--help"])
    said = capsys.readouterr().out
    for line, _ in EXAMPLES[command]:
        assert line in said
        if line.startswith("harness ") and "|" not in line:
            words = shlex.split(line.partition(" -- ")[0])[1:]
            make_parser().parse_args(words)


def test_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out.partition("commands:")[2].partition("examples:")[0]
    named = {
        line.split()[0] for line in said.splitlines() if line.startswith("    ") and line[4] != " "
    }
    named.discard("COMMAND")
    assert named - set(EXAMPLES) <= {"doctor"}
