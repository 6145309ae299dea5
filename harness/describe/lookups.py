"""The names that a machine asked the DNS server for, and what each is."""

from collections.abc import Collection, Iterator, Sequence

from harness.plan.boot_words import NO_NAME, NOT_ANSWERED
from harness.witness.wire import DnsLookup

_TYPES = {"A": "IPv4 address", "AAAA": "IPv6 address"}
_RCODES = {2: "not found out by the DNS server", 3: "not known", 5: "refused by the DNS server"}


def lookups(found: Sequence[DnsLookup], *, outside: Collection[str] = ()) -> Iterator[str]:
    """Say what each name is, in both families as far as was asked, in the order of the names.

    The address of a stand-in for a host `outside` the lab is the harness's own, and not told.
    """
    for name in dict.fromkeys(each.name for each in found if each.type in _TYPES):
        if name in outside and any(each.answers for each in found if each.name == name):
            yield f"{name} is beyond the lab, and stood in for"
            continue
        by_type = {
            kind: _answer([e for e in found if (e.name, e.type) == (name, kind)]) for kind in _TYPES
        }
        told = [answer for answer in by_type.values() if answer]
        yield f"{name or NO_NAME} is {', '.join(dict.fromkeys(told))}"


def _answer(same: Sequence[DnsLookup]) -> str:
    """Say what one family's questions were answered with; "" where nobody asked."""
    if not same:
        return ""
    addresses = sorted({address for each in same for address in each.answers})
    if addresses:
        return ", ".join(addresses)
    codes = [each.rcode for each in same if each.rcode is not None]
    if not codes:
        return NOT_ANSWERED
    return _RCODES.get(codes[-1], f"no {_TYPES[same[0].type]}")
