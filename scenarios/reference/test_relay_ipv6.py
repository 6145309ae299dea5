"""Over IPv6, too, machines boot through a relay, and what does not answer there is told."""

from dataclasses import replace
from ipaddress import IPv6Interface
from pathlib import Path

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family, Role
from harness.pytest_plugin.matrix import on
from harness.site import Site
from harness.site.server import Relay
from scenarios.reference.red import red

FIXTURES = Path(__file__).parents[2] / "fixtures"
DHCPD, KEA, DNSMASQ = "etc/dhcp/dhcpd6.conf", "etc/kea/kea-dhcp6.conf", "etc/dnsmasq.conf"
NEAR = IPv6Interface("2001:db8:1::1/64")
SUBNET = "subnet6 2001:db8::/64 {"
HEARD = '"interfaces": [ "eth0", "eth0/2001:db8::1" ]'
OF_LINK = '"subnet": "2001:db8::/64",\n      "interface": "eth0"'
FIRMWARE_S = 60.0
"""How long firmware solicits."""


@pytest.fixture
def site(site: Site) -> Site:
    """Put the machines behind a relay, and let the server lease addresses there."""
    relayed = replace(site.only(Family.IPV6), relay=Relay(ipv6=NEAR))
    relayed = relayed.replaced(DHCPD, SUBNET, f"{SUBNET} }}\n\nsubnet6 2001:db8:1::/64 {{")
    return relayed.replaced(
        DHCPD, "range6 2001:db8::1:0 2001:db8::1:ffff", "range6 2001:db8:1::1:0 2001:db8:1::1:ffff"
    )


@on("x64-http-ipv6", slow=["x64-tftp-ipv6"])
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """DHCP, TFTP and HTTP all come through it."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@on(slow=["x64-tftp-ipv6"])
def test_a_silent_relay_is_the_cause(lab: Lab, boot_path: BootPath) -> None:
    """The server runs, and has heard of nobody."""
    lab.service("relay6").stop()
    guest = lab.power_on(boot_path)
    told = r"cause: the DHCPv6 relay was stopped before this machine asked for anything: no DHCPv6"
    with red(guest, told, own_timeouts_s=FIRMWARE_S):
        guest.wait_for_menu()


@on(slow=["x64-tftp-ipv6"])
def test_a_dead_server_behind_it_is_the_cause(lab: Lab, boot_path: BootPath) -> None:
    """The relay passes on what nobody answers."""
    lab.service("dhcpd6").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: dhcpd -6 was stopped before this", own_timeouts_s=FIRMWARE_S):
        guest.wait_for_menu()


@on(slow=["x64-http-ipv6"])
def test_a_router_that_does_not_advertise_itself(lab: Lab, boot_path: BootPath) -> None:
    """Nobody leads to the server's network."""
    lab.service(Role.RA).stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: .*the relay's radvd was stopped before", own_timeouts_s=FIRMWARE_S):
        guest.assert_boots(lab.site.menu.default)


class TestUnknownNetwork:
    """The server does not know the network that the relay speaks for."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Give the subnet another number."""
        changed = site.replaced(DHCPD, "subnet6 2001:db8:1::/64", "subnet6 2001:db8:2::/64")
        return changed.replaced(
            DHCPD, "2001:db8:1::1:0 2001:db8:1::1:ffff", "2001:db8:2::1:0 2001:db8:2::1:ffff"
        )

    @on(slow=["x64-tftp-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The server says so itself."""
        guest = lab.power_on(boot_path)
        told = r"cause: no subnet of dhcpd -6 is the machines' network, 2001:db8:1::/64 behind the"
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestKea:
    """Kea serves the network of the link-address, where it hears the relay."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Put it in dhcpd's place, with an address to listen at."""
        text = (FIXTURES / "showmax-kea" / KEA).read_text()
        text = text.replace('"interfaces": [ "eth0" ]', HEARD)
        text = text.replace(OF_LINK, '"subnet": "2001:db8:1::/64"')
        # Not from ::0 on, which is every router's (RFC 4291, 2.6.1) and Kea leases all the same.
        text = text.replace("2001:db8::1:0 - 2001:db8::1:f", "2001:db8:1::1:0 - 2001:db8:1::1:f")
        return site.with_daemon("kea6", instead_of="dhcpd6").with_file(KEA, text)

    @on(slow=["x64-http-ipv6", "x64-tftp-ipv6"])
    def test_boots(self, lab: Lab, boot_path: BootPath) -> None:
        """As dhcpd does."""
        lab.power_on(boot_path).assert_boots(lab.site.menu.default)


class TestDeafKea:
    """Kea listens to groups on its interface alone, and the relay sends to its address."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Put it in dhcpd's place, as it is without a relay."""
        text = (FIXTURES / "showmax-kea" / KEA).read_text()
        return site.with_daemon("kea6", instead_of="dhcpd6").with_file(KEA, text)

    @on(slow=["x64-tftp-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It has logged nothing, and its line is named."""
        guest = lab.power_on(boot_path)
        told = r"cause: no DHCPv6 .*; the relay passed them on; etc/kea/kea-dhcp6\.conf:5 has"
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestDnsmasq:
    """Dnsmasq leases where a relay asks, and advertises on its own link alone."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let it lease in the machines' network."""
        text = (FIXTURES / "showmax-dnsmasq" / DNSMASQ).read_text()
        text = text.replace("dhcp-range=192.0.2.64,192.0.2.127,255.255.255.0,600\n", "")
        text = text.replace("2001:db8::1:0,2001:db8::1:ffff", "2001:db8:1::1:0,2001:db8:1::1:ffff")
        return site.without_daemons("dhcpd6", "radvd", "tftpd").with_file(DNSMASQ, text)

    @on(slow=["x64-http-ipv6", "x64-tftp-ipv6"])
    def test_boots(self, lab: Lab, boot_path: BootPath) -> None:
        """As dhcpd does."""
        lab.power_on(boot_path).assert_boots(lab.site.menu.default)
