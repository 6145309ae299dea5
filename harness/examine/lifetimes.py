"""Whether the times that dhcpd tells with an address are in their order."""

from collections.abc import Iterator, Mapping

from harness.examine.finding import Finding, warning
from harness.services.configuration import dhcpd
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.site import Site

_LEASE, _PREFERRED = "default-lease-time", "preferred-lifetime"
_T1, _T2 = "dhcp-renewal-time", "dhcp-rebinding-time"
_ORDERED = {
    Dhcpd4: ((_LEASE, "max-lease-time"), ("min-lease-time", _LEASE), (_T1, _T2), (_T2, _LEASE)),
    Dhcpd6: ((_PREFERRED, _LEASE), (_T1, _T2), (_T2, _LEASE)),
}
"""Pairs of which the first is not to be the longer: RFC 2131, 4.4.5; RFC 8415, 14.2 and 18.2.4."""


def of_daemons(site: Site) -> Iterator[Finding]:
    """Compare those that stand in one block."""
    for kind, pairs in _ORDERED.items():
        path = kind.configuration(site)
        if kind.name not in site.daemons or not site.has(path):
            continue
        for told in _blocks(site, path):
            for short, long in pairs:
                if short in told and long in told and told[short][0] > told[long][0]:
                    (seconds, where), (most, other) = told[short], told[long]
                    what = f"{short} is {seconds} s, which is longer than {long}, {most} s"
                    yield warning(where.place, f"{what} ({other.place})")


def _blocks(site: Site, path: str) -> Iterator[Mapping[str, tuple[int, Statement]]]:
    """Give the times that stand in each block, by name, with their lines."""
    found: dict[tuple[tuple[str, ...], ...], dict[str, tuple[int, Statement]]] = {}
    for each in dhcpd.statements(site, path):
        name, *values = (each.words[1:] if each.name == "option" else each.words) or ("",)
        if len(values) == 1 and values[0].isdecimal():
            found.setdefault(each.inside, {})[name] = int(values[0]), each
    yield from found.values()
