"""Asking a UEFI Shell, and leaving it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.guest.console.console import Console
from harness.guest.console.failure import BootFailedError, BootTimeoutError
from harness.guest.menus.uefi_shell import UefiShell
from tests.guest.fake_guest import FakeGuest

BANNER = "\x1b[2J\x1b[01;01HUEFI Interactive Shell v2.2\r\nEDK II\r\n"


class FakeShell(FakeGuest):
    """Echoes as edk2's shell does: each key is placed, after the cursor was."""

    def __init__(self, pipe_path: Path) -> None:
        """Open the pipes; `start` draws."""
        self.row = 3
        self.typed = ""
        self.left = False
        self.answers = {"ver": ("UEFI Interactive Shell v2.2", "EDK II"), "map": ()}
        super().__init__(pipe_path)

    def start(self) -> None:
        """Say what the shell is, and ask."""
        self.say(BANNER)
        self.prompt()

    def prompt(self) -> None:
        """Ask for a command on the next row."""
        self.typed = ""
        self.say(f"\x1b[{self.row:02};01HShell> ")

    def answer(self, keys: bytes) -> None:
        """Echo, and answer at Enter."""
        for key in keys.decode():
            if key != "\r":
                self.typed += key
                self.say(f"\x1b[{self.row:02};{7 + len(self.typed):02}H{key}")
            elif self.typed == "exit":
                self.left = True
                self.say("\x1b[2J")
            else:
                for line in self.answers.get(self.typed, ("is not recognized",)):
                    self.row += 1
                    self.say(f"\x1b[{self.row:02};01H{line}")
                self.row += 1
                self.prompt()


@contextmanager
def shell(directory: Path) -> Iterator[tuple[UefiShell, FakeShell, Console]]:
    """Give a shell that is about to start."""
    with (
        Console(directory / "s", directory / "console.raw") as console,
        FakeShell(directory / "s") as guest,
    ):
        console.attach()
        yield UefiShell(console), guest, console


def test_each_answer_is_the_last_commands_own(tmp_path: Path) -> None:
    with shell(tmp_path) as (asked, guest, _):
        guest.start()
        asked.wait_until_ready(timeout_s=5)
        assert asked.ask("ver") == ("UEFI Interactive Shell v2.2", "EDK II")
        assert asked.ask("map") == ()
        assert asked.ask("dir") == ("is not recognized",)
        assert asked.ask("ver") == ("UEFI Interactive Shell v2.2", "EDK II")


def test_leaving_is_a_command_too(tmp_path: Path) -> None:
    with shell(tmp_path) as (asked, guest, console):
        guest.start()
        asked.wait_until_ready(timeout_s=5)
        asked.exit()
        console.wait_for_screen("a blank screen", lambda now: not now.lines or None, timeout_s=5)
        assert guest.left


def test_a_banner_without_a_prompt_is_no_shell(tmp_path: Path) -> None:
    with shell(tmp_path) as (asked, guest, _):
        guest.say(BANNER)
        with pytest.raises(BootTimeoutError, match="the UEFI Shell's prompt did not come"):
            asked.wait_until_ready(timeout_s=0.4)


def test_a_shell_that_nobody_asked_for_stays_a_failure(tmp_path: Path) -> None:
    with shell(tmp_path) as (_, guest, console):
        guest.start()
        with pytest.raises(BootFailedError, match="uefi-shell"):
            console.wait_for("Network boot", timeout_s=5)


def test_a_shell_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.guest.menus.uefi_shell._ANSWER_S", 0.4)
    with shell(tmp_path) as (asked, guest, _):
        guest.start()
        asked.wait_until_ready(timeout_s=5)
        monkeypatch.setattr(guest, "prompt", lambda: None)
        with pytest.raises(BootTimeoutError, match="the UEFI Shell's answer to 'ver' did not come"):
            asked.ask("ver")
