"""How a lab makes a guest: its hardware, its power, the record of its boots.

A lab imports this beside its own start: it takes as long to import as daemons take to serve.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from harness.evidence.directory import EvidenceDirectory
from harness.evidence.scenario import Result
from harness.guest.console.wait import Lifeline
from harness.guest.hypervisor import Hypervisor
from harness.guest.spec import Flash, GuestSpec, Nic, verify_macs
from harness.judge.boot import Boot, ExpectedFile
from harness.lab.boot_files import PayloadFiles
from harness.lab.guest import Guest
from harness.lab.guest_hold import held_for_answers
from harness.lab.layers import EVIDENCE_DIR
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.lab.options import LabOptions
from harness.lab.power import GuestPower, define
from harness.lab.record import Record
from harness.lab.versions import versions
from harness.lab.warm import SavedPosts
from harness.lab.witnesses import Witnesses
from harness.machines import BootPath, NetworkStack
from harness.plan.expected_path import loader_file
from harness.services.base import Service
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class GuestMaker:
    """Makes the guests of one lab, out of what the lab has."""

    site: Site
    options: LabOptions
    payload: PayloadFiles
    evidence: EvidenceDirectory
    namespace: Namespace
    network: Network
    services: Mapping[str, Service]
    libvirtd_uri: str
    lifeline: Lifeline
    """The lab, whose daemons a guest waits for in vain once one has died."""
    open: ExitStack
    """What ends with the lab."""

    def make(
        self,
        path: BootPath,
        nics: Sequence[Nic],
        *,
        before: Sequence[Guest],
        taps: Iterable[str],
        boots_by: str,
        by_hand: bool,
        has_disk: bool,
        has_system: bool,
    ) -> Guest:
        """Make a machine that is off, after those `before` it; these `taps` the lab has already."""
        # The first guest's files lie beside the lab's.
        place = Path(f"guest{len(before)}" if before else "")
        spec = self._spec(path, nics, boots_by, number=len(before), place=place)
        disk_path = spec.console_pipe.with_suffix(".disk") if has_disk or has_system else None
        system = self.options.disk_image(self.payload.token) if has_system else b""
        spec = replace(spec, by_hand=by_hand, disk_path=disk_path, system=system)
        verify_macs([*(guest.spec for guest in before), spec])
        for nic in spec.nics:
            if nic.tap not in taps:
                self.network.add_tap(nic.tap)
        record = self._record(spec, EvidenceDirectory(self.evidence.dir / place))
        return Guest(spec, record=record, power=self._define(spec, record), tell=self.options.tell)

    def finish_record(self, guest: Guest, result: Result) -> None:
        """Write down what is left to write of a guest."""
        services, domain = self.services.values(), guest.power.domain
        found = versions(guest.spec, self.site, self.options, services=services, domain=domain)
        guest.record.note_power(guest.power.history)
        guest.record.options["start"] = "warm" if guest.power.was_warm else "cold"
        guest.record.finish(result, found)

    def _define(self, spec: GuestSpec, record: Record) -> GuestPower:
        template = self.options.vars_template_for(spec.path) if spec.path.is_uefi else None
        power = define(
            spec,
            template,
            hypervisor=self._hypervisor,
            namespace=self.namespace,
            store=record.store,
            pace=self.options.pace,
            lifelines=(self.lifeline,),
            find_image=SavedPosts(self.options, self.site).find,
        )
        power.record = record
        self.open.enter_context(power)
        held = held_for_answers(power.domain, spec, self.services, self.network.traffic)
        self.open.enter_context(held)
        return power

    def _spec(
        self, path: BootPath, nics: Sequence[Nic], boots_by: str, *, number: int, place: Path
    ) -> GuestSpec:
        flash = None
        cards = tuple(
            replace(nic, rom_path=self.options.rom_path_for(nic)).fitted(guest=number, number=n)
            for n, nic in enumerate(nics)
        )
        if path.is_uefi:
            code_path = self.options.firmware_for(path).code_path
            flash = Flash(code_path=code_path, nvram_path=Path(EVIDENCE_DIR, place, "nvram.fd"))
        return GuestSpec(
            name=f"guest{number}",
            path=path,
            nics=cards,
            boots_by=boots_by,
            console_pipe=Path(f"/run/harness/guest{number}.console"),
            flash=flash,
            accel=self.options.accel,
            clock=self.options.clock,
            memory_mib=max(self.options.memory_mib, path.machine.memory_mib),
            known=self.site.known(*(nic.mac for nic in cards)),
            qemu_arguments=self.options.qemu_arguments_for(path.machine),
        )

    def _record(self, spec: GuestSpec, store: EvidenceDirectory) -> Record:
        store.dir.mkdir(exist_ok=True)
        boot = Boot(
            path=spec.path,
            site=self.site,
            entry=self.site.menu.default,
            mac=spec.mac,
            token=self.payload.token,
            roots=self.payload.roots(self.site),
            memory_mib=spec.memory_mib,
            nbp=self._expected_nbp(spec.path),
        )
        options = {
            "accelerator": spec.accel,
            "clock": spec.clock.value,
            "memory_mib": str(spec.memory_mib),
            "payload": self.options.payload_name,
            "nfs": self.options.nfs,
        }
        delay_s = max(service.log_delay_s for service in self.services.values())
        return Record(
            boot=boot,
            witnesses=Witnesses(self.evidence, self.network, self.options.pace, delay_s),
            store=store,
            test=self.options.scenario.test,
            options=options,
            warnings=self._warnings,
        )

    def _warnings(self) -> list[str]:
        """Give what the daemons have warned of, each by its name for people."""
        called = {each.name: each.called for each in self.site.daemon_facts.all}
        services = (each for each in self.services.values() if each.name in called)
        return [f"{called[each.name]}: {line}" for each in services for line in each.warnings()]

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

    @cached_property
    def _hypervisor(self) -> Hypervisor:
        """The connection to the lab's libvirtd."""
        log_dir = self.evidence.log_dir / "libvirt" / "qemu"
        return self.open.enter_context(Hypervisor(self.libvirtd_uri, log_dir=log_dir))
