"""dnsmasq alone is the DHCP server of both families, the router and the TFTP server."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Role
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

# Option 61 by its number is one of bytes to dnsmasq: 16 is 0x10, in the last of its two.
OPTIONS = """
dhcp-range=192.0.2.64,192.0.2.127,10m
dhcp-range=2001:db8::1:0,2001:db8::1:ffff,64,10m
enable-ra
enable-tftp
tftp-root=/srv/tftp
dhcp-option=option:dns-server,192.0.2.1
dhcp-userclass=set:ipxe,iPXE
dhcp-match=set:x64,option:client-arch,7
dhcp-match=set:x64http,option:client-arch,16
dhcp-match=set:x64,option6:61,7
dhcp-match=set:x64http,option6:61,16
dhcp-boot=undionly.kpxe,,192.0.2.1
dhcp-boot=tag:x64,ipxe.efi,,192.0.2.1
dhcp-boot=tag:x64http,http://192.0.2.1/ipxe.efi
dhcp-boot=tag:ipxe,http://192.0.2.1/script.ipxe,,192.0.2.1
dhcp-option-force=tag:x64http,60,HTTPClient
dhcp-option=tag:x64,tag:!ipxe,option6:bootfile-url,tftp://[2001:db8::1]/ipxe.efi
dhcp-option=tag:x64http,option6:bootfile-url,http://[2001:db8::1]/ipxe.efi
dhcp-option=tag:ipxe,option6:bootfile-url,http://[2001:db8::1]/script.ipxe
dhcp-option=tag:x64http,option6:16,0000HTTPClient
"""


@pytest.fixture
def site(site: Site) -> Site:
    """Let it do what four daemons do."""
    names = site.read("etc/dnsmasq.conf") + OPTIONS
    alone = site.without_daemons("dhcpd4", "dhcpd6", "radvd", "tftpd")
    return alone.with_file("etc/dnsmasq.conf", names)


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
        small = site.replaced("etc/dnsmasq.conf", "192.0.2.127,10m", "192.0.2.64,10m")
        host = "dhcp-host=52:54:00:00:00:77,192.0.2.64\n"
        return small.with_file("etc/dnsmasq.conf", small.read("etc/dnsmasq.conf") + host)

    @on(slow=["bios-ipxe-rom"])
    def test_is_red(self, lab: Lab, boot_path: BootPath, default_entry: str) -> None:
        """It logs why it does not answer."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the pool .*192\.0\.2\.64.* has no free lease"):
            guest.assert_boots(default_entry)
