"""dnsmasq adds the boot file to the addresses that dhcpd gives: both are promised, no third is."""

from ipaddress import IPv4Interface

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.lab.fault import add_rogue_dhcp_server
from harness.machines import BootPath
from harness.model import Role
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

ADDRESSES_ONLY = """
authoritative;
default-lease-time 600;
subnet 192.0.2.0 netmask 255.255.255.0 {
  range 192.0.2.64 192.0.2.127;
  option routers 192.0.2.1;
  option domain-name-servers 192.0.2.1;
}
"""
BOOT_FILES_ONLY = """
log-dhcp
dhcp-range=192.0.2.0,proxy
dhcp-match=set:ipxe,175
pxe-service=tag:!ipxe,X86-64_EFI,"Network boot",ipxe.efi
pxe-service=tag:!ipxe,x86PC,"Network boot",undionly.kpxe
dhcp-boot=tag:ipxe,http://192.0.2.1/script.ipxe,,192.0.2.1
"""
ROGUE = IPv4Interface("192.0.2.66/24")
ROGUES = "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.200 192.0.2.220; }"


@pytest.fixture
def site(site: Site) -> Site:
    """Part DHCPv4 between the two."""
    names = site.read("etc/dnsmasq.conf") + BOOT_FILES_ONLY
    parted = site.with_file("etc/dhcp/dhcpd.conf", ADDRESSES_ONLY)
    return parted.with_file("etc/dnsmasq.conf", names)


# Not by the vendor's ROM: iPXE plays it, and its `ifconf` follows no boot menu of option 43.
@on("x64-tftp-ipv4", slow=["bios-ipxe-rom"])
def test_each_is_told(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The verdict says who gave the address, and who the boot file and on which port."""
    verdict = lab.power_on(boot_path).assert_boots(default_entry)
    assert "address by dhcpd -4; boot file by dnsmasq" in verdict.seen[0]


@on(slow=["x64-tftp-ipv4"])
def test_a_dead_one_is_named(lab: Lab, boot_path: BootPath) -> None:
    """Without who adds the boot file there is none."""
    lab.service(Role.PROXY_DHCP).stop()
    guest = lab.power_on(boot_path)
    with red(guest, "cause: dnsmasq was stopped .*: no proxy DHCP answer", own_timeouts_s=120):
        guest.wait_for_menu()


@on("bios-ipxe-rom")
def test_a_third_is_red(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """Two servers are promised, and no more."""
    add_rogue_dhcp_server(lab, ROGUES, address=ROGUE)
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match=r"three DHCPv4 servers answered: .*192\.0\.2\.66"):
        guest.assert_boots(default_entry)
