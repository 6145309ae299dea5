"""The power of a lab's guests, and what goes on and off with it: console, clock, niceness.

Guests give way to the servers that they boot from. A guest takes all of a core that it
gets; a server needs one for a millisecond, at once. So emulators are nice (nice(1)), and so
are their sessions where Linux schedules by them (sched(7), autogroup): a server that waits
behind guests is a late one.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

from harness.deadline import Pace
from harness.errors import GuestError, UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.guest.console.console import Console
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.patience import Patience
from harness.guest.console.wait import Lifeline
from harness.guest.domain_xml import domain_xml
from harness.guest.hypervisor import Domain, Hypervisor
from harness.guest.life import Listener, PowerEvent, PowerMark, Start, Stop
from harness.guest.power import BootDevice, Power
from harness.guest.spec import Clock, GuestSpec
from harness.lab.namespace import Namespace
from harness.loaders import LOADERS
from harness.services.libvirtd import NICENESS

if TYPE_CHECKING:
    from harness.lab.record import Record

_STOP_TOLD_S = 5.0
"""Within what the hypervisor says why a machine stopped whose console has ended."""


@dataclass(frozen=True, kw_only=True)
class WarmImage:
    """A machine that has done its POST, to be started from (see `warm`)."""

    image_path: Path
    """What libvirtd restores."""
    nvram_path: Path
    """The variable store that belongs to it."""
    discard: Callable[[], object]
    """Removes it: it is of no use."""


ImageFinder: TypeAlias = Callable[[GuestSpec], WarmImage | None]
"""Gives the image of a machine; None to start it cold."""


def _no_image(_spec: GuestSpec) -> None:
    return None


class GuestPower(Power):
    """The power of one guest of a lab.

    A machine starts from an image at its first power-on only: from then on its variable
    store is its own. Between `__enter__` and `__exit__`.
    """

    def __init__(
        self,
        spec: GuestSpec,
        *,
        domain: Domain,
        console: Console,
        namespace: Namespace,
        vars_template: Path | None = None,
        find_image: ImageFinder = _no_image,
    ) -> None:
        """Keep the parts; `define` makes them.

        `vars_template` is what UEFI firmware's variable store is made from, at the first start.
        """
        self.spec = spec
        self.domain = domain
        self.console = console
        self._record: Record | None = None
        self.was_warm = False
        """Whether its first start was from an image."""
        self.meanwhile: Callable[[], object] = lambda: None
        """What is done while QEMU starts."""
        self._namespace = namespace
        self._vars_template = vars_template
        self._find_image = find_image
        self._next: BootDevice | None = None
        self._next_uri = ""
        self._switching = threading.RLock()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Leave it off."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its console; the machine itself goes with its hypervisor."""
        self._open.close()

    @property
    def is_on(self) -> bool:
        """Whether it runs."""
        return self.domain.running

    @property
    def history(self) -> tuple[PowerMark, ...]:
        """All that has happened to its power so far."""
        return self.domain.history

    def on(self) -> None:
        """Switch it on, and take its console.

        Raises:
            GuestError: it is on already, or does not start; with QEMU's last words.
        """
        with self._switching:
            if self.is_on:
                raise GuestError(f"guest {self.spec.name} is on already")
            # Found, or made, before the seconds of its console begin.
            image = None if self.history or self._next else self._find_image(self.spec)
            if not self.history:
                self._open.enter_context(self.console)
            else:
                self.console.renew()
                if self._record is not None:
                    self._record.begin_again()
            if self._next is not None:
                self._start_from(self._next)
            else:
                self._start(image)
            self._next = None
            give_way(self._namespace, self.spec)
            self.console.attach(is_warm=image is not None and self.was_warm)
            if self._record is not None:
                self._record.prepare()

    def watch(self, record: "Record") -> None:
        """Have its boots written down, from the present one on."""
        self._record = record
        if self.is_on:
            record.prepare()

    def off(self) -> None:
        """Switch it off at once; harmless when it is off."""
        with self._switching:
            self.domain.power_off()

    def reset(self) -> None:
        """Press its reset button.

        Where its next start is not to be as usual, it goes off and on instead: UEFI firmware
        learns that from its variable store, which QEMU reads when it starts.
        """
        with self._switching:
            if self._next is not None and self.is_on:
                self.off()
                self.on()
            else:
                self.domain.reset()

    def soft(self) -> None:
        """Press its power button: its system is asked to shut down (ACPI)."""
        self.domain.shutdown()

    def boot_next(self, device: BootDevice | None, *, uri: str = "") -> None:
        """Let its next `on` or `reset`, and only that, boot from there; None: as usual.

        Raises:
            UsageError: a BIOS is to boot over HTTP.
        """
        if device is BootDevice.HTTP and not self.spec.path.is_uefi:
            raise UsageError(f"guest {self.spec.name} has a BIOS: only UEFI firmware has HTTP Boot")
        with self._switching:
            self._next, self._next_uri = device, uri

    def read_disk(self, number: int = 0) -> bytes:
        """Give all that is on one of its disks, as QEMU has written it so far."""
        return self._disk(number).read_bytes()

    def wipe_disk(self, number: int = 0) -> None:
        """Make one of its disks empty, as if it had never been written to; it must be off."""
        if self.is_on:
            raise UsageError(f"guest {self.spec.name} is on", cure="power it off before")
        os.truncate(self._disk(number), 0)
        os.truncate(self._disk(number), self.spec.disks[number].size)

    def _disk(self, number: int) -> Path:
        path = self.spec.disks[number].path if number < len(self.spec.disks) else None
        if path is None:
            raise UsageError(f"guest {self.spec.name} has no disk {number}")
        return self._namespace.path(path)

    def on_event(self, listener: Listener) -> None:
        """Have `listener` told of every event, in the thread that learns of it: do not block."""
        self.domain.on_event(listener)

    @contextmanager
    def still_after_reset(self) -> Iterator[None]:
        """Have it stand still once it is reset, for as long as it is on."""
        is_over = threading.Event()

        def hold(event: PowerEvent) -> None:
            if event is Start.RESET and not is_over.is_set():
                # Not in the thread that tells of events: stopping a machine waits for one.
                threading.Thread(target=self.domain.hold, args=(self,), daemon=True).start()

        self.on_event(hold)
        try:
            yield
        finally:
            is_over.set()

    def wait_for_stop(self, timeout_s: float) -> Stop | None:
        """Wait until it stops; give why, or None when it still runs."""
        return self.domain.wait_for_stop(timeout_s)

    def wait_for_event(self, event: PowerEvent, timeout_s: float, *, after: int) -> bool:
        """Wait for an event that is not among the first `after` of its history; whether it came."""
        return self.domain.wait_for_event(event, timeout_s, after=after)

    def _start(self, image: WarmImage | None) -> None:
        """Start it from its image, or cold; an image that cannot be restored is removed."""
        if image is not None and self._store is not None:
            self._store.write_bytes(image.nvram_path.read_bytes())
            try:
                self.domain.power_on(image_path=image.image_path, meanwhile=self.meanwhile)
                self.was_warm = True
                return
            except GuestError:
                image.discard()
                self._make_store()
        elif not self.history:
            self._make_store()
        self.domain.power_on(meanwhile=self.meanwhile)

    def _start_from(self, device: BootDevice) -> None:
        has_no_disk = not self.spec.disks
        if self._store is not None:
            if not self.history:
                self._make_store()
            if not (has_no_disk and device is BootDevice.DISK):
                from harness.guest import nvram

                nvram.set_next(self.spec, self._store, device, uri=self._next_uri)
            by_http = device is BootDevice.HTTP
            spec = self.spec.by_http(self._next_uri) if by_http else self.spec
            prompts_once = spec.prompts_for_s != self.spec.prompts_for_s
            self.domain.power_on(xml_once=domain_xml(spec) if prompts_once else "")
            return
        if has_no_disk or device is BootDevice.SETUP:
            self.domain.power_on()
            return
        from_network = device is BootDevice.NETWORK
        self.domain.power_on(xml_once=domain_xml(self.spec, network_first=from_network))
        if from_network is not self.spec.boots_from_network:
            # A BIOS asks QEMU for the order, which writes it anew at each reset.
            place = 0 if self.spec.boots_from_network else None
            self.domain.place_in_boot_order(self.spec.boots_by, place)

    @property
    def _store(self) -> Path | None:
        """UEFI firmware's variable store."""
        flash = self.spec.flash
        return self._namespace.path(flash.nvram_path) if flash is not None else None

    def _make_store(self) -> None:
        # With virt-firmware its cryptography is imported: 40 ms that a warm start does without.
        from harness.guest import nvram

        if self._store is not None and self._vars_template is not None:
            nvram.make(self.spec, self._vars_template, self._store)


