"""A guest's domain XML: what libvirt is told about its hardware.

Owns the form of the XML, nothing else. A guest has what it needs to boot from
the network and nothing to spare: every device that is missing is one that
firmware and kernel need not look for, which counts when each instruction is
emulated.
"""

from string import ascii_lowercase
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from harness.guest.spec import Clock, GuestSpec, Nic
from harness.machines import OptionRom

QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0"
ElementTree.register_namespace("qemu", QEMU_NAMESPACE)

_FAST_CLOCK = "shift={},align=off,sleep=off"
_BIOS_SHIFT, _UEFI_SHIFT = 5, 4
"""An instruction takes 2^shift ns of the guest's time, and idle time passes at once.

A BIOS's iPXE polls while it waits: 2^5 spares a third of the CPU to its menu. UEFI sleeps more, and
its HTTP Boot gives up after 5 s: where QEMU's own input and output has no core for a third of a
second, 7 s of the guest's time would have passed with 2^5.
"""

_REBOOT_TIMEOUT_MS = "5000"
"""SeaBIOS's pause before it starts over; below this, a failed boot becomes a tight reset loop."""


def domain_xml(spec: GuestSpec, *, network_first: bool | None = None) -> str:
    """Write a guest as libvirt's domain XML; `network_first` is a BIOS's order for one start."""
    network_first = spec.boots_from_network if network_first is None else network_first
    domain = Element("domain", type="kvm" if spec.accel == "kvm" else "qemu")
    SubElement(domain, "name").text = spec.name
    SubElement(domain, "uuid").text = str(spec.uuid)
    SubElement(domain, "memory", unit="MiB").text = str(spec.memory_mib)
    SubElement(domain, "vcpu").text = "1"
    _add_firmware(domain, spec)
    _add_labels(domain, spec)
    features = SubElement(domain, "features")
    for name in spec.board.features:
        SubElement(features, name)
    _add_cpu(domain, spec)
    # The RTC goes by the host's time with either clock: a BIOS that polls one which follows
    # the guest's instructions stands still for ever (QEMU 7.2, icount, UIP of register A).
    SubElement(domain, "clock", offset="utc")
    SubElement(domain, "on_poweroff").text = "destroy"
    SubElement(domain, "on_reboot").text = "restart"
    SubElement(domain, "on_crash").text = "destroy"
    _add_devices(domain, spec, network_first=network_first)
    _add_qemu_arguments(domain, spec)
    ElementTree.indent(domain)
    return ElementTree.tostring(domain, encoding="unicode") + "\n"


def _add_firmware(domain: Element, spec: GuestSpec) -> None:
    """Name the firmware's files; libvirt's own choice would be the Secure Boot pair."""
    system = SubElement(domain, "os")
    board = spec.board
    SubElement(system, "type", arch=board.arch, machine=board.chipset).text = "hvm"
    if spec.has_labels:
        SubElement(system, "smbios", mode="sysinfo")
    if spec.flash is None:
        SubElement(system, "bios", useserial="yes", rebootTimeout=_REBOOT_TIMEOUT_MS)
        return
    loader = SubElement(system, "loader", readonly="yes", type="pflash")
    loader.text = str(spec.flash.code_path)
    SubElement(system, "nvram").text = str(spec.flash.nvram_path)
    if spec.disks:
        # Where nothing has a place in the order, libvirt puts a disk first. There is no such drive.
        SubElement(system, "boot", dev="cdrom")
    if spec.prompts_for_s > 0:
        SubElement(system, "bootmenu", enable="yes", timeout=str(spec.prompts_for_s * 1000))


def _add_labels(domain: Element, spec: GuestSpec) -> None:
    """Say in SMBIOS what stands on the machine's label: its serial number, its asset tag."""
    if spec.known is None or not spec.has_labels:
        return
    info = SubElement(domain, "sysinfo", type="smbios")
    labels = {"system": ("serial", spec.known.serial), "chassis": ("asset", spec.known.asset)}
    for table, (name, text) in labels.items():
        if text:
            SubElement(SubElement(info, table), "entry", name=name).text = text


def _add_cpu(domain: Element, spec: GuestSpec) -> None:
    """Give the guest all that the accelerator can do, less what it does badly."""
    if spec.accel == "kvm":
        SubElement(domain, "cpu", mode="host-passthrough", check="none", migratable="off")
        return
    if spec.board.emulated_cpu:
        cpu = SubElement(domain, "cpu", mode="custom", match="exact", check="none")
        SubElement(cpu, "model").text = spec.board.emulated_cpu
        return
    cpu = SubElement(domain, "cpu", mode="maximum", check="none", migratable="off")
    without = () if spec.has_entropy else spec.board.entropy
    for name in (*spec.board.slow_emulated, *without):
        SubElement(cpu, "feature", policy="disable", name=name)


