"""How a lab watches a machine: the record of its boots, and the guest that scenarios see."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.evidence.directory import EvidenceDirectory
from harness.evidence.scenario import Result
from harness.guest.spec import GuestSpec
from harness.judge.boot import Boot
from harness.judge.facts import ExpectedFile
from harness.lab.boot_files import PayloadFiles
from harness.lab.guest import Guest
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.lab.options import LabOptions
from harness.lab.power import GuestPower
from harness.lab.record import Record
from harness.lab.versions import versions
from harness.lab.witnesses import Witnesses
from harness.machines import BootPath, NetworkStack
from harness.plan.expected_path import loader_file
from harness.services.base import Service
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class GuestMaker:
    """Makes guests of the machines of one lab."""

    site: Site
    options: LabOptions
    payload: PayloadFiles
    evidence: EvidenceDirectory
    namespace: Namespace
    network: Network
    services: Mapping[str, Service]

    def make(self, power: GuestPower, store: EvidenceDirectory) -> Guest:
        """Make a guest of a machine, on or off, whose own evidence lies there."""
        record = self._record(power.spec, store)
        power.watch(record)
        return Guest(power.spec, record=record, power=power, tell=self.options.tell)

    def finish_record(self, guest: Guest, result: Result) -> None:
        """Write down what is left to write of a guest."""
        services, domain = self.services.values(), guest.power.domain
        found = versions(guest.spec, self.site, self.options, services=services, domain=domain)
        guest.record.note_power(guest.power.history)
        guest.record.options["start"] = "warm" if guest.power.was_warm else "cold"
        guest.record.finish(result, found)

    def _record(self, spec: GuestSpec, store: EvidenceDirectory) -> Record:
        boot = Boot(
            path=spec.path,
            site=self.site,
            entry=self.site.menu.default,
            mac=spec.mac,
            token=self.payload.token,
            roots=self.payload.roots(self.site),
            memory_mib=spec.memory_mib,
            authorities=_authorities(spec),
            is_secured=spec.path.machine.id in self.options.secured,
            nbp=self._expected_nbp(spec.path),
        )
        options = {
            "accelerator": spec.accel,
            "clock": spec.clock.value,
            "memory_mib": str(spec.memory_mib),
            "payload": self.options.payload_name,
            "nfs": self.options.nfs,
            **({"rom": self.options.rom} if self.options.rom else {}),
            **({"qemu": self.options.qemu} if self.options.qemu else {}),
        }
        delay_s = max(service.log_delay_s for service in self.services.values())
        return Record(
            boot=boot,
            witnesses=Witnesses(self.evidence, self.network, self.options.pace, delay_s),
            store=store,
            scenario=self.options.scenario,
            options=options,
            warnings=self._warnings,
        )

    def _warnings(self) -> list[str]:
        """Give what the daemons have warned of, each by its name for people."""
        called = {each.name: each.called for each in self.site.daemon_facts.all}
        services = ((name, each) for name, each in self.services.items() if name in called)
        return [f"{called[name]}: {line}" for name, each in services for line in each.warnings()]

    def _expected_nbp(self, path: BootPath) -> ExpectedFile | None:
        """Give what a machine of this path must be handed; None when it needs or gets nothing."""
        if path.loader not in self.site.loaders or path.stack is NetworkStack.IPXE_ROM:
            return None
        place = self.site.data_path(loader_file(path, self.site))
        if not self.site.provides(place):
            return None
        # Links of the site's own may be absolute: only the site knows where they lead.
        lies = self.site.file(place) or self._inside(place)
        return ExpectedFile.of(lies.read_bytes()) if lies.is_file() else None

    def _inside(self, place: str) -> Path:
        """Give the host's path of what a lab has at a place of the site."""
        host = self.site.host_of(place)
        of_host = (each for each in self.services.values() if host and each.host == host)
        for service in of_host:
            own = place.removeprefix(f"{self.site.hosts[host].root}/")
            return service.enclosure.path(Path("/", own))
        return self.namespace.path(Path("/", place))


def _authorities(spec: GuestSpec) -> tuple[str, ...]:
    known = spec.enrolled.authorities if spec.enrolled is not None else ()
    return tuple(each.decode() for each in known)
