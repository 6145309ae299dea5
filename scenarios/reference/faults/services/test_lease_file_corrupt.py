"""A lease file that is damaged does not stop dhcpd: green, and told."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Leave what a crash in the middle of writing leaves."""
    return site.with_file("var/lib/dhcp/dhcpd.leases", "lease 192.0.2.64 {\n  starts 4 20")


@on("bios-ipxe-rom")
def test_is_told(lab: Lab, boot_path: BootPath) -> None:
    """Dhcpd complains, and serves."""
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots(lab.site.menu.default)
    assert any("dhcpd -4: its lease file is damaged" in fault for fault in verdict.recovered)
