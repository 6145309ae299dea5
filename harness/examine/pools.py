"""Which pool has an address that somebody has, and is leased all the same.

Before it offers an IPv4 address, dhcpd pings it (dhcpd.conf(5), ping-check), and dnsmasq as well,
which leaves out its own whatever it is told (dnsmasq(8), no-ping); Kea asks nobody. Over IPv6 dhcpd
leaves out those of its own interfaces, and dnsmasq too; both take any of very many.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from harness.examine.finding import Finding, warning
from harness.examine.hosts import said_of
from harness.model import Address, read_address
from harness.services.configuration import dhcpd, dnsmasq, kea
from harness.services.configuration.blocks import Statement
from harness.services.configuration.kea import Item
from harness.services.dhcpd import Dhcpd4
from harness.services.dnsmasq import Dnsmasq
from harness.services.kea import Kea4, Kea6
from harness.site import Site
from harness.site.said import Topic

_PING_CHECK = "/libdhcp_ping_check.so"
"""A hook of Kea 2.5 and later that asks first."""
_NO = frozenset({"false", "off", "0"})


@dataclass(frozen=True, kw_only=True)
class _Pool:
    """Addresses that are leased to whoever asks, without a look whether somebody has them."""

    first: str
    last: str
    place: str
    whose: str
    """Who leases them."""
    by: str = ""
    """The setting by which nobody is asked before."""
    left: frozenset[str] = frozenset()
    """Those of them that are left out."""

    def has(self, address: Address) -> bool:
        """Whether an address is among them; of more than one."""
        first, last = read_address(self.first), read_address(self.last)
        if first is None or last is None or f"{address}" in self.left or first == last:
            return False
        is_same = first.version == last.version == address.version
        return is_same and int(first) <= int(address) <= int(last)


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through the pools of one of the site's hosts."""
    pools = [*_of_kea(host), *_of_dhcpd(host), *_of_dnsmasq(host)]
    whose = _whose(host, site) if pools else {}
    for pool in pools:
        for address, words in whose.items():
            if pool.has(ip_address(address)):
                leases = f"{pool.whose} leases it without asking whether somebody has it{pool.by}"
                yield warning(pool.place, f"the pool has {address}, {words}: {leases}")


def _whose(host: Site, site: Site) -> Mapping[str, str]:
    """Give the addresses that somebody has, and who, as far as the files tell."""
    found = dict.fromkeys(sorted(site.addresses), "which a server of the site's has")
    called = {Topic.ROUTER: "router", Topic.BOOT_SERVER: "next-server"}
    for said in said_of(host):
        address = read_address(said.text) if said.topic in called else None
        if address is not None and int(address):
            found.setdefault(str(address), f"the {called[said.topic]} ({said.place})")
    return found


def _of_kea(host: Site) -> Iterator[_Pool]:
    for kind in (Kea4, Kea6):
        root = kea.server(host, kind.configured_by) if kind.name in host.daemons else None
        hooks = () if root is None else root.entries("hooks-libraries")
        asks = any(each.value("library").endswith(_PING_CHECK) for each in hooks)
        for subnet in () if root is None or asks else kea.subnets(root):
            left = {text for each in subnet.entries("reservations") for text in _reserved(each)}
            for pool in filter(None, (each.get("pool") for each in subnet.entries("pools"))):
                first, last = _ends(pool.text)
                yield _Pool(
                    first=first, last=last, place=pool.place, whose="Kea", left=frozenset(left)
                )


def _reserved(reservation: Item) -> Iterator[str]:
    yield reservation.value("ip-address")
    yield from (each.text for each in reservation.entries("ip-addresses"))


def _ends(pool: str) -> tuple[str, str]:
    """Give the first and the last address of `first - last`, or of a network."""
    first, dash, last = (part.strip() for part in pool.partition("-"))
    if dash:
        return first, last
    try:
        network = ip_network(first, strict=False)
    except ValueError:
        return "", ""
    return str(network[0]), str(network[-1])


def _of_dhcpd(host: Site) -> Iterator[_Pool]:
    given: list[Statement] = []
    if Dhcpd4.name in host.daemons:
        given = list(dhcpd.statements(host, Dhcpd4.configuration(host)))
    checks = [each for each in given if each.name == "ping-check" and len(each.words) > 1]
    for each in given:
        ends = [word for word in each.words[1:] if word != "dynamic-bootp"]
        around = [e for e in checks if each.inside[: len(e.inside)] == e.inside]
        check = max(around, key=lambda e: len(e.inside), default=None)
        if each.name == "range" and ends and check is not None and check.words[1] in _NO:
            by = f" (`{' '.join(check.words)}`, {check.place})"
            yield _Pool(first=ends[0], last=ends[-1], place=each.place, whose=Dhcpd4.program, by=by)


def _of_dnsmasq(host: Site) -> Iterator[_Pool]:
    given = dnsmasq.options(host) if Dnsmasq.name in host.daemons else ()
    off = next((each for each in given if each.name == "no-ping"), None)
    reserved = {field for each in given if each.name == "dhcp-host" for field in each.fields}
    left = frozenset({*reserved, *host.server.addresses})
    for each in given if off is not None else ():
        first, last = (*each.untagged[:2], "", "")[:2]
        if each.name == "dhcp-range" and off is not None and ":" not in first:
            by = f" (`no-ping`, {off.place})"
            whose = Dnsmasq.name
            yield _Pool(first=first, last=last, place=each.place, whose=whose, by=by, left=left)