def _add_devices(domain: Element, spec: GuestSpec, *, network_first: bool) -> None:
    """Plug in the card, the entropy, and the console; keep libvirt from adding more."""
    devices = SubElement(domain, "devices")
    board = spec.board
    SubElement(devices, "emulator").text = str(spec.emulator_path)
    SubElement(devices, "controller", type="pci", index="0", model=board.pci_root)
    SubElement(devices, "controller", type="usb", model="none")
    for nic, slot in zip(spec.nics, board.nic_slots, strict=False):
        is_first = network_first and nic is spec.nic and not spec.path.is_uefi
        _add_nic(devices, nic, slot=slot, is_first=is_first)
    _add_disks(devices, spec, order=2 if network_first else 1)
    _add_console(devices, spec)
    if spec.has_entropy:
        # Without it, OVMF since edk2-stable202405 offers no network boot at all.
        rng = SubElement(devices, "rng", model="virtio")
        SubElement(rng, "backend", model="builtin")
        _add_address(rng, slot=board.rng_slot)
    if board.panic:
        SubElement(devices, "panic", model=board.panic)
    SubElement(devices, "memballoon", model="none")


def _add_nic(devices: Element, nic: Nic, *, slot: int, is_first: bool) -> None:
    """Plug a card into the lab's tap, with or without an option ROM.

    Only a BIOS is told which `is_first`. A UEFI guest's order is in its variable store; beside a
    bootindex, be it its disk's, OVMF would reorder, and drop, what stands there, and drive no
    other device before it boots: HTTP Boot over IPv6 gives up then (see `KEY_PROMPT_S`).
    """
    interface = SubElement(devices, "interface", type="ethernet")
    SubElement(interface, "mac", address=nic.mac)
    SubElement(interface, "target", dev=nic.tap, managed="no")
    SubElement(interface, "model", type=_nic_model(nic))
    if not nic.linked:
        SubElement(interface, "link", state="down")
    if is_first:
        SubElement(interface, "boot", order="1")
    if nic.rom_path is not None:
        SubElement(interface, "rom", file=str(nic.rom_path))
    elif nic.rom is OptionRom.NONE:
        SubElement(interface, "rom", enabled="no")
    _add_address(interface, slot=slot)


def _add_disks(devices: Element, spec: GuestSpec, *, order: int) -> None:
    """Plug the disks in; a BIOS is told the place of the first in its order."""
    for number, (drive, slot) in enumerate(zip(spec.disks, spec.board.disk_slots, strict=False)):
        disk = SubElement(devices, "disk", type="file", device="disk")
        SubElement(disk, "driver", name="qemu", type="raw")
        SubElement(disk, "source", file=str(drive.path))
        SubElement(disk, "target", dev=f"vd{ascii_lowercase[number]}", bus="virtio")
        if drive.serial:
            SubElement(disk, "serial").text = drive.serial
        if number == 0 and not spec.path.is_uefi:
            SubElement(disk, "boot", order=str(order))
        _add_address(disk, slot=slot)


def _nic_model(nic: Nic) -> str:
    """Give libvirt's name of the card.

    QEMU writes the card's PCI id into its default ROM, not into one from a file: virtio's
    is for the id of virtio 1.0, which a card that can be a legacy one too does not have.
    """
    is_for_1 = nic.card == "virtio" and nic.rom_path is not None and not nic.is_transitional
    return "virtio-non-transitional" if is_for_1 else nic.card


def _add_console(devices: Element, spec: GuestSpec) -> None:
    """Let QEMU open the harness' pipes, which are there first: no byte of a boot is lost."""
    serial = SubElement(devices, "serial", type="pipe")
    SubElement(serial, "source", path=str(spec.console_pipe))
    SubElement(serial, "target", type=spec.board.console, port="0")


def _add_address(device: Element, *, slot: int) -> None:
    """Put a device on the root bus itself, where its device path does not depend on bridges."""
    SubElement(device, "address", type="pci", domain="0", bus="0", slot=str(slot), function="0")


def _add_qemu_arguments(domain: Element, spec: GuestSpec) -> None:
    """Hand QEMU the words that libvirt has no element for."""
    icount = _FAST_CLOCK.format(_UEFI_SHIFT if spec.path.is_uefi else _BIOS_SHIFT)
    clock = ("-icount", icount) if spec.clock is Clock.FAST else ()
    words = (*clock, *spec.qemu_arguments)
    if not words:
        return
    command_line = SubElement(domain, f"{{{QEMU_NAMESPACE}}}commandline")
    for word in words:
        SubElement(command_line, f"{{{QEMU_NAMESPACE}}}arg", value=word)
