"""`harness up`: a lab for a person, kept until a signal, `harness down` or its input ends it."""

import os
import signal
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.assets.cache import cache_dir
from harness.assets.parts import Parts, columns
from harness.assets.payload import payload
from harness.assets.stub import stub
from harness.deadline import Pace
from harness.desk.facts import GDB_STUB, describe, describe_bmc, describe_gdb, describe_guest
from harness.desk.live import Live
from harness.desk.split import TICK_MS, beside
from harness.desk.stay import Say, stay
from harness.desk.terminal import Terminal
from harness.errors import UsageError
from harness.host import accelerator, rights
from harness.lab import Lab, LabOptions
from harness.machines import BOOT_PATHS, BootPath
from harness.machines.x86_64 import X64
from harness.services.registry import check_site, load_site

_EMULATION_PACE = Pace(slowness=4.0)


class _End(BaseException):
    """Somebody has asked for the end; its text says how. No error, so nothing may catch it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for on the command line."""

    site_dir: Path
    boot: str | None
    """The boot path of the guest; None for none."""
    accel: str
    nfs: str
    linux: bool
    gdb: bool
    lines: bool
    """Whether the guest's screen is not to stand beside what is told of it."""
    parts: Mapping[str, Sequence[str]]
    """The words for `firmware`, `loaders`, `roms` and `qemus` (see `assets.parts`)."""
    evidence_dir: Path


def up(asked: Asked, out: Terminal) -> int:
    """Start a lab, say what is in it, and keep it until the end is asked for.

    Raises:
        HarnessError: it cannot be started.
    """
    say, path = out.say, _boot_path(asked.boot)
    if asked.gdb and path is None:
        raise UsageError("--gdb is for a machine, and none is switched on", cure="add --boot PATH")
    made_of = _parts(asked.parts, path)
    site = load_site(asked.site_dir)
    check_site(site)
    site = made_of.of(site)
    rights.require()
    place = _new_dir(asked.evidence_dir)
    try:
        options = replace(_options(place, asked.accel, made_of, path, say), nfs=asked.nfs)
        options = options if asked.linux else replace(options, stub=stub())
        if asked.gdb:
            options = replace(options, qemu_arguments=GDB_STUB)
        with _told_to_end(), Lab(site, options) as lab:
            raise _End(_stay(lab, path, asked, out))
    except _End as end:
        say(f"ended: {end}; what was seen is in {place}")
    return 0


def _stay(lab: Lab, path: BootPath | None, asked: Asked, out: Terminal) -> str:
    """Say what is in a lab, switch on who boots, and stay; say what ended it."""
    told = list(describe(lab))
    guest = None if path is None else lab.power_on(path)
    if guest is not None:
        told += [*describe_guest(lab, guest), *describe_bmc(lab, guest)]
        told += [describe_gdb(lab, guest)] if asked.gdb else []
    for line in (*told, "Ctrl-C ends it."):
        out.say(line)
    stdin = sys.stdin.fileno() if _has_an_end() else None
    if guest is None:
        return stay(lab, out.say, stdin=stdin)
    keys = None if asked.lines else stdin
    with beside(lab, guest, out, told, stdin=keys) as view:
        if view is None:
            return stay(lab, out.say, stdin=stdin, tick=Live(lab, guest, out).tick)
        tick = partial(view.tick, Live(lab, guest, view).tick)
        return stay(lab, view.say, stdin=stdin, typed=view.typed, tick=tick, tick_ms=TICK_MS)


def _boot_path(boot: str | None) -> BootPath | None:
    """Look a boot path up."""
    if boot is None or boot in BOOT_PATHS:
        return None if boot is None else BOOT_PATHS[boot]
    raise UsageError(f"no boot path is called {boot}", cure=f"one of: {', '.join(BOOT_PATHS)}")


def _parts(asked: Mapping[str, Sequence[str]], path: BootPath | None) -> Parts:
    """Give what is asked for; with a boot path firmware can only be that machine's."""
    machine = path.machine if path else X64
    made_of, *more = columns(**asked, machine=machine)
    if more:
        raise UsageError(
            f"one lab cannot be made of {made_of.id} and of {more[0].id}",
            cure="name one of each; `pytest --firmware` runs several",
        )
    for owner, firmware_id in made_of.firmware.items():
        if path is not None and owner != machine.id:
            raise UsageError(f"{firmware_id} is not {machine.name} firmware, as {path} needs")
    return made_of


def _options(place: Path, accel: str, parts: Parts, path: BootPath | None, say: Say) -> LabOptions:
    """Say what the lab is made with; without a guest, no accelerator is looked for."""
    chosen = accelerator.choose(accel if path else "tcg", cache_dir=cache_dir())
    return LabOptions(
        evidence_dir=place,
        cache_dir=cache_dir(),
        payload=payload(say=say),
        firmware=parts.firmware,
        rom=parts.rom,
        qemu=parts.qemu,
        accel=chosen.name,
        pace=_EMULATION_PACE if chosen.name == "tcg" else Pace(),
    )


def _new_dir(parent: Path) -> Path:
    """Make the evidence directory of this lab."""
    place = parent.absolute() / f"up-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"cannot write evidence to {parent}: {error.strerror}",
            cure="choose another place with --evidence DIR",
        ) from error
    return place


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Turn the signals that ask for an end into one, so that the lab is taken down in order."""

    def end(number: int, _frame: object) -> None:
        raise _End(signal.Signals(number).name)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_an_end() -> bool:
    """Whether standard input can end: a pipe, a file, or a terminal that is ours now."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    descriptor = sys.stdin.fileno()
    if os.isatty(descriptor):
        with suppress(OSError):  # another session's
            return os.tcgetpgrp(descriptor) == os.getpgrp()
        return False
    return not stat.S_ISCHR(os.fstat(descriptor).st_mode)  # /dev/null: nobody is there
