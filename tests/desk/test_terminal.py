"""A terminal has one line that changes; a log has none of it."""

import io

import pytest

from harness.desk.terminal import Terminal


class Screen(io.StringIO):
    """What stands for a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_a_log_has_lines_only() -> None:
    out = io.StringIO()
    shown = Terminal(out)
    shown.show("half")
    shown.say("done")
    assert out.getvalue() == "done\n"


def test_a_line_goes_above_the_one_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Screen()
    shown = Terminal(out)
    shown.show("half")
    shown.show("half")
    shown.say("done")
    shown.show("")
    assert out.getvalue() == "\r\x1b[Khalf\r\x1b[Kdone\nhalf\r\x1b[K"


def test_a_dumb_terminal_is_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Screen()
    Terminal(out).show("half")
    assert out.getvalue() == ""


def test_what_changes_fits_on_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    out = Screen()
    Terminal(out).show("x" * 100)
    assert out.getvalue().count("x") == 19
