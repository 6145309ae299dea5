"""A server that comes late or is started again does not stop a boot: green, and told."""

import pytest

from harness.lab import Lab
from harness.lab.fault import restart, wait_until_asked
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on


@pytest.mark.real_clock("dhcpd looks for a second of the host's whether an address is free")
@on("bios-ipxe-rom")
def test_late_dhcp_server(lab: Lab, boot_path: BootPath) -> None:
    """The ROM asks until dhcpd is there."""
    lab.service("dhcpd4").stop()
    guest = lab.power_on(boot_path)
    wait_until_asked(guest, Family.IPV4)
    restart(lab, "dhcpd4")
    verdict = guest.assert_boots(lab.site.menu.default)
    assert any("dhcpd -4 was stopped" in fault for fault in verdict.recovered)


@on("x64-http-ipv4")
def test_restarted_between_firmware_and_ipxe(lab: Lab, boot_path: BootPath) -> None:
    """Leases outlive the daemon."""
    guest = lab.power_on(boot_path)
    guest.wait_for("File Size:")
    restart(lab, "dhcpd4")
    verdict = guest.assert_boots(lab.site.menu.default)
    assert any("started again after" in fault for fault in verdict.recovered)