def define(
    spec: GuestSpec,
    vars_template: Path | None,
    *,
    hypervisor: Hypervisor,
    namespace: Namespace,
    store: EvidenceDirectory,
    pace: Pace,
    lifelines: Sequence[Lifeline] = (),
    find_image: ImageFinder = _no_image,
) -> GuestPower:
    """Make a machine that is off: its disks, its domain, its console."""
    for disk in spec.disks:
        if disk.path is not None:
            with namespace.path(disk.path).open("xb") as file:
                file.write(disk.content)
                file.truncate(disk.size)
    xml = domain_xml(spec)
    store.domain_path.write_text(xml)
    domain = hypervisor.define(xml)
    console = Console(
        namespace.path(spec.console_pipe),
        store.console_raw_path,
        patience=Patience(guest_s=guest_clock(namespace, domain, spec.clock), pace=pace),
        lifelines=(*lifelines, domain, Emulator(namespace, spec.name)),
        failures=FailureTable(LOADERS, spec.failures),
        ending=partial(_ending, domain),
    )
    return GuestPower(
        spec,
        domain=domain,
        console=console,
        namespace=namespace,
        vars_template=vars_template,
        find_image=find_image,
    )


@dataclass(frozen=True)
class Emulator:
    """The process that a guest is, for what waits on it: one that was stopped says nothing."""

    namespace: Namespace
    guest: str

    def verify_alive(self) -> None:
        """Raise a GuestError when somebody has stopped it by a signal, as a terminal or `kill` can.

        Its hypervisor does not tell, and its clock stands still.
        """
        state = ""
        with suppress(OSError):  # it is not there yet, or not any more
            stat = (_emulator(self.namespace, self.guest) / "stat").read_text()
            # The state comes after the name, which may hold any character (proc_pid_stat(5)).
            state = stat.rpartition(")")[2].split()[0]
        if state == "T":
            raise GuestError(
                f"the emulator of guest {self.guest} was stopped by a signal: nothing of it runs"
            )


