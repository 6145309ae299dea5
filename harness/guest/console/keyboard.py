"""Type on a guest's serial console, no faster than the guest takes keys."""

from collections.abc import Sequence
from enum import StrEnum

from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated

_PART = 8
"""Keys sent before their echo is awaited: a BIOS keeps 15, and drops what comes beyond."""

_ECHO_S = 10.0


class Key(StrEnum):
    """Keys as a serial terminal sends them."""

    DOWN = "\x1b[B"
    ENTER = "\r"
    ESC = "\x1b"
    SPACE = " "
    CTRL_B = "\x02"
    CTRL_X = "\x18"


def key_of(name: str) -> str:
    """Give what a terminal sends for a key by its name: `s`, `Ctrl-B`; "" is any key."""
    ctrl = name.removeprefix("Ctrl-")
    return (ctrl if ctrl == name else chr(ord(ctrl[:1]) & 0x1F)) or Key.SPACE


def type_line(console: Console, text: str, *, tolerate: Sequence[Tolerated] = ()) -> None:
    """Type `text` at a prompt, press Enter, and wait until the line has ended."""
    type_text(console, text, tolerate=tolerate)
    console.send(Key.ENTER)
    console.wait_for(
        f"{text[-_PART:]}\n",
        timeout_s=_ECHO_S,
        what=f"the end of the line after {text!r}",
        tolerate=tolerate,
    )


def type_text(console: Console, text: str, *, tolerate: Sequence[Tolerated] = ()) -> None:
    """Type `text` at a prompt; each part waits for the echo of the one before."""
    for end in range(_PART, len(text) + _PART, _PART):
        _type_part(console, text[end - _PART : end], typed=text[:end], tolerate=tolerate)


def _type_part(console: Console, part: str, *, typed: str, tolerate: Sequence[Tolerated]) -> None:
    """Type a few keys and wait until the line shows all that is typed."""
    console.send(part)
    console.wait_for_screen(
        f"the echo of {typed!r}",
        lambda screen: screen.before_cursor.endswith(typed) or None,
        timeout_s=_ECHO_S,
        tolerate=tolerate,
    )
