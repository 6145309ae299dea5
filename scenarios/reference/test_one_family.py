"""On a management network of one address family machines boot, and nobody speaks the other.

Two witnesses of that: a frame of the other family, but for a machine's own questions, makes a
boot red (`harness.judge.foreign_family`); and the booted system has no address of it.
"""

from ipaddress import IPv4Interface

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family, PayloadReport, Protocol
from harness.pytest_plugin.matrix import on, only
from harness.site import Site
from scenarios.reference.red import red

FORGOTTEN = "52:54:00:00:66:66"
RECORD = "local-server,192.0.2.1,2001:db8::1"


GIVES_UP = {
    Protocol.TFTP: r"PXE-E1[68]: ",
    Protocol.HTTP: r"Could not retrieve NBP file size from HTTP server",
}
"""What firmware says that nobody has answered, by DHCP or at all."""


def cannot(said: str, family: str) -> str:
    """Give the message of a machine that boots by a family that is not there."""
    return rf"(?s){said}.*cause: \S+ boots over {family}, and this network has none"


def reported(lab: Lab, boot_path: BootPath) -> PayloadReport:
    """Boot the default; give what the booted system says of itself."""
    guest = lab.power_on(boot_path)
    guest.assert_boots(lab.site.menu.default)
    report = guest.record.reported()
    assert report is not None
    return report


class TestIPv6Only:
    """Neither an IPv4 address nor a DHCPv4 server anywhere."""

    pytestmark = only(Family.IPV6)

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let DNS know of no IPv4 address either."""
        return site.replaced("etc/dnsmasq.conf", RECORD, "local-server,2001:db8::1")

    @on("bios-ipxe-rom", slow=["x64-http-ipv6", "x64-tftp-ipv6"])
    def test_boots(self, lab: Lab, boot_path: BootPath) -> None:
        """Firmware, iPXE, its script and menu, kernel and initrd do with IPv6 alone."""
        verdict = lab.power_on(boot_path).assert_boots(lab.site.menu.default)
        assert verdict.script_family is Family.IPV6

    @pytest.mark.slow
    @pytest.mark.needs_linux("it tells its addresses, and asks the DNS server")
    @on("bios-ipxe-rom", "x64-http-ipv6", "x64-tftp-ipv6", "ia32-http-ipv6", "ia32-tftp-ipv6")
    def test_system(self, lab: Lab, boot_path: BootPath) -> None:
        """So does the booted system, which finds the server by its name."""
        report = reported(lab, boot_path)
        assert report.ipv6
        assert not report.ipv4
        assert report.resolved == ("2001:db8::1",)

    @on(slow=["bios-vendor-rom"])
    def test_legacy_pxe(self, lab: Lab, boot_path: BootPath) -> None:
        """A vendor's ROM knows IPv4 only: it asks, and nobody answers."""
        with pytest.raises(
            BootError, match=r"cause: .* boots over IPv4, and this network has none"
        ):
            lab.power_on(boot_path)

    @on(slow=["x64-tftp-ipv4", "x64-http-ipv4"])
    def test_firmware_that_is_set_to_ipv4(self, lab: Lab, boot_path: BootPath) -> None:
        """UEFI firmware that may not try IPv6 gives up, in its own words."""
        guest = lab.power_on(boot_path)
        words = cannot(GIVES_UP[boot_path.protocol], "IPv4")
        with red(guest, words, own_timeouts_s=60):
            guest.assert_boots(lab.site.menu.default)

    @on(slow=["bios-ipxe-rom"])
    def test_forgotten_host(self, lab: Lab, boot_path: BootPath) -> None:
        """A host that still looks for another by IPv4 is named, though all boots."""
        lab.network.add_host("forgotten", IPv4Interface("192.0.2.9/24"), mac=FORGOTTEN)
        lab.namespace.run(["busybox", "ping", "-c1", "-w1", "192.0.2.8"], check=False)
        guest = lab.power_on(boot_path)
        with red(
            guest, rf"cause: ARP is on the wire \(frame \d+, from {FORGOTTEN}\), and this net"
        ):
            guest.assert_boots(lab.site.menu.default)

    @pytest.mark.slow
    @on("bios-ipxe-rom", "x64-tftp-ipv6")
    def test_bmc(self, lab: Lab, boot_path: BootPath) -> None:
        """An operator's ipmitool reaches the BMC, and has the machine boot from the network."""
        guest = lab.add_guest(boot_path, has_disk=True)
        bmc = lab.bmc(guest)
        assert [address.version for address in bmc.addresses] == [6]
        bmc.ipmitool("chassis", "bootdev", "pxe", "options=efiboot")
        bmc.ipmitool("power", "on")
        guest.wait_for_menu()
        guest.assert_boots(lab.site.menu.default)


class TestIPv4Only:
    """No IPv6 address anywhere, no DHCPv6 server and no router's advertisement."""

    pytestmark = only(Family.IPV4)

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let DNS know of no IPv6 address either."""
        return site.replaced("etc/dnsmasq.conf", RECORD, "local-server,192.0.2.1")

    @pytest.mark.slow
    @pytest.mark.needs_linux("it tells its addresses, and asks the DNS server")
    @on(
        *("bios-ipxe-rom", "bios-vendor-rom", "x64-http-ipv4", "x64-tftp-ipv4"),
        *("ia32-http-ipv4", "ia32-tftp-ipv4"),
    )
    def test_system(self, lab: Lab, boot_path: BootPath) -> None:
        """Every kind of machine boots, as in the years before."""
        report = reported(lab, boot_path)
        assert report.ipv4
        assert not report.ipv6
        assert report.resolved == ("192.0.2.1",)

    @on(slow=["x64-tftp-ipv6", "x64-http-ipv6"])
    def test_firmware_that_is_set_to_ipv6(self, lab: Lab, boot_path: BootPath) -> None:
        """UEFI firmware that may not try IPv4 gives up, in its own words."""
        guest = lab.power_on(boot_path)
        words = cannot(GIVES_UP[boot_path.protocol], "IPv6")
        with red(guest, words, own_timeouts_s=60):
            guest.assert_boots(lab.site.menu.default)
