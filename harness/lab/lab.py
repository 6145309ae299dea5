"""The lab itself: a site's boot server, up and watched, and the guests that boot from it."""

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from harness.assets.loader import supply_layer
from harness.errors import UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.scenario import Result
from harness.guest.spec import Clock, Disk, Nic
from harness.host.nfs_server import NfsServer
from harness.lab.further_hosts import FurtherHosts
from harness.lab.layers import Layers, laid_for, lay
from harness.lab.link_fault import Link
from harness.lab.namespace import Namespace
from harness.lab.network import FIRST_TAP, Network
from harness.lab.options import LabOptions
from harness.lab.other_hosts import OtherHosts
from harness.lab.start import short_turns, start_services
from harness.machines import BootPath
from harness.model import Role
from harness.services.base import Service, note
from harness.services.libvirtd import Libvirtd
from harness.services.link import FaultyLink
from harness.site import Site

if TYPE_CHECKING:
    from harness.guest.hypervisor import Hypervisor
    from harness.lab.bmc import Bmc
    from harness.lab.guest import Guest
    from harness.lab.guest_maker import GuestMaker
    from harness.lab.machine_maker import MachineMaker
    from harness.lab.power import GuestPower
    from harness.witness.wire import Wire

_S = TypeVar("_S", bound=Service)


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
        self.network.noted = partial(note, self.evidence.log_dir)
        self.services: dict[str, Service] = {}
        self.guests: list[Guest] = []
        self._other_hosts = OtherHosts.of(self.namespace, site)
        self.further_hosts = FurtherHosts[Service](self.namespace, site)
        self._links: dict[str, Link] = {}
        self._bmcs: dict[str, Bmc] = {}
        self._of_services = (self.namespace, site, self.evidence.log_dir, options.pace)
        """What each daemon is made with."""
        self._hypervisor: Hypervisor | None = None
        self._ended_by: BaseException | None = None
        self._is_recorded = False
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Bring everything up; return when every daemon serves."""
        self.options.tell("waiting for the lab")
        for kind in self.options.services_of(self.site):
            self.add_service(kind)
        for service in self._other_hosts.services(*self._of_services[1:]):
            self.services[service.name] = service
        self._add_services_beside()
        try:
            self._open.push(self._finish_records)
            self._open.callback(self._forget_services)
            self._open.enter_context(self.namespace)
            self.further_hosts.enter(self._open)
            self._open.enter_context(self.network)
            with short_turns():
                with ThreadPoolExecutor(max_workers=1) as beside:
                    is_relayed = self._other_hosts.is_relayed
                    built = beside.submit(
                        self.network.build, self.site.server, is_relayed=is_relayed
                    )
                    self._lay_files()
                built.result()
                self._other_hosts.connect()
                self.further_hosts.connect(self.network)
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
        then: Sequence[BootPath] = (),
        by_hand: bool = False,
        has_system: bool = False,
    ) -> "Guest":
        """Switch a new machine on that must take this boot path, or be made to `by_hand`.

        UEFI firmware tries no other path but those that come `then`, each where the one before
        leads nowhere; a verdict takes them for strays.
        Its cards and disk are those of `add_guest`. Raises a GuestError where it does not start.
        """
        power = self._machine(
            path,
            mac=mac,
            nics=nics,
            boots_by=boots_by,
            then=then,
            by_hand=by_hand,
            disks=self._disks(has_system=has_system),
            disks_last=has_system,
        )
        try:
            power.on()
        finally:
            guest = self._guest(power)
        guest.play_role()
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
        has_system: bool = False,
        disks: Sequence[Disk] = (),
    ) -> "Guest":
        """Make a new machine that is off (see its `power`).

        It has the one card of the path (with this MAC address, or one of its own), or `nics`,
        which are called `net0`, `net1`, …: it then boots by the one that `boots_by` names.
        Where it has a disk, an empty one, or `disks`, which are called `vda`, `vdb`, …, it boots
        from the first instead, and from the network only when `boot_next` says so. Where it has
        a system on its disk, one that reports, it boots that when the network has given it back.

        Raises:
            UsageError: the cards cannot be in this machine, or in this lab.
            PrerequisiteError: this host does not let it have a tap.
        """
        return self._guest(
            self._machine(
                path,
                mac=mac,
                nics=nics,
                boots_by=boots_by,
                by_hand=by_hand,
                disks=disks or self._disks(has_disk=has_disk, has_system=has_system),
                disks_last=has_system,
            )
        )

    def reporting_system(self) -> bytes:
        """Give what a disk begins with that has a system: it reports, and switches off."""
        return self.options.disk_image(self.payload.token)

    def _disks(self, *, has_disk: bool = False, has_system: bool) -> Sequence[Disk]:
        if has_system:
            return (Disk(content=self.reporting_system()),)
        return (Disk(),) if has_disk else ()

    def _machine(
        self,
        path: BootPath,
        *,
        mac: str,
        nics: Sequence[Nic],
        boots_by: str,
        then: Sequence[BootPath] = (),
        by_hand: bool,
        disks: Sequence[Disk],
        disks_last: bool,
    ) -> "GuestPower":
        if mac and nics:
            raise UsageError("a MAC address beside cards", cure="say it of its card: Nic.of(mac=)")
        return self._machines.make(
            path,
            nics or (Nic.of(path, mac=mac),),
            before=[guest.spec for guest in self.guests],
            boots_by=boots_by,
            then=then,
            by_hand=by_hand,
            disks=disks,
            disks_last=disks_last,
        )

    def _guest(self, power: "GuestPower") -> "Guest":
        guest = self._maker.make(power, self._machines.store(len(self.guests)))
        self.guests.append(guest)
        return guest

    @cached_property
    def _maker(self) -> "GuestMaker":
        from harness.lab.guest_maker import GuestMaker

        return GuestMaker(
            site=self.site,
            options=self.options,
            payload=self.payload,
            evidence=self.evidence,
            namespace=self.namespace,
            network=self.network,
            services=self.services,
        )

    @cached_property
    def _machines(self) -> "MachineMaker":
        from harness.lab.machine_maker import MachineMaker

        if self._hypervisor is None:
            raise UsageError("the lab is not up", cure="make its machines in a `with` block")
        return MachineMaker(
            site=self.site,
            options=self.options,
            payload=self.payload,
            evidence=self.evidence,
            namespace=self.namespace,
            network=self.network,
            services=self.services,
            hypervisor=self._hypervisor,
            lifeline=self,
            open=self._open,
        )

    def wire(self) -> "Wire":
        """Give all that has been on its wire up to now."""
        from harness.lab.witnesses import Witnesses

        return Witnesses(self.evidence, self.network, self.options.pace).wire()

    def rates(self) -> str:
        """Tell how fast each machine has got its files, by each protocol; `rates.txt` says it."""
        from harness.evidence.rates import rates

        names = {nic.mac: guest.spec.name for guest in self.guests for nic in guest.spec.nics}
        told = rates(self.wire(), names)
        self.evidence.rates_path.write_text(told)
        return told

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

    def link(self, which: "Guest | str" = FIRST_TAP) -> Link:
        """Give the link of a guest, or of one that is yet to come by its tap, to be made faulty."""
        tap = which if isinstance(which, str) else which.spec.nic.tap
        if tap not in self._links:
            if isinstance(which, str):
                self.network.have_tap(tap)
            forwarder = FaultyLink(*self._of_services, tap=tap)
            self.services[f"link-{tap}"] = forwarder
            self._links[tap] = Link(self.network, forwarder)
            self._links[tap].insert()
        return self._links[tap]

    def bmc(self, guest: "Guest") -> "Bmc":
        """Give a guest's BMC, which is started when it is first asked for.

        Raises:
            PrerequisiteError: ipmitool is not installed.
        """
        name = guest.spec.name
        if name not in self._bmcs:
            from harness.lab.bmc import Bmc, fit_bmc

            daemon = fit_bmc(guest.spec, self.guests.index(guest), self.network, *self._of_services)
            self.services[f"bmc-{name}"] = daemon
            libvirtd = self.daemon(Libvirtd)
            bmc = Bmc(guest, daemon, self.namespace, lambda: libvirtd.running)
            self._bmcs[name] = self._open.enter_context(bmc)
        return self._bmcs[name]

    def add_service(self, kind: type[_S]) -> _S:
        """Make a daemon that neither the site nor the lab names; whoever adds it starts it."""
        service = kind(*self._of_services)
        service.for_fast_guests = self.options.clock is Clock.FAST
        self.services[service.name] = service
        return service

    def _add_services_beside(self) -> None:
        """Make the daemons of the site's further hosts."""
        kinds = {name: self.options.services_on(host) for name, host in self.site.each_host.items()}
        log_dir, pace = self.evidence.log_dir, self.options.pace
        for name, service in self.further_hosts.services(kinds, log_dir, pace):
            service.for_fast_guests = self.options.clock is Clock.FAST
            self.services[name] = service

    def _lay_files(self) -> None:
        """Make this host's files look like the site's, and keep what its machines are to know."""
        if self.options.keys:
            from harness.evidence.made_keys import MadeKeys

            MadeKeys(keys=self.options.keys).write(self.evidence)
        supply = self.site.supply
        layers = Layers(
            supply_dir=supply_layer(supply) if supply else None,
            live_dir=self.payload.layer(self.site),
            payload=self.payload.files(self.site),
            evidence_dir=self.evidence.dir,
            cache_dir=self.options.cache_dir,
            resolvers=self._other_hosts.resolvers,
            kernel_nfs=self.options.nfs_server_of(self.site) is NfsServer.KERNEL,
        )
        own = [each for each in self.services.values() if not each.host]
        lay(self.namespace, laid_for(self.site, own), layers.serving(own))
        self.namespace.finish()
        self.further_hosts.lay(layers)

    def _start_services(self) -> None:
        self._hypervisor = start_services(
            self.services, self.network, self._open, self.evidence.log_dir, warm=self.options.warm
        )

    def finish_records(self) -> None:
        """Write down what is left to write of each guest; what comes later is not written."""
        self._finish_records(None, None, None)

    def _finish_records(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Write it, once; one that fails never stops the next."""
        if self._is_recorded:
            return
        self._is_recorded = True
        scenario = self.options.scenario
        error = self._ended_by or error  # an exit stack hands on the latest
        result = scenario.result() if error is None else Result.of(error)
        if not self.guests:
            from harness.evidence.summary import Summary

            why = result.why or "no machine was switched on"
            nothing = Summary(test=scenario.test, outcome=result.outcome, why=why)
            self.evidence.write_json(self.evidence.summary_path, nothing)
        with contextlib.ExitStack() as stack:
            for guest in self.guests:
                stack.callback(self._maker.finish_record, guest, result)

    def _forget_services(self) -> None:
        """Give up the handles of daemons that went with the namespaces."""
        for service in self.services.values():
            service.forget()
