"""Lines are typed at root's shell, and what they print is told from their echo."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError
from harness.guest.menus.linux_shell import Shell
from harness.process import run
from tests.guest.fake_guest import FakeGuest

PROMPT = "root@live:~# "


class FakeSystem(FakeGuest):
    """A booted system: its login, and a real shell behind an echo that wraps as a tty's does."""

    def __init__(self, pipe_path: Path) -> None:
        """Open the pipes; `log_in` speaks."""
        self._typed = ""
        super().__init__(pipe_path)

    def log_in(self) -> None:
        """Speak as agetty and bash do."""
        self.say("\r\nlive login: root (automatic login)\r\n\r\n\x1b[?2004h", PROMPT)

    def answer(self, keys: bytes) -> None:
        """Echo; run a line at Enter."""
        self._typed += keys.decode()
        if not self._typed.endswith("\r"):
            return
        line, self._typed = self._typed[:-1], ""
        self.say(*(line[at : at + 60] + " \r" for at in range(0, len(line), 60)), "\r\n")
        said = run(["sh", "-c", line], check=False).stdout
        self.say(said.replace("\n", "\r\n"), PROMPT)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[tuple[Shell, FakeSystem]]:
    """Give the shell of a system."""
    console = Console(tmp_path / "s", tmp_path / "console.raw")
    with console, FakeSystem(tmp_path / "s") as guest:
        console.attach()
        yield Shell(console, timeout_s=5.0), guest


def test_what_a_command_prints_is_given(system: tuple[Shell, FakeSystem]) -> None:
    shell, guest = system
    guest.log_in()
    shell.wait_until_there()
    assert shell.run("echo one; echo two") == "one\ntwo"
    assert shell.run("true") == ""
    assert shell.run("echo three") == "three"


def test_a_failure_has_a_code_and_its_words(system: tuple[Shell, FakeSystem]) -> None:
    shell, guest = system
    guest.log_in()
    shell.wait_until_there()
    assert shell.attempt("echo why >&2; (exit 3)") == ("why", 3)
    with pytest.raises(BootError, match="exit code 3") as caught:
        shell.run("echo why >&2; (exit 3)")
    assert caught.value.last_lines == ("why",)


def test_without_a_prompt_nobody_is_logged_in(system: tuple[Shell, FakeSystem]) -> None:
    shell, guest = system
    guest.say("\r\nlive login: ")
    impatient = Shell(shell._console, timeout_s=0.3)
    with pytest.raises(BootTimeoutError, match="root's prompt"):
        impatient.wait_until_there()