def _ending(domain: Domain) -> str:
    stop = domain.wait_for_stop(_STOP_TOLD_S)
    return stop.value if stop is not None else ""


def guest_clock(namespace: Namespace, domain: Domain, clock: Clock) -> Callable[[], float]:
    """Give what tells a guest's own seconds since its power-on, as its deadlines count them.

    With the fast clock they are the guest's: QEMU knows them. With the real one they are
    the host's, less those in which the guest's emulator was ready to run and got no core:
    a guest that others keep from its core has not been slow.
    """
    if clock is Clock.FAST:
        return lambda: domain.clock_s
    run_s, waited_s = 0.0, 0.0

    def host_clock() -> float:
        nonlocal run_s, waited_s
        if domain.began_s is None:
            return 0.0
        if domain.began_s != run_s:
            run_s, waited_s = domain.began_s, 0.0
        with suppress(OSError, ValueError):  # its emulator is not there yet, or not any more
            waited_s = max(waited_s, _waited_for_core_s(namespace, domain.name))
        return time.monotonic() - run_s - waited_s

    return host_clock


def _waited_for_core_s(namespace: Namespace, name: str) -> float:
    """Give how long the busiest thread, which executes the guest, had to wait for a core.

    The second number of its schedstat (Linux, sched-stats.rst).
    """
    tasks = (_emulator(namespace, name) / "task").iterdir()
    return max(int((task / "schedstat").read_text().split()[1]) for task in tasks) / 1e9


def give_way(namespace: Namespace, spec: GuestSpec) -> None:
    """Make the session of a guest's emulator as nice as its threads are from birth."""
    with suppress(OSError):  # it is gone already, or Linux does not go by sessions
        (_emulator(namespace, spec.name) / "autogroup").write_text(str(NICENESS))


def _emulator(namespace: Namespace, name: str) -> Path:
    pid = namespace.path(f"/run/libvirt/qemu/{name}.pid").read_text().strip()
    return namespace.path(f"/proc/{pid}")
