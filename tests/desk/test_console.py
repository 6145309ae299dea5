"""Who attaches sees all that was said and is to come, and is the guest's keyboard."""

import os
import pty
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import process
from harness.deadline import Deadline
from harness.desk.console import GuestConsole, attach, consoles, find_console
from harness.errors import UsageError
from harness.lab.running import RunningLab
from harness.process import Process


@dataclass(frozen=True, kw_only=True)
class FakeLab(RunningLab):
    """A lab whose files lie here."""

    root: Path

    def path(self, inside: Path) -> Path:
        """Give where they lie."""
        return self.root / inside.name


class Desk:
    """A person at a terminal, the pipe that stands for QEMU, and a lab that is a process."""

    def __init__(self, place: Path, first: Process) -> None:
        """Begin with a guest that has said something."""
        self.first = first
        self.lab = FakeLab(
            pid=first.pid, evidence_dir=place, has_user_namespace=False, root=place / "run"
        )
        self.raw = place / "console.raw"
        self.raw.write_bytes(b"Hello\x1b[6n\x1b[c\x1b[2Jmenu")
        self.lab.root.mkdir()
        os.mkfifo(self.lab.root / "guest0.console.in")
        self.qemu = os.open(self.lab.root / "guest0.console.in", os.O_RDONLY | os.O_NONBLOCK)
        self.keyboard, self._terminal = pty.openpty()
        self._out, self._write = os.pipe()
        self.how: list[str] = []
        self._thread = threading.Thread(target=self._attach)

    def _attach(self) -> None:
        found = find_console(self.lab, "")
        self.how.append(attach(found, stdin=self._terminal, stdout=self._write))

    def sit_down(self) -> None:
        """Attach."""
        self._thread.start()

    def read_until(self, text: bytes) -> bytes:
        """Read the terminal until something stands there."""
        deadline, said = Deadline(10.0, repr(text)), b""
        os.set_blocking(self._out, False)
        while text not in said and not deadline.expired:
            try:
                said += os.read(self._out, 4096)
            except BlockingIOError:
                self._thread.join(0.02)
        assert text in said
        return said

    def end(self) -> str:
        """Wait until it is detached; give what ended it."""
        self._thread.join(10.0)
        assert not self._thread.is_alive()
        return self.how[0]

    def close(self) -> None:
        """Give everything back."""
        self.first.kill()
        if self._thread.ident:
            self._thread.join(10.0)
        for each in (self.qemu, self.keyboard, self._terminal, self._out, self._write):
            os.close(each)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give one."""
    first = process.start(["sleep", "60"])
    desk = Desk(tmp_path, first)
    yield desk
    desk.close()
    first.close()


def test_it_shows_what_was_said_and_what_comes(desk: Desk) -> None:
    desk.sit_down()
    assert desk.read_until(b"menu") == b"Hello\x1b[2Jmenu"
    with desk.raw.open("ab") as file:
        file.write(b"more \x1b[6n")
    assert desk.read_until(b"\x1b[6n") == b"more \x1b[6n"


def test_keys_go_to_the_guest_until_ctrl_bracket(desk: Desk) -> None:
    desk.sit_down()
    desk.read_until(b"menu")
    os.write(desk.keyboard, b"\x1b[B\r\x03ab\x1dcd")
    assert desk.end() == "detached"
    assert os.read(desk.qemu, 100) == b"\x1b[B\r\x03ab"


def test_a_guest_that_is_off_takes_none_and_that_is_said(desk: Desk) -> None:
    desk.sit_down()
    desk.read_until(b"menu")
    (desk.lab.root / "guest0.console.in").unlink()
    os.write(desk.keyboard, b"x")
    desk.read_until(b"[guest0 is off: it takes no keys]")


def test_it_ends_with_the_lab(desk: Desk) -> None:
    desk.sit_down()
    desk.read_until(b"menu")
    desk.first.kill()
    assert desk.end() == "the lab has ended"


def test_the_terminal_is_as_it_was(desk: Desk) -> None:
    import termios

    before = termios.tcgetattr(desk.keyboard)
    desk.sit_down()
    desk.read_until(b"menu")
    os.write(desk.keyboard, b"\x1d")
    desk.end()
    assert desk.read_until(b"\x1b[?25h") == b"\x0f\x1b[0m\x1b[?25h"
    assert termios.tcgetattr(desk.keyboard) == before


def test_of_several_guests_one_is_named(desk: Desk) -> None:
    (desk.lab.evidence_dir / "guest1").mkdir()
    (desk.lab.evidence_dir / "guest1" / "console.raw").touch()
    assert [each.guest for each in consoles(desk.lab)] == ["guest0", "guest1"]
    with pytest.raises(UsageError, match="has 2 machines"):
        find_console(desk.lab, "")
    with pytest.raises(UsageError, match="no guest guest2"):
        find_console(desk.lab, "guest2")
    found = find_console(desk.lab, "guest1")
    assert found == GuestConsole(guest="guest1", lab=desk.lab)
    assert found.store.dir == desk.lab.evidence_dir / "guest1"
