"""A network card boots by the code in its ROM or by the firmware's own driver, else not at all."""

from dataclasses import replace

import pytest

from harness.lab import Lab, LabOptions
from harness.machines import BootPath, OptionRom
from harness.pytest_plugin.matrix import NICS, WITHOUT_DRIVER, on_nics

UEFI_WORDS = (
    'BdsDxe: failed to load Boot0000 "UEFI PXEv4 (MAC:525400123450)" from PciRoot(0x0)/Pci(0x3,0x0)'
    "/MAC(525400123450,0x1)/IPv4(0.0.0.0,0x0,DHCP,0.0.0.0,0.0.0.0,0.0.0.0): Not Found"
)
BIOS_WORDS = "No bootable device.  Retrying in 5 seconds."


@on_nics("x64-tftp-ipv4", NICS, OptionRom.UEFI, fast=["e1000"])
def test_uefi_boots_by_uefi_code(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The ROM drives the card, the firmware's own stack boots from it."""
    lab.power_on(boot_path).assert_boots(default_entry)


@on_nics("x64-http-ipv6", ["virtio"], OptionRom.LEGACY, fast=["virtio"])
def test_uefi_boots_by_its_own_driver(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """Legacy code in the ROM of a card that the firmware can drive does no harm."""
    lab.power_on(boot_path).assert_boots(default_entry)


@on_nics("bios-ipxe-rom", NICS, OptionRom.LEGACY, fast=["rtl8139"])
def test_bios_boots_by_legacy_code(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The ROM is the network boot."""
    lab.power_on(boot_path).assert_boots(default_entry)


@on_nics("bios-ipxe-rom", NICS, OptionRom.NONE, OptionRom.UEFI, fast=["e1000"])
def test_bios_has_nothing_to_boot(lab: Lab, boot_path: BootPath) -> None:
    """SeaBIOS drives no network card itself, and runs no UEFI code."""
    lab.power_on(boot_path).assert_cannot_boot(BIOS_WORDS)


class TestFromPowerOn:
    """The words come before an image of POST would be restored."""

    @pytest.fixture
    def lab_options(self, lab_options: LabOptions) -> LabOptions:
        """Do POST anew."""
        return replace(lab_options, warm=False)

    @on_nics("x64-tftp-ipv4", WITHOUT_DRIVER, OptionRom.LEGACY, fast=["e1000e"])
    def test_uefi_runs_no_legacy_code(self, lab: Lab, boot_path: BootPath) -> None:
        """It has no driver for the card, and leaves what is in its ROM alone."""
        lab.power_on(boot_path).assert_cannot_boot(UEFI_WORDS)

    @on_nics("x64-tftp-ipv4", WITHOUT_DRIVER, OptionRom.NONE, fast=[])
    def test_uefi_has_no_driver(self, lab: Lab, boot_path: BootPath) -> None:
        """Nobody drives the card, so there is nothing to boot from."""
        lab.power_on(boot_path).assert_cannot_boot(UEFI_WORDS)
