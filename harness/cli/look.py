"""`harness console` and `harness capture`: look on what a running lab does, from outside."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from harness import logwatch
from harness.desk.capture import stream
from harness.desk.console import GuestConsole, attach, find_console
from harness.errors import UsageError
from harness.guest.console.transcript import readable
from harness.lab.running import SeveralMeantError, find_lab, running_labs
from harness.secret import masked

_LOOK_S = 0.2
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def console(wanted: str, guest: str, *, log: bool, wait: bool) -> int:
    """Attach to a guest's console, or print what it has said, as text.

    With `wait` there may be no such lab, or guest, yet.
    """
    found = _find(wanted, guest, wait=wait)
    if log:
        print(masked(readable(found.store.read_console_bytes())), end="")
        return 0
    print(f"[{found.guest} of {found.lab.name}; Ctrl-] detaches]\r", file=sys.stderr, flush=True)
    how = attach(found, stdin=sys.stdin.fileno(), stdout=sys.stdout.fileno())
    print(f"\r\n[{how}]", file=sys.stderr)
    return 0


def _find(wanted: str, guest: str, *, wait: bool) -> GuestConsole:
    while True:
        try:
            return find_console(find_lab(wanted, running_labs()), guest)
        except SeveralMeantError:
            raise
        except UsageError:
            if not wait:
                raise
            logwatch.pause(_LOOK_S)


def capture(wanted: str, output: Path | None) -> int:
    """Write a lab's capture to a file or to standard output until the lab ends, or Ctrl-C."""
    lab = find_lab(wanted, running_labs())
    if output is None and os.isatty(sys.stdout.fileno()):
        raise UsageError(
            "a capture is not for a terminal",
            cure="harness capture | wireshark -k -i -, or name a file: -o FILE",
        )
    try:
        out = sys.stdout.fileno() if output is None else os.open(output, _NEW, 0o644)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    with suppress(KeyboardInterrupt):  # who has asked for it has seen enough
        stream(lab, out)
    return 0
