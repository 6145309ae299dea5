"""The addresses that a site leases to whoever asks, and which a machine was leased."""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from harness.judge.boot import Boot
from harness.model import Address, Family, Role
from harness.witness.wire import DhcpMessage

_ADDRESS = r"[0-9a-fA-F:.]*[0-9a-fA-F:]"
_RANGE = re.compile(
    rf"(?<![\w:.])(?:(?P<first>{_ADDRESS})(?: to |,)(?P<last>{_ADDRESS})|(?P<net>{_ADDRESS}/\d+))"
)
"""As dhcpd's words have it, and as dnsmasq's option has."""
_HOST_BITS = (1 << 64) - 1
"""What of an IPv6 address a pool has that leaves the network to an interface."""


def pool_of(boot: Boot, address: str) -> str | None:
    """Give the pool that an address is out of, as words; None of one that was reserved.

    Where no configuration tells a pool that could be read, an address is taken for reserved
    if a DHCP server's configuration has it, for any of some pool ("") otherwise.
    """
    wanted = ip_address(address)
    family = Family.IPV4 if wanted.version == 4 else Family.IPV6
    known = False
    for first, last, words in _pools(boot, family):
        known = True
        here = int(wanted)
        if family is Family.IPV6 and int(last) <= _HOST_BITS:
            here &= _HOST_BITS
        if first.version == wanted.version and int(first) <= here <= int(last):
            return words
    return None if known or _is_written(boot, address) else ""


def leased(boot: Boot) -> tuple[str, ...]:
    """Give the addresses out of pools that servers gave this machine."""
    given = [each.address for each in boot.of(DhcpMessage) if each.kind.from_server]
    return tuple(each for each in dict.fromkeys(given) if each and pool_of(boot, each) is not None)


def _pools(boot: Boot, family: Family) -> Iterator[tuple[Address, Address, str]]:
    for daemon in boot.daemons.all:
        for found in _RANGE.finditer(daemon.pool(Role.dhcp(family))):
            try:
                if found["net"]:
                    net = ip_network(found["net"], strict=False)
                    yield net[0], net[-1], found["net"]
                else:
                    first, last = ip_address(found["first"]), ip_address(found["last"])
                    yield first, last, f"{first}-{last}"
            except ValueError:
                continue


def _is_written(boot: Boot, address: str) -> bool:
    """Whether a DHCP server's configuration names the address."""
    for family in Family:
        daemon = boot.daemons.by_role(Role.dhcp(family))
        if daemon is None or not boot.site.has(daemon.configuration):
            continue
        text = boot.site.read(daemon.configuration)
        if re.search(rf"(?<![\w.:]){re.escape(address)}(?![\w:]|\.\d)", text):
            return True
    return False
