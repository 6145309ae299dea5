"""The command line prints errors as errors, without a traceback."""

from pathlib import Path

import pytest

from harness import cli
from harness.errors import PrerequisiteError
from harness.host import doctor
from harness.host.finding import Check, State

FINDING = Check(name="taps", state=State.MISSING, detail="closed", cure="open it")


def test_the_doctor_prints_and_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda *_: (FINDING,))
    assert cli.main(["doctor"]) == 1
    assert "cure: open it" in capsys.readouterr().out


def test_an_error_is_one_message_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PrerequisiteError("no disk", cure="buy one")

    monkeypatch.setattr(doctor, "examine", refuse)
    assert cli.main(["doctor"]) == 2
    assert capsys.readouterr().err == "error: no disk\n  cure: buy one\n"


def test_a_reader_that_has_seen_enough_ends_it_without_a_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def say() -> int:
        raise BrokenPipeError

    assert cli.exit_code(say) == 141
    assert capfd.readouterr().err == ""


def test_an_interrupt_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "examine", interrupt)
    assert cli.main(["doctor"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_site_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}/none")


@pytest.mark.parametrize("arguments", [[], ["unheard-of"], ["check"], ["bench"]])
def test_wrong_use_shows_the_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize("command", ["prepare", "doctor", "firmware"])
@pytest.mark.parametrize("below", ["", "/below"])
def test_a_cache_that_is_a_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    below: str,
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("HARNESS_CACHE", f"{file}{below}")
    assert cli.main([command]) == 2
    said = f"error: the cache cannot be in {file}{below}: {file} is not a directory\n  cure: "
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("word", ["rescue", 'types "rescue"'])
def test_a_label_is_named_as_it_is_or_as_a_boot_file_has_it(word: str) -> None:
    assert cli.make_parser().parse_args(["learn", "mysite", "--row", word]).rows == ["rescue"]
