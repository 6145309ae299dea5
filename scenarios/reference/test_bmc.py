"""Machines that are driven by ipmitool alone boot from where it says, and as often."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.witness.wire import DhcpMessage
from scenarios.reference.test_network_next import NOTHING

WAITS_FOR_KEYS = "ipxeconfig"
"""An entry that does nothing by itself, however long ipmitool takes."""


def dhcp_messages(lab: Lab) -> int:
    """Count what was asked and answered so far."""
    return len(list(lab.wire().of(DhcpMessage)))


@pytest.mark.slow
@on("bios-ipxe-rom", "x64-http-ipv4")
def test_network_once(lab: Lab, boot_path: BootPath) -> None:
    """After the payload's report it boots from its disk, cold and warm, and asks no DHCP."""
    guest = lab.add_guest(boot_path, has_disk=True)
    bmc = lab.bmc(guest)
    bmc.ipmitool("chassis", "bootdev", "pxe", "options=efiboot")
    flags = bmc.ipmitool("chassis", "bootparam", "get", "5").stdout
    assert "Boot Flag Valid" in flags
    assert "BIOS EFI boot" in flags, "it is kept, whatever firmware the machine has"
    bmc.ipmitool("power", "on")
    guest.wait_for_menu()
    guest.assert_boots(lab.site.menu.default)
    assert "Boot Flag Invalid" in bmc.ipmitool("chassis", "bootparam", "get", "5").stdout
    assert "is off" in bmc.ipmitool("power", "status").stdout
    asked = dhcp_messages(lab)
    bmc.ipmitool("power", "on")
    guest.wait_for(NOTHING[boot_path.is_uefi])
    assert dhcp_messages(lab) == asked
    bmc.ipmitool("power", "off")
    bmc.ipmitool("chassis", "bootdev", "pxe", "options=efiboot")
    bmc.ipmitool("power", "on")
    guest.choose(WAITS_FOR_KEYS)
    guest.assert_settings(WAITS_FOR_KEYS)
    asked_again = dhcp_messages(lab)
    assert asked_again > asked
    bmc.ipmitool("power", "reset")
    guest.wait_for(NOTHING[boot_path.is_uefi])
    assert dhcp_messages(lab) == asked_again


@pytest.mark.slow
@on("bios-ipxe-rom", "x64-http-ipv4")
def test_disk_as_long_as_it_is_told(lab: Lab, boot_path: BootPath) -> None:
    """A machine that boots from the network first boots from its disk until it is told not to."""
    guest = lab.add_guest(boot_path, has_system=True)
    bmc = lab.bmc(guest)
    bmc.ipmitool("chassis", "bootdev", "disk", "options=persistent")
    for order in ("on", "on"):
        bmc.ipmitool("power", order)
        guest.wait_for("HARNESS-PAYLOAD")
        guest.wait_for_power_off()
    assert dhcp_messages(lab) == 0
    bmc.ipmitool("chassis", "bootdev", "none")
    bmc.ipmitool("power", "on")
    guest.wait_for_menu()
    assert dhcp_messages(lab) > 0
