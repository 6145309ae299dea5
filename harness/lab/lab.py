"""The lab itself: a site's boot server, up and watched, and the guests that boot from it."""

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from harness.assets.loader import find_loader, supply_layer
from harness.errors import HarnessError, UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.scenario import Result
from harness.evidence.summary import Summary
from harness.guest.hypervisor import Hypervisor
from harness.guest.spec import Clock, Flash, GuestSpec, Nic, verify_macs
from harness.host.nfs_server import NfsServer
from harness.judge.boot import Boot, ExpectedFile
from harness.lab.guest import Guest
from harness.lab.guest_hold import held_for_answers
from harness.lab.layers import EVIDENCE_DIR, Layers, lay
from harness.lab.link_fault import Link
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.lab.options import LabOptions
from harness.lab.power import GuestPower, define
from harness.lab.record import Record
from harness.lab.versions import versions
from harness.lab.warm import SavedPosts
from harness.lab.witnesses import Witnesses
from harness.machines import BootPath, NetworkStack
from harness.model import Role
from harness.plan.expected_path import loader_file
from harness.services.base import Service
from harness.services.libvirtd import Libvirtd
from harness.services.link import FaultyLink
from harness.site import Site
from harness.witness.wire import preload

_S = TypeVar("_S", bound=Service)


def program(asset: str) -> bytes:
    """Give the program that a site's `[supply]` means by this name."""
    return find_loader(asset).path.read_bytes()


