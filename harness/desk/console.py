"""A person at a guest's serial console, from another process than the one that recorded it.

What the guest says is read from its evidence, where the recorder writes it at once; keys go
into the pipe that QEMU reads. So the record is whole, whoever attaches, and how many do.
"""

import os
import re
import select
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from harness.errors import UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.lab.running import RunningLab, SeveralMeantError

DETACH = b"\x1d"
"""Ctrl-], as in virsh and telnet."""
_RUN_DIR = Path("/run/harness")
_CONSOLE = ".console.in"
_QUESTIONS = re.compile(rb"\x1b\[[0-9;?>]*[cn]|\x1b\[[0-9;]*x|\x05")
"""What a terminal answers by itself: an answer to what was asked long ago would be typed."""
_PLAIN = b"\x0f\x1b[0m\x1b[?25h"
"""Letters, no colours, a cursor: what a menu has set stays with the terminal else."""
_OUTPUT = 1
"""Where the flags about what is printed stand in a terminal's attributes."""
_TICK_S = 0.05
_BITE = 1 << 16


@dataclass(frozen=True, kw_only=True)
class GuestConsole:
    """The console of one guest of a running lab."""

    guest: str
    lab: RunningLab

    @property
    def store(self) -> EvidenceDirectory:
        """Where it is recorded: the first guest's beside the lab's."""
        number = self.guest.removeprefix("guest")
        place = self.lab.evidence_dir
        return EvidenceDirectory(place if number == "0" else place / self.guest)

    def send(self, keys: bytes) -> bool:
        """Send keys; False where it is off, and nobody takes them."""
        path = self.lab.path(_RUN_DIR / f"{self.guest}{_CONSOLE}")
        with suppress(OSError):
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            try:
                return os.write(pipe, keys) == len(keys)
            finally:
                os.close(pipe)
        return False


def consoles(lab: RunningLab) -> tuple[GuestConsole, ...]:
    """Give the consoles of a lab's guests, on or off."""
    dirs = (lab.evidence_dir, *sorted(lab.evidence_dir.glob("guest*")))
    stores = (EvidenceDirectory(each) for each in dirs)
    recorded = [each.dir for each in stores if each.console_raw_path.is_file()]
    names = ("guest0" if each == lab.evidence_dir else each.name for each in recorded)
    return tuple(GuestConsole(guest=name, lab=lab) for name in names)


def find_console(lab: RunningLab, guest: str) -> GuestConsole:
    """Give the console of a guest by its name, or the only one.

    Raises:
        UsageError: there is none, or more than one is meant (SeveralMeantError).
    """
    every = consoles(lab)
    found = [each for each in every if guest in ("", each.guest)]
    if len(found) == 1:
        return found[0]
    if not every:
        raise UsageError(f"lab {lab.pid} ({lab.name}) has no machine that was switched on")
    raise (SeveralMeantError if found else UsageError)(
        f"lab {lab.pid} has {len(found)} machines" if found else f"there is no guest {guest}",
        cure=f"name one by --guest: {', '.join(each.guest for each in every)}",
    )


def attach(console: GuestConsole, *, stdin: int, stdout: int) -> str:
    """Show what a guest has said and says, and send it what is typed; say what ended that.

    On a terminal Ctrl-] detaches; elsewhere the end of what is to be typed does.
    """
    with console.store.console_raw_path.open("rb") as raw, _init_of(console.lab) as init:
        os.write(stdout, _QUESTIONS.sub(b"", raw.read()))
        with raw_terminal(stdin, stdout):
            return _attached(console, raw, init, stdin, stdout)


def _attached(
    console: GuestConsole, raw: BufferedReader, init: int, stdin: int, stdout: int
) -> str:
    poller = select.poll()
    for descriptor in (stdin, init):
        poller.register(descriptor, select.POLLIN)
    while True:
        ready = dict(poller.poll(_TICK_S * 1000))
        while said := raw.read(_BITE):
            _write(stdout, said)
        if stdin in ready:
            typed = os.read(stdin, _BITE)
            keys, detach, _ = typed.partition(DETACH)
            if keys and not console.send(keys):
                _write(stdout, f"\r\n[{console.guest} is off: it takes no keys]\r\n".encode())
            if detach or not typed:
                return "detached"
        if init in ready:
            return "the lab has ended"


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def _init_of(lab: RunningLab) -> Iterator[int]:
    descriptor = os.pidfd_open(lab.pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def raw_terminal(stdin: int, stdout: int, *, prints: bool = False) -> Iterator[None]:
    """Hand over each key as it is pressed, Ctrl-C as well; leave the terminal as a shell wants it.

    With `prints` a line that is printed ends as it does elsewhere. On anything else than a
    terminal it does nothing.
    """
    if not os.isatty(stdin):
        yield
        return
    before = termios.tcgetattr(stdin)
    try:
        tty.setraw(stdin)
        if prints:
            raw = termios.tcgetattr(stdin)
            raw[_OUTPUT] |= termios.OPOST
            termios.tcsetattr(stdin, termios.TCSADRAIN, raw)
        yield
    finally:
        with suppress(OSError, termios.error):  # nobody reads it any more
            _write(stdout, _PLAIN)
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)
