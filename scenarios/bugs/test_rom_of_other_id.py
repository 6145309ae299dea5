"""SeaBIOS does not run the ROM that a virtio card is given as a file: its PCI id is another one.

iPXE's ROM is for virtio 1.0 (1af4:1041), and the card can be one of virtio 0.9 too, whose id it has
(1af4:1000). QEMU writes the card's id into its default ROM alone.
"""

from dataclasses import replace

from harness.lab import Lab, Nic
from harness.machines import BOOT_PATHS, BootPath, OptionRom
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair


@pair(
    BOOT_PATHS["bios-ipxe-rom"].with_nic("virtio", OptionRom.LEGACY),
    report="QEMU's romfile= on a transitional virtio card (no public report found)",
    symptom="No bootable device",
    axis="rom",
    shown_by=["ipxe@1.0", "ipxe@1.21", "ipxe@2.0"],
)
def test_rom_of_other_id(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The card's ROM is its network boot."""
    card = replace(Nic.of(boot_path), is_transitional=True)
    guest = lab.power_on(boot_path, nics=[card])
    with bug.held():
        guest.wait_for_menu()