class Lab:
    """One boot server with its network and guests, between `__enter__` and `__exit__`."""

    def __init__(self, site: Site, options: LabOptions) -> None:
        """Keep the site and the options."""
        self.site = site
        self.options = options
        self.evidence = EvidenceDirectory(options.evidence_dir)
        self.payload = options.payload_files()
        self.namespace = Namespace(name=str(options.evidence_dir))
        self.network = Network(self.namespace)
        self.services: dict[str, Service] = {}
        self.guests: list[Guest] = []
        self._links: dict[str, Link] = {}
        self._of_services = (self.namespace, site, self.evidence.log_dir, options.pace)
        """What each daemon is made with."""
        self._hypervisor: Hypervisor | None = None
        self._ended_by: BaseException | None = None
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Bring everything up; return when every daemon serves."""
        self.options.tell("waiting for the lab")
        for kind in self.options.services_of(self.site):
            self.add_service(kind)
        try:
            self._open.push(self._finish_records)
            self._open.callback(self._forget_services)
            self._open.enter_context(self.namespace)
            self._open.enter_context(self.network)
            with ThreadPoolExecutor(max_workers=1) as beside:
                built = beside.submit(self.network.build, self.site.server)
                self._lay_files()
            built.result()
            self._start_services()
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take everything down; what is written stays in the evidence directory.

        What goes wrong meanwhile never hides the `error` that ended the scenario: it is its note.
        """
        self._ended_by = error
        try:
            self._open.__exit__(kind, error, traceback)
        except Exception as last:
            later: BaseException | None = last
            if error is None:
                raise
            while later is not None and later is not error:
                error.add_note(f"at the lab's end: {type(later).__name__}: {later}")
                later = later.__context__

    def power_on(
        self,
        path: BootPath,
        *,
        mac: str = "",
        nics: Sequence[Nic] = (),
        boots_by: str = "net0",
        by_hand: bool = False,
    ) -> Guest:
        """Switch a new machine on that must take this boot path, or be made to `by_hand`.

        Its cards are those of `add_guest`. Raises a GuestError where it does not start.
        """
        guest = self.add_guest(path, mac=mac, nics=nics, boots_by=boots_by, by_hand=by_hand)
        guest.start()
        return guest

    def add_guest(
        self,
        path: BootPath,
        *,
        mac: str = "",
        nics: Sequence[Nic] = (),
        boots_by: str = "net0",
        by_hand: bool = False,
        has_disk: bool = False,
    ) -> Guest:
        """Make a new machine that is off (see its `power`).

        It has the one card of the path (with this MAC address, or one of its own), or `nics`,
        which are called `net0`, `net1`, …: it then boots by the one that `boots_by` names.
        Where it has a disk, an empty one, it boots from that instead, and from the network only
        when `network_next` says so.

        Raises:
            UsageError: the cards cannot be in this machine, or in this lab.
            PrerequisiteError: this host does not let it have a tap.
        """
        if mac and nics:
            raise UsageError("a MAC address beside cards", cure="say it of its card: Nic.of(mac=)")
        nics = nics or (Nic.of(path, mac=mac),)
        spec = self._spec(path, nics, boots_by)
        disk_path = spec.console_pipe.with_suffix(".disk") if has_disk else None
        spec = replace(spec, by_hand=by_hand, disk_path=disk_path)
        verify_macs([*(guest.spec for guest in self.guests), spec])
        for nic in spec.nics:
            if nic.tap not in self._links:
                self.network.add_tap(nic.tap)
        record = self._record(spec)
        guest = Guest(spec, record=record, power=self._define(spec, record), tell=self.options.tell)
        self.guests.append(guest)
        # What reads captures takes long to import; by the verdict it is there.
        threading.Thread(target=preload, name="preload", daemon=True).start()
        return guest

    def _define(self, spec: GuestSpec, record: Record) -> GuestPower:
        template = self.options.vars_template_for(spec.path) if spec.path.is_uefi else None
        power = define(
            spec,
            template,
            hypervisor=self._connect(),
            namespace=self.namespace,
            store=record.store,
            pace=self.options.pace,
            lifelines=(self,),
            find_image=SavedPosts(self.options, self.site).find,
        )
        power.record = record
        self._open.enter_context(power)
        held = held_for_answers(power.domain, spec, self.services, self.network.traffic)
        self._open.enter_context(held)
        return power

    def service(self, name: str | Role) -> Service:
        """Give one of the running daemons by its name, or by its role on this site."""
        if isinstance(name, Role):
            daemon = self.site.daemon_facts.by_role(name)
            name = daemon.name if daemon is not None else name.called
        try:
            return self.services[name]
        except KeyError:
            known = ", ".join(self.services)
            raise UsageError(f"this lab runs no {name}; it runs {known}") from None

    def daemon(self, kind: type[_S]) -> _S:
        """Give one of the running daemons by its kind, for what only that kind can do."""
        found = self.service(kind.name)
        if not isinstance(found, kind):
            raise UsageError(f"the lab's {kind.name} is not a {kind.__name__}")
        return found

    def verify_alive(self) -> None:
        """Raise the ServiceError of the first daemon that ended without being told to."""
        for service in self.services.values():
            service.verify_alive()

    def link(self, which: Guest | str = "tap0") -> Link:
        """Give the link of a guest, or of one that is yet to come by its tap, to be made faulty."""
        tap = which if isinstance(which, str) else which.spec.nic.tap
        if tap not in self._links:
            if isinstance(which, str):
                self.network.add_tap(tap)
            forwarder = FaultyLink(*self._of_services, tap=tap)
            self.services[f"link-{tap}"] = forwarder
            self._links[tap] = Link(self.network, forwarder)
            self._links[tap].insert()
        return self._links[tap]

    def add_service(self, kind: type[_S]) -> _S:
        """Make a daemon that neither the site nor the lab names; whoever adds it starts it."""
        service = kind(*self._of_services)
        service.for_fast_guests = self.options.clock is Clock.FAST
        self.services[service.name] = service
        return service

    def _lay_files(self) -> None:
        """Make this host's files look like the site's."""
        supply = self.site.supply
        layers = Layers(
            supply_dir=supply_layer(supply) if supply else None,
            live_dir=self.payload.layer(self.site),
            payload=self.payload.files(self.site),
            evidence_dir=self.evidence.dir,
            cache_dir=self.options.cache_dir,
            writes=tuple(d for each in self.services.values() for d in each.writes),
            kernel_nfs=self.options.nfs_server_of(self.site) is NfsServer.KERNEL,
        )
        lay(self.namespace, self.site, layers)
        self.namespace.finish()

    def _start_services(self) -> None:
        """Take every daemon through its first three steps, side by side."""
        others = [service for service in self.services.values() if not service.early]
        for service in self.services.values():
            if service.early:
                service.bring_up()
        with ThreadPoolExecutor(max_workers=len(others)) as pool:
            started = [pool.submit(service.bring_up) for service in others]
        errors = [error for error in (each.exception() for each in started) if error is not None]
        if errors:
            raise next((e for e in errors if isinstance(e, HarnessError)), errors[0])

    def _spec(self, path: BootPath, nics: Sequence[Nic], boots_by: str) -> GuestSpec:
        number = len(self.guests)
        store = Path(EVIDENCE_DIR, *self._place(number).parts, "nvram.fd")
        flash = None
        if path.is_uefi:
            code_path = self.options.firmware_for(path).code_path
            flash = Flash(code_path=code_path, nvram_path=store)
        return GuestSpec(
            name=f"guest{number}",
            path=path,
            nics=tuple(
                replace(nic, rom_path=self.options.rom_path_for(nic)).fitted(guest=number, number=n)
                for n, nic in enumerate(nics)
            ),
            boots_by=boots_by,
            console_pipe=Path(f"/run/harness/guest{number}.console"),
            flash=flash,
            accel=self.options.accel,
            clock=self.options.clock,
            memory_mib=max(self.options.memory_mib, path.machine.memory_mib),
            qemu_arguments=self.options.qemu_arguments_for(path.machine),
        )

    def _record(self, spec: GuestSpec) -> Record:
        store = EvidenceDirectory(self.evidence.dir / self._place(len(self.guests)))
        store.dir.mkdir(exist_ok=True)
        boot = Boot(
            path=spec.path,
            site=self.site,
            entry=self.site.menu.default,
            mac=spec.mac,
            token=self.payload.token,
            roots=self.payload.roots(self.site),
            nbp=self._expected_nbp(spec.path),
        )
        delay_s = max(service.log_delay_s for service in self.services.values())
        witnesses = Witnesses(self.evidence, self.network, self.options.pace, delay_s)
        options = {
            "accelerator": spec.accel,
            "clock": spec.clock.value,
            "memory_mib": str(spec.memory_mib),
            "payload": "linux" if self.options.stub is None else "stub",
            "nfs": self.options.nfs,
        }
        return Record(
            boot=boot,
            witnesses=witnesses,
            store=store,
            test=self.options.scenario.test,
            options=options,
        )

    def _expected_nbp(self, path: BootPath) -> ExpectedFile | None:
        """Give what a machine of this path must be handed; None when it needs or gets nothing."""
        if path.loader not in self.site.loaders or path.stack is NetworkStack.IPXE_ROM:
            return None
        place = self.site.data_path(loader_file(path, self.site))
        if not self.site.provides(place):
            return None
        # Links of the site's own may be absolute: only the site knows where they lead.
        lies = self.site.file(place) or self.namespace.path(Path("/", place))
        return ExpectedFile.of(lies.read_bytes()) if lies.is_file() else None

    @staticmethod
    def _place(number: int) -> Path:
        """Say where in the evidence a machine's own files are: the first one's beside the lab's."""
        return Path(f"guest{number}" if number else "")

    def _connect(self) -> Hypervisor:
        """Give the connection to the lab's libvirtd, made at the first guest."""
        if self._hypervisor is None:
            libvirtd = self.daemon(Libvirtd)
            self._hypervisor = self._open.enter_context(
                Hypervisor(libvirtd.uri, log_dir=self.evidence.log_dir / "libvirt" / "qemu")
            )
        return self._hypervisor

    def _finish_records(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Write down what is left to write of each guest; one that fails never stops the next."""
        scenario = self.options.scenario
        error = self._ended_by or error  # an exit stack hands on the latest
        result = scenario.result() if error is None else Result.of(error)
        if not self.guests:
            why = result.why or "no machine was switched on"
            nothing = Summary(test=scenario.test, outcome=result.outcome, why=why)
            self.evidence.write_json(self.evidence.summary_path, nothing)
        with contextlib.ExitStack() as stack:
            for guest in self.guests:
                stack.callback(self._finish_record, guest, result)

    def _finish_record(self, guest: Guest, result: Result) -> None:
        services, domain = self.services.values(), guest.power.domain
        found = versions(guest.spec, self.site, self.options, services=services, domain=domain)
        guest.record.note_power(guest.power.history)
        guest.record.options["start"] = "warm" if guest.power.was_warm else "cold"
        guest.record.finish(result, found)

    def _forget_services(self) -> None:
        """Give up the handles of daemons that went with the namespaces."""
        for service in self.services.values():
            service.forget()
