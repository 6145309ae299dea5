"""A UEFI Shell on a guest's console: its prompt, and what it answers to a command.

It is read from the screen: the shell places each key's echo by itself, so that
its plain text has a line end after every letter.
"""

import re

from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.console.keyboard import Key, type_text
from harness.guest.console.screen import Screen

SHELL_NORMAL: tuple[Tolerated, ...] = ("uefi-shell",)
"""What is a failure wherever nobody has asked for a shell."""

_PROMPT = "Shell>"
_VERSION = re.compile(r"UEFI Interactive Shell (v[\d.]+)")
_ANSWER_S = 10.0


class UefiShell:
    """The shell that runs on this console, or is about to."""

    def __init__(self, console: Console) -> None:
        """Keep the console."""
        self._console = console

    def wait_until_ready(self, *, timeout_s: float) -> None:
        """Wait for the first prompt; before it the shell looks for a startup.nsh for 5 s."""
        self._console.wait_for_screen(
            "the UEFI Shell's prompt",
            lambda screen: _asks(screen) or None,
            timeout_s=timeout_s,
            tolerate=SHELL_NORMAL,
        )

    def ask(self, command: str) -> tuple[str, ...]:
        """Type a command at the prompt; give the lines that the shell answers, if they fit."""
        type_text(self._console, command, tolerate=SHELL_NORMAL)
        self._console.send(Key.ENTER)
        return self._console.wait_for_screen(
            f"the UEFI Shell's answer to {command!r}",
            lambda screen: _answer(screen, command),
            timeout_s=_ANSWER_S,
            tolerate=SHELL_NORMAL,
        )

    def exit(self) -> None:
        """Leave the shell; what has started it goes on."""
        type_text(self._console, "exit", tolerate=SHELL_NORMAL)
        self._console.send(Key.ENTER)


def _asks(screen: Screen) -> bool:
    return screen.before_cursor.strip() == _PROMPT


def _answer(screen: Screen, command: str) -> tuple[str, ...] | None:
    """Give the lines between a command and the next prompt; None while there is no prompt."""
    asked = f"{_PROMPT} {command}"
    *lines, last = screen.lines
    if not _asks(screen) or last.strip() != _PROMPT or asked not in lines:
        return None
    return tuple(line.strip() for line in lines[len(lines) - lines[::-1].index(asked) :])


def shell_at_prompt(screen: Screen) -> str | None:
    """Name the shell that waits for a command; None while none does."""
    if not _asks(screen):
        return None
    version = _VERSION.search("\n".join(screen.lines))
    return f"UEFI Shell {version[1]}" if version else "UEFI Shell"
