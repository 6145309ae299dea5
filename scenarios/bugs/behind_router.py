"""A boot server's address that machines of IPv6 reach through their router alone."""

from ipaddress import IPv6Address

from harness.lab import Lab
from harness.site import Site

DHCPD = "etc/dhcp/dhcpd6.conf"


def with_loader_at(site: Site, address: str) -> Site:
    """Give the site whose DHCPv6 tells firmware to fetch its loader there, by TFTP."""
    own, far = "tftp://[2001:db8::1]/ipxe.efi", f"tftp://[{address}]/ipxe.efi"
    return site.replaced(DHCPD, own, far)


def put_behind_router(lab: Lab, address: str) -> None:
    """Give the server that address, on none of the machines' links."""
    lab.network.add_far_address(IPv6Address(address))
