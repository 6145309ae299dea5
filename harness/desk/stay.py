"""A lab that stays until somebody ends it, and how somebody else does that.

Whoever stays reads a pipe among the lab's own files: only its user, and root, get there, and
with the lab it is gone.
"""

import os
import select
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from harness.errors import HarnessError, UsageError
from harness.guest.life import PowerEvent, Stop
from harness.lab import Lab
from harness.lab.running import RunningLab

Say = Callable[[str], None]
_PIPE = Path("/run/harness/down")
TICK_MS = 250
_DOWN_S = 60.0
"""How long a lab may take to its end: guests are switched off, evidence is written."""


def stay(
    lab: Lab,
    say: Say,
    *,
    stdin: int | None = None,
    typed: Callable[[bytes], object] = bytes,
    tick: Callable[[], None] | None = None,
    tick_ms: int = TICK_MS,
) -> str:
    """Stay until the end is asked for, by `harness down` or the end of `stdin`; say which.

    Says meanwhile what ends: a daemon, a guest. `typed` is given what stdin has;
    `tick` is called every `tick_ms`.
    """
    pause_ms = None if tick is None else tick_ms
    poller = select.poll()
    watched = {service.ended_fd: service for service in lab.services.values()}
    for descriptor in (*watched, *(() if stdin is None else (stdin,))):
        poller.register(descriptor, select.POLLIN)
    for guest in lab.guests:
        guest.power.on_event(partial(_say_event, say, guest.spec.name))
    with _pipe(lab) as pipe:
        poller.register(pipe, select.POLLIN)
        while True:
            if tick is not None:
                tick()
            for descriptor, _ in poller.poll(pause_ms):
                if descriptor == pipe:
                    return "by `harness down`"
                if descriptor == stdin:
                    if not (keys := _read(descriptor)):
                        return "standard input was closed"
                    typed(keys)
                    continue
                poller.unregister(descriptor)
                try:
                    watched[descriptor].verify_alive()
                except HarnessError as error:
                    say(str(error))


def _read(descriptor: int) -> bytes:
    """Read what was typed; nothing at the end, nor of a terminal that has hung up."""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""


def _say_event(say: Say, name: str, event: PowerEvent) -> None:
    """Say what has happened to a guest's power; at a desk a halt is most often a person's."""
    halted = "is halted: by gdb or virsh, or because its accelerator cannot execute something"
    say(f"{name} {halted if event is Stop.PAUSED else event.value}")


@contextmanager
def _pipe(lab: Lab) -> Iterator[int]:
    path = lab.namespace.path(_PIPE)
    os.mkfifo(path, 0o600)
    # Open for writing, too: it has no end when whoever wrote goes away.
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def end(lab: RunningLab) -> None:
    """Ask a lab that stays for its end, and wait until it is gone.

    Raises:
        UsageError: it does not stay for anybody: a scenario runs in it.
        HarnessError: it is still there after a minute.
    """
    with ExitStack() as opened:
        try:
            init = os.pidfd_open(lab.pid)
            opened.callback(os.close, init)
            pipe = os.open(lab.path(_PIPE), os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            raise UsageError(
                f"nobody stays in lab {lab.pid} ({lab.name}): a scenario runs there, and ends it",
                cure="to end a whole run, press Ctrl-C where it was started",
            ) from error
        opened.callback(os.close, pipe)
        os.write(pipe, b"\n")
        if not select.select([init], [], [], _DOWN_S)[0]:
            raise HarnessError(f"lab {lab.pid} is still there after {_DOWN_S:.0f} s")
