"""TFTP on a second host and HTTP on a third: machines boot, and who fails there is named."""

from ipaddress import IPv4Interface

import pytest

from harness.errors import BootError, ServiceError
from harness.lab import Lab, LabOptions
from harness.lab.fault import add_rogue_dhcp_server
from harness.machines import BootPath
from harness.model import Role
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.hosts import DHCPD, NGINX, TFTP1, WEB1, on_three_hosts
from scenarios.reference.red import red

ROGUE = IPv4Interface("192.0.2.66/24")
ROGUES = "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.200 192.0.2.220; }"
FIRMWARE_S = 90.0
"""What firmware waits for files that nobody gives it."""


@pytest.fixture
def site(site: Site) -> Site:
    """Part the boot server in three."""
    return on_three_hosts(site)


@on("x64-tftp-ipv4", "bios-vendor-rom", "x64-http-ipv6", slow=["x64-tftp-ipv6", "bios-ipxe-rom"])
def test_boots(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """Each file comes from its host, whose log says the same as the wire."""
    lab.power_on(boot_path).assert_boots(default_entry)


@on("bios-vendor-rom")
def test_a_dead_tftp_daemon_is_named_with_its_host(lab: Lab, boot_path: BootPath) -> None:
    """The boot server is up; who gives out loaders is not."""
    lab.service(Role.TFTP).stop()
    guest = lab.power_on(boot_path)
    told = r"cause: the TFTP server does not listen: 192\.0\.2\.5 .*tftpd on tftp1 was stopped"
    with red(guest, told, own_timeouts_s=FIRMWARE_S):
        guest.wait_for_menu()


class TestMissingThere:
    """A loader is where it was before the move, and not on the host that is asked for it."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Leave it on the boot server."""
        left = site.without(f"{TFTP1}/srv/tftp/undionly.kpxe")
        return left.with_file("srv/tftp/undionly.kpxe", "a loader")

    @on("bios-vendor-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The cause says on which host it is missing, and which one has it."""
        guest = lab.power_on(boot_path)
        told = (
            r"cause: tftpd on tftp1: file not found: undionly\.kpxe.*"
            r"the boot server has it, as srv/tftp/undionly\.kpxe"
        )
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestNobodysAddress:
    """dhcpd.conf sends firmware to an address that nobody has."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Get the host's address wrong by a digit."""
        return site.replaced(DHCPD, "next-server 192.0.2.5", "next-server 192.0.2.55")

    @on("bios-vendor-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The line that names it, and who serves TFTP."""
        guest = lab.power_on(boot_path)
        told = (
            r"named next-server 192\.0\.2\.55 .*, the site's server is 192\.0\.2\.5 "
            r"\(etc/dhcp/dhcpd\.conf:\d+\)"
        )
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestOldAddress:
    """dhcpd.conf still sends firmware to the boot server, which gives no files out any more."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Forget the move."""
        return site.replaced(DHCPD, "next-server 192.0.2.5", "next-server 192.0.2.1")

    @on("bios-vendor-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Nobody listens there; the one who does is named with its address."""
        guest = lab.power_on(boot_path)
        told = r"the TFTP server does not listen: 192\.0\.2\.1 .*tftpd on tftp1 is 192\.0\.2\.5"
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestRefused:
    """The web server's configuration on its host is broken."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Mistype a directive."""
        return site.replaced(f"{WEB1}/{NGINX}", "listen 80 ", "lissten 80 ")

    @on("bios-ipxe-rom")
    def test_is_said(self, site: Site, lab_options: LabOptions, boot_path: BootPath) -> None:
        """Daemon, host, and the line in that host's file."""
        told = (
            r"nginx on web1: refuses its configuration: .*lissten.* in /etc/nginx/nginx\.conf:\d+"
        )
        with pytest.raises(ServiceError, match=told) as refused, Lab(site, lab_options):
            pass
        assert "hosts/web1" in refused.value.cure


@on("bios-ipxe-rom")
def test_a_server_that_is_not_promised_is_red(
    lab: Lab, boot_path: BootPath, default_entry: str
) -> None:
    """Other hosts are the site's; this one is nobody's."""
    add_rogue_dhcp_server(lab, ROGUES, address=ROGUE)
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match="two DHCPv4 servers answered"):
        guest.assert_boots(default_entry)
