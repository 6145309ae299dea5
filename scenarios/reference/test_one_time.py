"""One-time boot is one-time: disk, network once, and the disk again when its system reboots."""

import pytest

from harness.lab import Disk, Guest, Lab
from harness.machines import BootPath
from harness.model import LOCAL_DISK
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.test_bmc import dhcp_messages
from scenarios.reference.test_network_next import NOTHING
from scenarios.reference.words import RESET, with_words

PATHS = ["bios-ipxe-rom", "x64-http-ipv6", "ia32-tftp-ipv4"]
ONCE = ("chassis", "bootdev", "pxe", "options=efiboot")


@pytest.fixture
def site(site: Site) -> Site:
    """Let the system that comes from the network reboot when it has reported."""
    return with_words(site, RESET)


def boots_from_disk(lab: Lab, guest: Guest) -> None:
    """See that it does, that its system switches it off, and that nobody asks DHCP meanwhile."""
    asked = dhcp_messages(lab)
    assert guest.wait_for_report().entry == LOCAL_DISK
    guest.wait_for_power_off()
    assert dhcp_messages(lab) == asked


@on(slow=PATHS)
def test_cold(lab: Lab, boot_path: BootPath) -> None:
    """It is off when it is told to."""
    guest = lab.add_guest(boot_path, disks=[Disk(content=lab.reporting_system())])
    bmc = lab.bmc(guest)
    bmc.ipmitool("power", "on")
    boots_from_disk(lab, guest)
    bmc.ipmitool(*ONCE)
    bmc.ipmitool("power", "on")
    assert guest.wait_for_report().entry == lab.site.menu.default
    boots_from_disk(lab, guest)
    assert "Boot Flag Invalid" in bmc.ipmitool("chassis", "bootparam", "get", "5").stdout


@on(slow=PATHS)
def test_warm(lab: Lab, boot_path: BootPath) -> None:
    """It runs when it is told to, and is reset; its disk is empty, as its firmware says."""
    guest = lab.add_guest(boot_path, has_disk=True)
    bmc = lab.bmc(guest)
    bmc.ipmitool("power", "on")
    guest.wait_for(NOTHING[boot_path.is_uefi])
    bmc.ipmitool(*ONCE)
    bmc.ipmitool("power", "reset")
    assert guest.wait_for_report().entry == lab.site.menu.default
    asked = dhcp_messages(lab)
    guest.wait_for(NOTHING[boot_path.is_uefi])
    assert dhcp_messages(lab) == asked > 0
