"""How a run goes on: a line for each result in a log, a region at a terminal's foot."""

import os
import re
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pexpect
import pytest

from harness.deadline import within
from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder
from harness.pytest_plugin import progress
from harness.pytest_plugin.board import Board, Ended, duration_words, result_line
from harness.pytest_plugin.options import SETTINGS
from harness.pytest_plugin.progress import Listener
from tests.pytest_plugin.conftest import Run

ADDRESS = f"netboot-harness-test-{os.getpid()}-progress"
WAITING = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_it(guest, number):
    print("kept back")
    with guest.waiting_for("the menu"):
        assert number == 1, "not so"
"""
SLOWLY = WAITING.replace("import pytest", "import time, pytest").replace(
    "        assert", "        time.sleep(2)\n        assert"
)
"""So slowly that a region which is drawn anew now and then shows it."""
WAIT = "*it: it[[]{number}]: waiting for the menu"


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_line_for_each_result(run: Run, options: tuple[str, ...]) -> None:
    result = run(WAITING, *options)
    result.assert_outcomes(passed=1, failed=1)
    lines = [line for line in result.stdout.lines if re.match(r"\[\d", line)]
    assert sorted(line[:5] for line in lines) == ["[1/2]", "[2/2]"]
    assert any(line.endswith("s  it: it[1]") and " green " in line for line in lines)
    assert any("s  it: it[2]: AssertionError: not so" in line and " RED " in line for line in lines)
    said = result.stdout.str().partition("= FAILURES =")[0]
    assert "waiting for" not in said
    assert "kept back" not in said


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "workers"])
def test_waits_are_told_to_who_asks_for_more(run: Run, options: tuple[str, ...]) -> None:
    lines = run(WAITING, "-v", *options).stdout
    for number in (1, 2):
        lines.fnmatch_lines_random([WAIT.format(number=number)])
    assert not any(line.startswith("[1/2] green") for line in lines.lines)


def test_nothing_of_it_if_it_is_not_wanted(run: Run) -> None:
    said = run(WAITING, "--no-progress").stdout.str()
    assert "waiting for" not in said.partition("= FAILURES =")[0]
    assert "scenarios/test_it.py .F" in said


class Terminal:
    """A terminal in which pytest runs."""

    def __init__(self, place: Path, *options: str, **env: str) -> None:
        """Run it to its end."""
        words = ["-m", "pytest", "scenarios", "--accel=tcg", *options]
        self._child = pexpect.spawn(
            sys.executable,
            words,
            cwd=place,
            dimensions=(25, 80),
            timeout=60,
            env={**os.environ, "TERM": "xterm", **env},
        )
        self.said = cast("bytes", self._child.read())
        self._child.close()

    def shows(self, text: str) -> bool:
        """Whether it has shown this at any time, in one line."""
        screen, decoder = Screen(), Decoder()
        for piece in self.said.split(b"\x1b[2K"):
            screen.feed(decoder.feed(piece))
            if any(text in row for row in screen.rows):
                return True
        return False


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_region_at_a_terminals_foot(
    run: Run, pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    run(SLOWLY, "--collect-only")
    terminal = Terminal(pytester.path, *options)
    assert terminal.shows("  it: it[1]  waiting for the menu")
    assert terminal.shows("[1/2]")
    assert terminal.shows("RED")
    assert terminal.shows("1 failed, 1 passed")
    assert b"kept back" not in terminal.said.partition(b"FAILURES")[0]


def test_no_colour_where_none_is_wanted(run: Run, pytester: pytest.Pytester) -> None:
    run(WAITING, "--collect-only")
    assert b"\x1b[31m" in Terminal(pytester.path).said
    assert b"\x1b[31m" not in Terminal(pytester.path, NO_COLOR="1").said


def test_a_terminal_that_can_nothing_has_lines(run: Run, pytester: pytest.Pytester) -> None:
    run(WAITING, "--collect-only")
    said = Terminal(pytester.path, TERM="dumb").said
    assert b"[1/2] green" in said


def board(*ids: str, workers: int = 1, **expected_s: float) -> Board:
    """Make the board of a run of these tests."""
    found = Board(expected_s=expected_s, workers=workers, clock=lambda: 10.0)
    found.collect(ids)
    return found


def test_the_time_left_goes_by_the_last_time() -> None:
    assert board("a", "b", a=60.0, b=30.0).left_s == 90.0
    assert board("a", "b", "c", a=60.0, b=30.0).left_s == 135.0  # one of which nothing is known
    assert board("a", "b", a=60.0, b=30.0, workers=2).left_s == 45.0
    assert board("a").left_s is None


def test_of_a_verdict_the_colour_is_shown() -> None:
    found = board("a")
    found.tell("web1", "green: DHCPv4 as PXEClient → ipxe.efi over TFTP, IPv4")
    found.tell("web2", "waiting for the menu: it counts")
    assert [each.what for each in found.waits.values()] == [
        "green",
        "waiting for the menu: it counts",
    ]


def test_times_are_told_roughly() -> None:
    assert [duration_words(each) for each in (1, 33, 58, 200)] == ["5 s", "35 s", "1 min", "3 min"]


def test_a_result_in_one_line() -> None:
    ended = Ended(name="web1", outcome="failed", took_s=9.04, why="dhcpd.conf:23: no", number=7)
    assert result_line(ended, 112) == "[  7/112] RED        9.0 s  web1: dhcpd.conf:23: no"


def test_a_listener_ends_when_it_is_told_to() -> None:
    heard: list[tuple[str, str]] = []
    for _ in range(2):
        Listener(ADDRESS, lambda *told: heard.append(told)).close()
    assert heard == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_listener_ends_where_nobody_hears_any_more() -> None:
    def broken(*_: object) -> None:
        raise ValueError("no")

    before = set(threading.enumerate())
    listener = Listener(ADDRESS, broken)
    (thread,) = set(threading.enumerate()) - before
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out, suppress(BlockingIOError):
        out.sendto(b'["it", "waits", true]', f"\0{ADDRESS}")
        thread.join(20.0)
        out.setblocking(False)
        while True:
            out.sendto(b'["it", "waits", true]', f"\0{ADDRESS}")
    within(20.0, listener.close)


@pytest.mark.parametrize("keeps", [True, False])
def test_what_a_person_must_be_told_is_not_dropped(
    monkeypatch: pytest.MonkeyPatch, *, keeps: bool
) -> None:
    heard: list[str] = []
    has_time = threading.Event()

    def hear(_name: str, what: str, _is_scenario: bool) -> None:
        has_time.wait(20.0)
        heard.append(what)

    listener = Listener(ADDRESS, hear)
    run = SimpleNamespace(address=ADDRESS.removesuffix("-progress"))
    monkeypatch.setattr(progress, "run_of", lambda _config: run)
    monkeypatch.setattr(progress, "worker_input", lambda _config: {})
    config = SimpleNamespace(stash={SETTINGS: SimpleNamespace(progress=True)})
    tell = progress.teller(cast("pytest.Config", config), "it", keeps=keeps)
    told = [f"line {number}" for number in range(600)]

    def tell_all() -> None:
        for line in told:
            tell(line)

    speaker = threading.Thread(target=tell_all)
    speaker.start()
    if not keeps:
        speaker.join(20.0)
    has_time.set()
    speaker.join(20.0)
    listener.close()
    assert (heard == told) is keeps
    assert heard[:5] == told[:5]
