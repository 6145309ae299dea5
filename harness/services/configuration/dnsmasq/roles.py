"""What dnsmasq does by its options, and which ranges it leases from."""

from collections.abc import Iterator

from harness.model import Family, Role
from harness.services.configuration.dnsmasq.options import Option, options
from harness.site.files import Files

_RA_MODES = {"ra-only", "slaac", "ra-names", "ra-stateless", "ra-advrouter", "off-link"}


def roles(files: Files) -> tuple[Role, ...]:
    """Give what it does by its options: DNS unless that is off, DHCP, TFTP, advertisements."""
    found = set[Role]()
    given = options(files)
    if not any(each.name == "port" and each.value == "0" for each in given):
        found.add(Role.DNS)
    for each in given:
        if each.name == "enable-tftp":
            found.add(Role.TFTP)
        elif each.name == "enable-ra":
            found.add(Role.RA)
        elif each.name == "dhcp-range":
            found |= _range_roles(each)
    return tuple(role for role in Role if role in found)


def _range_roles(option: Option) -> set[Role]:
    fields = option.untagged
    if not fields or ":" not in fields[0]:
        return {Role.PROXY_DHCP if "proxy" in fields else Role.DHCPV4}
    advertised = {Role.RA} if _RA_MODES & set(fields) else set[Role]()
    # Beside a range, `slaac` lets machines make themselves an address as well (dnsmasq(8)).
    leases = "ra-only" not in fields and ("slaac" not in fields or ":" in "".join(fields[1:2]))
    return {*advertised, Role.DHCPV6} if leases else advertised


def leased(files: Files, family: Family) -> Iterator[str]:
    """Give the ranges of a family that it leases from, in its own words."""
    ranges = (each for each in options(files) if each.name == "dhcp-range")
    for each in ranges:
        is_six = ":" in "".join(each.untagged[:1])
        if is_six is (family is Family.IPV6) and "proxy" not in each.untagged:
            yield each.value
