"""What a lab is made with, besides its site."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.assets.cache import Cache
from harness.assets.firmware import Firmware, find_firmware, own_bios
from harness.assets.package import Asset
from harness.assets.payload import Payload
from harness.assets.stub import Stub, stub
from harness.deadline import Pace
from harness.errors import UsageError
from harness.evidence.scenario import Scenario
from harness.guest.spec import DEFAULT_MEMORY_MIB, Clock, Enrolled, Nic
from harness.host.accelerator import AcceleratorName
from harness.host.nfs_server import AUTO, NfsServer, choose
from harness.lab.boot_files import PayloadFiles
from harness.machines import BootPath, Machine, OptionRom
from harness.machines.x86_64 import PC
from harness.services.base import Service
from harness.services.nfs.base import Nfs
from harness.services.registry import LAB_SERVICES, site_services
from harness.services.syslogd import Syslogd
from harness.site import Site

if TYPE_CHECKING:
    from harness.assets.live.image import LiveImage
    from harness.assets.qemu import Qemu
    from harness.certificate import Certified


@dataclass(frozen=True, kw_only=True)
class LabOptions:
    """What a lab needs to know besides its site."""

    evidence_dir: Path
    cache_dir: Path
    payload: Payload
    stub: Stub | None = None
    """What entries without a root of their own boot in Linux's place, if they are to."""
    live: "LiveImage | None" = None
    """What live systems' entries boot in the payload's place, if they are to."""
    firmware: Mapping[str, str] = field(default_factory=dict)
    """Of machines that are not to have their default firmware: id or file, by the machine's id.

    Or by that of one of its boot paths: several machines of a kind may differ.
    """
    enrolled: Enrolled | None = None
    """What the owner of its UEFI guests has put into their variable stores."""
    keys: "tuple[Certified, ...]" = ()
    """Those of them that have a key here."""
    secured: frozenset[str] = frozenset()
    """Kinds of machines, by their ids, that are to have Secure Boot on."""
    signed: Callable[[bytes], bytes] | None = None
    """Signs what is laid as a kernel, for guests that boot nothing else; None: it stays as made."""
    has_entropy: bool = True
    """Whether its guests have random numbers."""
    qemu_arguments: tuple[str, ...] = ()
    """Words for QEMU besides a guest's hardware."""
    rom: str = ""
    """The release, or the directory, that cards' option ROMs are from; "": the usual ones."""
    qemu: str = ""
    """The release, or the build, of QEMU that emulates PCs; "": this host's own."""
    accel: AcceleratorName
    clock: Clock = Clock.REAL
    warm: bool = False
    """Whether firmware may start where an earlier lab's had done its POST (see `warm`)."""
    nfs: str = AUTO
    """The server of a site's `nfs`: `auto`, `kernel` or `ganesha` (see `host.nfs_server`)."""
    pace: Pace
    memory_mib: int = DEFAULT_MEMORY_MIB
    """Of each guest; one that fetches its root needs room for it."""
    scenario: Scenario = field(default_factory=Scenario)
    """What the evidence is of."""
    tell: Callable[[str], None] = lambda _what: None
    """Called with what is being waited for, for the progress line."""

    @property
    def kernel(self) -> bytes:
        """What is laid as the kernel of a Linux entry, before it is told which entry it is."""
        return (self.stub.x64_path if self.stub else self.payload.kernel_path).read_bytes()

    @property
    def payload_name(self) -> str:
        """What that is: `stub` or `linux`."""
        return "linux" if self.stub is None else "stub"

    def payload_files(self) -> PayloadFiles:
        """Give what the Linux entries of a lab boot, with a token of its own."""
        if self.live is None:
            return PayloadFiles(payload=self.payload, stub=self.stub, signed=self.signed)
        from harness.lab.live_files import LiveFiles

        return LiveFiles(
            payload=self.payload, stub=self.stub, image=self.live, cache_dir=self.cache_dir
        )

    def nfs_server_of(self, site: Site) -> NfsServer:
        """Give what serves a site's NFS; one that serves none asks for nothing.

        Raises:
            PrerequisiteError: the server that is asked for cannot serve here.
        """
        if Nfs.name not in site.daemons:
            return NfsServer.GANESHA
        return choose(self.nfs, places=(site.dir, self.cache_dir)).server

    def disk_image(self, token: str) -> bytes:
        """Give what a machine's own disk begins with, to report this token."""
        from harness.assets.disk import disk_image

        return disk_image(token, self.stub or stub(), cache=Cache(dir=self.cache_dir))

    def services_of(self, site: Site) -> Sequence[type[Service]]:
        """Give the kinds of daemons that a lab of this site runs, its own ones first.

        Raises:
            PrerequisiteError: the NFS server that is asked for cannot serve here.
        """
        return (*LAB_SERVICES, *site_services(site.daemons, nfs=self.nfs_server_of(site)))

    def services_on(self, host: Site) -> Sequence[type[Service]]:
        """Give the kinds of daemons that run on a further host, which has a system log, too."""
        return (Syslogd, *site_services(host.daemons, nfs=self.nfs_server_of(host)))

    def qemu_arguments_for(self, machine: Machine) -> tuple[str, ...]:
        """Give what QEMU needs besides a guest's hardware: a timer that Linux does not test."""
        emulated = self.live is not None and self.accel == "tcg"
        return (*(machine.board.steady_timer if emulated else ()), *self.qemu_arguments)

    def firmware_for(self, path: BootPath) -> Firmware:
        """Give the UEFI firmware of a machine that takes this path.

        Raises:
            PrerequisiteError: it is not here and cannot be fetched.
        """
        qemu = None if path.is_uefi else self.qemu_for(path.machine)
        if qemu is not None and qemu.bios_path is not None:
            return own_bios(qemu.bios_path, of=self.qemu)
        of_machine = self.firmware.get(path.machine.id, path.machine.default_firmware)
        chosen = self.firmware.get(path.id, of_machine)
        return find_firmware(chosen, cache=Cache(dir=self.cache_dir), say=self.tell)

    def qemu_for(self, machine: Machine) -> "Qemu | None":
        """Give the QEMU of a machine where one is chosen.

        Raises:
            PrerequisiteError: it is not here and cannot be fetched.
        """
        if not self.qemu or machine.board.emulator != PC.emulator:
            return None
        from harness.assets.catalogue import chosen_qemu

        return chosen_qemu(self.qemu, cache=Cache(dir=self.cache_dir), say=self.tell)

    def vars_template_for(self, path: BootPath) -> Path:
        """Give the empty variable store of the UEFI firmware for this path.

        Raises:
            UsageError: the firmware has none, for it is not UEFI firmware.
        """
        firmware = self.firmware_for(path)
        if firmware.vars_path is None:
            raise UsageError(f"{firmware.id} is not UEFI firmware", cure="choose by --firmware")
        return firmware.vars_path

    def rom_for(self, nic: Nic) -> Asset | None:
        """Give a card's option ROM where that is a file; QEMU's default is its own matter."""
        if nic.rom is OptionRom.NONE or not (nic.rom.is_file or self.rom):
            return None
        from harness.assets.option_rom import USUAL, find_rom

        cache = Cache(dir=self.cache_dir)
        return find_rom(nic.card, nic.rom, of=self.rom or USUAL, cache=cache, say=self.tell)

    def rom_path_for(self, nic: Nic) -> Path | None:
        """Give where a card's option ROM lies, where that is a file."""
        found = self.rom_for(nic)
        return None if found is None else found.path
