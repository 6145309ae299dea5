"""A DHCPv6 server that is dead while DHCPv4 lives: red over IPv6, green and told over IPv4."""

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from scenarios.reference.red import red

PXE_S = 60.0
"""EDK II solicits an address again and again, with longer and longer pauses."""


@on("x64-http-ipv6")
def test_is_red_over_ipv6(lab: Lab, boot_path: BootPath) -> None:
    """The firmware gets no address."""
    lab.service("dhcpd6").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: dhcpd -6 was stopped before this machine asked", own_timeouts_s=PXE_S):
        guest.wait_for_menu()


@on("bios-ipxe-rom")
def test_is_told_over_ipv4(lab: Lab, boot_path: BootPath) -> None:
    """IPv4 was promised and IPv4 was taken: green, with what iPXE asked in vain."""
    lab.service("dhcpd6").stop()
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots(lab.site.menu.default)
    assert any("dhcpd -6 was stopped" in fault for fault in verdict.recovered)
