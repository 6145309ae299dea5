"""`harness up`: a lab for a person, kept until Ctrl-C, SIGTERM or the end of standard input."""

import os
import select
import shlex
import signal
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.assets.cache import cache_dir
from harness.assets.parts import Parts, columns
from harness.assets.payload import payload
from harness.assets.stub import stub
from harness.deadline import Pace
from harness.errors import HarnessError, UsageError
from harness.guest.life import PowerEvent
from harness.host import accelerator, rights
from harness.lab import Lab, LabOptions
from harness.machines import BOOT_PATHS, BootPath
from harness.machines.x86_64 import X64
from harness.services.libvirtd import Libvirtd
from harness.services.registry import check_site, load_site

if TYPE_CHECKING:
    from harness.lab import Guest

_EMULATION_PACE = Pace(slowness=4.0)
Say = Callable[[str], None]


class _End(BaseException):
    """Somebody has asked for the end; its text says how. No error, so nothing may catch it."""


def up(
    *,
    site_dir: Path,
    boot: str | None,
    accel: str,
    nfs: str,
    linux: bool,
    parts: Mapping[str, Sequence[str]],
    evidence_dir: Path,
    say: Say,
) -> int:
    """Start a lab, say what is in it, and keep it until the end is asked for.

    `parts` are the words for `firmware`, `loaders` and `roms` (see `assets.parts`).

    Raises:
        HarnessError: it cannot be started.
    """
    path = _boot_path(boot)
    made_of = _parts(parts, path)
    site = load_site(site_dir)
    check_site(site)
    site = made_of.of(site)
    rights.require()
    place = _new_dir(evidence_dir)
    try:
        options = replace(_options(place, accel, made_of, path, say), nfs=nfs)
        options = options if linux else replace(options, stub=stub())
        with _told_to_end(), Lab(site, options) as lab:
            for line in describe(lab):
                say(line)
            if path is not None:
                guest = lab.power_on(path)
                for line in (*describe_guest(guest), *describe_bmc(lab, guest)):
                    say(line)
            say("Ctrl-C ends it.")
            _stay(lab, say)
    except _End as end:
        say(f"ended: {end}; what was seen is in {place}")
    return 0


def describe(lab: Lab) -> Iterator[str]:
    """Say what runs, and how to get at it."""
    server, pid = lab.site.server, lab.namespace.pid
    addresses = ", ".join(map(str, server.interfaces))
    libvirtd, services = lab.service(Libvirtd.name), lab.services.values()
    yield f"lab       {pid}: {lab.site.name}, from {lab.site.dir}"
    yield f"server    {server.hostname}, {server.interface}: {addresses}"
    daemons = (f"{each.name} ({each.what})" if each.what else each.name for each in services)
    yield f"daemons   {', '.join(daemons)}"
    for each in services:
        yield from (f"warning   {each.name}: {line}" for line in each.warnings())
    yield f"evidence  {lab.evidence.dir}"
    yield f"enter     harness enter {pid}"
    if isinstance(libvirtd, Libvirtd):
        yield f"virsh     virsh -c '{libvirtd.uri}'"


def describe_guest(guest: "Guest") -> Iterator[str]:
    """Say what was switched on, and where to watch it."""
    yield f"guest     {guest.spec.name}: {guest.path}, {guest.mac}"
    yield f"console   tail -c +1 -f {guest.record.store.console_raw_path}"


def describe_bmc(lab: Lab, guest: "Guest") -> Iterator[str]:
    """Say how to drive a guest by its BMC, from inside the lab, by IPMI and by Redfish.

    Where its other address is wanted, `ip address` tells it.
    """
    bmc = lab.bmc(guest)
    commands = {
        "bmc": bmc.command("power", "status"),
        "redfish": bmc.curl_command(bmc.system),
    }
    for name, command in commands.items():
        yield f"{name:9} harness enter {lab.namespace.pid} -- {shlex.join(command)}"


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


def _stay(lab: Lab, say: Say) -> None:
    """Stay until standard input ends or a signal comes; say when a daemon or guest ends."""
    poller = select.poll()
    watched = {service.ended_fd: service for service in lab.services.values()}
    for descriptor in watched:
        poller.register(descriptor, select.POLLIN)
    if _has_an_end():
        poller.register(sys.stdin.fileno(), select.POLLIN)
    for guest in lab.guests:
        guest.power.on_event(partial(_say_event, say, guest.spec.name))
    while True:
        for descriptor, _ in poller.poll():
            if descriptor not in watched:
                if not os.read(descriptor, 4096):
                    raise _End("standard input was closed")
                continue
            poller.unregister(descriptor)
            try:
                watched[descriptor].verify_alive()
            except HarnessError as error:
                say(str(error))


def _say_event(say: Say, name: str, event: PowerEvent) -> None:
    """Say what has happened to a guest's power."""
    say(f"{name} {event.value}")


def _has_an_end() -> bool:
    """Whether standard input can end: a pipe, a file, or a terminal that is ours now."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    descriptor = sys.stdin.fileno()
    if os.isatty(descriptor):
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    return not stat.S_ISCHR(os.fstat(descriptor).st_mode)  # /dev/null: nobody is there
