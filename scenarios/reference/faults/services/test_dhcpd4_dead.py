"""A DHCPv4 server that is dead: red over IPv4, whenever it died; green and told over IPv6."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from scenarios.reference.red import red


@on("bios-ipxe-rom")
def test_before_the_boot(lab: Lab, boot_path: BootPath) -> None:
    """The machine boots over IPv6 instead: a fallback that nobody asked for."""
    lab.service("dhcpd4").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: dhcpd -4 was stopped before this machine asked"):
        guest.assert_boots(lab.site.menu.default)


@on("x64-http-ipv4")
def test_between_firmware_and_ipxe(lab: Lab, boot_path: BootPath) -> None:
    """The firmware had its lease; iPXE does not get one, and takes the other family."""
    guest = lab.power_on(boot_path)
    guest.wait_for("File Size:")
    lab.service("dhcpd4").stop()
    with red(guest, r"cause: dhcpd -4 was stopped after frame \d+.*iPXE's"):
        guest.assert_boots(lab.site.menu.default)


@pytest.mark.needs_linux("it asks in vain for an address of its own, too")
@on(slow=["x64-http-ipv6"])
def test_is_told_over_ipv6(lab: Lab, boot_path: BootPath) -> None:
    """IPv6 was promised, and iPXE takes it all the way: green, with what it asked in vain."""
    lab.service("dhcpd4").stop()
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots(lab.site.menu.default)
    assert any("dhcpd -4 was stopped" in fault for fault in verdict.recovered)
