"""dnsmasq alone is the DHCP server of both families, the router and the TFTP server."""

from pathlib import Path

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Role
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

FILES = Path(__file__).parents[2] / "fixtures" / "showmax-dnsmasq"
CONFIGURATION = "etc/dnsmasq.conf"


@pytest.fixture
def site(site: Site) -> Site:
    """Let it do what four daemons do."""
    alone = site.without_daemons("dhcpd4", "dhcpd6", "radvd", "tftpd")
    return alone.with_file(CONFIGURATION, (FILES / CONFIGURATION).read_text())


@on("x64-tftp-ipv6", slow=["x64-tftp-ipv4", "x64-http-ipv4", "x64-http-ipv6", "bios-vendor-rom"])
def test_boots(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The wire, its log and the payload agree."""
    lab.power_on(boot_path).assert_boots(default_entry)


@on(slow=["bios-ipxe-rom"])
def test_dead_before_the_boot(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """With it all is gone, its addresses first."""
    lab.service(Role.DHCPV4).stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: dnsmasq was stopped before this machine asked"):
        guest.assert_boots(default_entry)


class TestEmptyPool:
    """One address, which is a host's that is another."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Shrink the pool."""
        small = site.replaced(CONFIGURATION, "192.0.2.64,192.0.2.127", "192.0.2.64,192.0.2.64")
        host = "dhcp-host=52:54:00:00:00:77,192.0.2.64\n"
        return small.with_file(CONFIGURATION, small.read(CONFIGURATION) + host)

    @on(slow=["bios-ipxe-rom"])
    def test_is_red(self, lab: Lab, boot_path: BootPath, default_entry: str) -> None:
        """It logs why it does not answer."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the pool .*192\.0\.2\.64.* has no free lease"):
            guest.assert_boots(default_entry)
