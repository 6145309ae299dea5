"""How a lab makes a machine: its hardware, its ports, its power; what it boots is not looked at.

A lab imports this beside its daemons' start, and what watches a machine (`guest_maker`) while
one is switched on: each takes as long to import.
"""

import platform
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from harness.evidence.directory import EvidenceDirectory
from harness.guest.console.wait import Lifeline
from harness.guest.hypervisor import Hypervisor
from harness.guest.spec import Disk, Flash, GuestSpec, Nic, verify_macs
from harness.host import tools
from harness.lab.boot_files import PayloadFiles
from harness.lab.guest_hold import held_for_answers
from harness.lab.layers import EVIDENCE_DIR
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.lab.options import LabOptions
from harness.lab.power import GuestPower, define
from harness.lab.warm import SavedPosts
from harness.machines import BootPath
from harness.services.base import Service
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class MachineMaker:
    """Makes the machines of one lab, out of what the lab has."""

    site: Site
    options: LabOptions
    payload: PayloadFiles
    evidence: EvidenceDirectory
    namespace: Namespace
    network: Network
    services: Mapping[str, Service]
    hypervisor: Hypervisor
    lifeline: Lifeline
    """The lab, whose daemons a guest waits for in vain once one has died."""
    open: ExitStack
    """What ends with the lab."""

    def make(
        self,
        path: BootPath,
        nics: Sequence[Nic],
        *,
        before: Sequence[GuestSpec],
        boots_by: str,
        then: Sequence[BootPath],
        by_hand: bool,
        disks: Sequence[Disk],
        disks_last: bool,
    ) -> GuestPower:
        """Make a machine that is off, after those `before` it.

        Raises:
            PrerequisiteError: what emulates its processor is not installed.
        """
        qemu = self.options.qemu_for(path.machine)
        if qemu is None:
            tools.require(path.machine.board.emulator)
        place = _place(len(before))
        spec = self._spec(path, nics, boots_by, number=len(before), place=place)
        plugged = tuple(
            replace(disk, path=spec.console_pipe.with_suffix(f".disk{number}"))
            for number, disk in enumerate(disks)
        )
        spec = replace(
            spec,
            emulator=None if qemu is None else qemu.path,
            then=tuple(then),
            by_hand=by_hand,
            disks=plugged,
            disks_last=disks_last,
        )
        verify_macs([*before, spec])
        for nic in spec.nics:
            self.network.have_tap(nic.tap)
        store = self.store(len(before))
        store.dir.mkdir(exist_ok=True)
        return self._define(spec, store)

    def store(self, number: int) -> EvidenceDirectory:
        """Give where a machine's own evidence lies."""
        return EvidenceDirectory(self.evidence.dir / _place(number))

    def _define(self, spec: GuestSpec, store: EvidenceDirectory) -> GuestPower:
        template = self.options.vars_template_for(spec.path) if spec.path.is_uefi else None
        power = define(
            spec,
            template,
            hypervisor=self.hypervisor,
            namespace=self.namespace,
            store=store,
            pace=self.options.pace,
            lifelines=(self.lifeline,),
            find_image=SavedPosts(self.options, self.site).find,
        )
        power.meanwhile = partial(import_module, "harness.lab.guest_maker")
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
            accel=self.options.accel if path.machine.board.arch == platform.machine() else "tcg",
            clock=self.options.clock,
            memory_mib=max(self.options.memory_mib, path.machine.memory_mib),
            known=self.site.known(*(nic.mac for nic in cards)),
            failures=self.site.failures,
            enrolled=self.options.enrolled if path.is_uefi else None,
            has_entropy=self.options.has_entropy,
            qemu_arguments=self.options.qemu_arguments_for(path.machine),
        )


def _place(number: int) -> Path:
    """Give where a machine's files lie in the evidence: the first one's beside the lab's."""
    return Path(f"guest{number}" if number else "")
