"""`harness up` at a terminal: the machine's screen beside what is told; keys are the machine's."""

import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import process
from harness.host import rights, tools
from harness.process import Process
from tests.cli.conftest import LAST_LINE, PROJECT, UP
from tests.desk.pty_screen import PtyScreen
from tests.lab.conftest import DAEMONS

AS_A_SHELL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.dup2(0, 1)
os.dup2(0, 2)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Starts a command as the leader of its terminal's session."""
DOWN = b"\x1b[B"


class Seat:
    """A terminal at which somebody has started `harness up`."""

    def __init__(self, screen: PtyScreen, started: Process) -> None:
        """Keep both, and how the terminal was."""
        self.screen, self.started = screen, started
        self.before = termios.tcgetattr(screen.program)

    def end(self, number: signal.Signals) -> int | None:
        """Send it a signal; give its exit code."""
        os.kill(self.started.pid, number)
        self.screen.wait_for(f"ended: {number.name}; what was seen is in ")
        code = self.started.wait(30)
        self.screen.read_all()  # the line may have been seen before the terminal was given back
        return code

    @property
    def settings(self) -> list[object]:
        """How the terminal handles keys and output now."""
        return termios.tcgetattr(self.screen.program)


Sit = Callable[..., Seat]


@pytest.fixture
def sit(own_site: Path, tmp_path: Path) -> Iterator[Sit]:
    """Give a way to sit down at a terminal of some size, with a machine that boots."""
    tools.require(*DAEMONS, "qemu-system-x86_64", "ipxe-roms")
    rights.require()
    program = tmp_path / "program.py"
    program.write_text(UP)
    taken: list[Seat] = []

    def sit(*words: str, columns: int = 140, rows: int = 30) -> Seat:
        screen = PtyScreen(columns, rows)
        evidence = tmp_path / "evidence"
        given = ("--boot=bios-ipxe-rom", "--accel=tcg", f"--evidence={evidence}", *words)
        env = {**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm-256color"}
        argv = [sys.executable, "-c", AS_A_SHELL, str(program), "up", f"--site={own_site}", *given]
        taken.append(Seat(screen, process.start(argv, stdin_fd=screen.program, env=env)))
        return taken[-1]

    yield sit
    for each in taken:
        each.started.close()
        each.screen.close()


def test_a_machines_screen_stands_beside_what_it_does(sit: Sit) -> None:
    seat = sit()
    screen = seat.screen
    screen.wait_for("keys go to it")
    screen.wait_for("menu        Network boot (legacy) (counts down")
    assert screen.taken()
    screen.type(DOWN)
    screen.wait_for("menu        > Systemrescuecd")
    left = "\n".join(row[:80] for row in screen.rows)
    assert "Network boot (legacy)" in left
    assert "Gparted" in left
    screen.resize(100, 28)
    screen.wait_for("Network boot (legacy)")
    while "│" in screen.text:
        assert screen.read(10.0)
    assert "Gparted" in screen.text
    screen.resize(140, 30)
    screen.wait_for("menu        > Systemrescuecd")
    screen.type(b"\x1d")
    screen.wait_for("Enter shows the screen again, Ctrl-C ends the lab.")
    assert not screen.taken()
    assert seat.settings == seat.before
    assert screen.said.count(b"menu        > Systemrescuecd\r\n") == 1
    screen.type(b"\n")
    screen.wait_for("keys go to it")
    assert seat.end(signal.SIGTERM) == 0
    assert not screen.taken()
    assert not screen.cursor_hidden
    assert seat.settings == seat.before


def test_ctrl_c_ends_it_where_lines_stand_alone(sit: Sit) -> None:
    seat = sit()
    seat.screen.wait_for("keys go to it")
    seat.screen.type(b"\x03\x1d")
    seat.screen.wait_for("Enter shows the screen again, Ctrl-C ends the lab.")
    seat.screen.type(b"\x03")
    seat.screen.wait_for("ended: SIGINT; what was seen is in ")
    assert seat.started.wait(30) == 0


@pytest.mark.parametrize(
    ("words", "columns"), [((), 100), (("--lines",), 140)], ids=["narrow", "asked-for"]
)
def test_lines_stand_alone(sit: Sit, words: tuple[str, ...], columns: int) -> None:
    seat = sit(*words, columns=columns)
    seat.screen.wait_for(LAST_LINE)
    seat.screen.wait_for("the loader asks for an address")
    assert not seat.screen.taken()
    assert seat.settings == seat.before
    assert b"\x1b[?1049h" not in seat.screen.said
    assert seat.end(signal.SIGHUP) == 0
