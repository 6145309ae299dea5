"""How far long work is stands on standard error now and then, and of short work nothing."""

import pytest

from harness.cli.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the time, to be set."""
    now = [100.0]
    monkeypatch.setattr("harness.cli.progress.time.monotonic", lambda: now[0])
    return now


def test_a_line_comes_every_two_seconds(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress()
    for clock[0], done in ((101.0, 1), (102.5, 2), (103.0, 3), (105.0, 4)):
        progress.count("asked", done, 9)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "asked: 2 of 9\nasked: 4 of 9\n")


def test_where_nobody_looks_on_there_is_none(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress(on_terminals_only=True)
    clock[0] = 200.0
    progress.count("asked", 1, 9)
    assert capsys.readouterr().err == ""
