"""A comparison of two sites' answers in words: what differs, to whom, by which lines of both."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from harness.cli.ask import CANNOT
from harness.compare.answer_difference import Told
from harness.compare.ask import BOOT_PARTS, IPXE_ON, Row
from harness.compare.sites import Comparison, Difference, Key
from harness.examine import findings
from harness.model import Family
from harness.services.registry import dhcp_servers
from harness.site import Site
from harness.step import IP_NAME

_ITSELF = "itself"
_EVERY, _EVERY_IPXE = "every kind of client", "iPXE on every kind of machine"
_NOTHING = "nothing"
_MATTERS = {"for": "lease time", "gives": "address", "file": "boot file"}
"""What a boot's text has other words for."""
_WIDTH = 100


def heads(one: Site, other: Site, found: Comparison) -> Iterator[str]:
    """Say who was asked, and what is taken for the same."""
    for mark, site in zip("-+", (one, other), strict=True):
        programs = [each.called for each in dhcp_servers(site)]
        yield f"{mark} {site.dir}: {', '.join(programs)}"
    if found.renumbering:
        yield f"other addresses, compared by their place: {', '.join(found.renumbering.says())}"
    if found.implied:
        yield f"told by one alone, and done without: {', '.join(found.implied)} (RFC 2131 4.4.5)"


def differences(found: Comparison) -> Iterator[str]:
    """Say what differs, what to boot first."""
    for each in sorted(found.differences, key=lambda each: not _is_about_booting(each)):
        yield ""
        matter = _MATTERS.get(each.matter, each.matter)
        yield from wrapped(f"{IP_NAME[each.family]}, {matter}, for {whom(each.rows, found)}")
        for mark, side in zip("-+", each.sides, strict=True):
            yield from _side(mark, side)


def vain(found: Comparison) -> Iterator[str]:
    """Say who cannot boot what it is told, on both sides or on one."""
    ours, theirs = found.by_question
    applied = found.renumbering.applied
    sides: tuple[dict[tuple[str, Key], Row], ...] = (
        {(row.cannot, key): row for key, row in ours if row.cannot},
        {(applied(row.cannot), key): row for key, row in theirs if row.cannot},
    )
    both = sides[0].keys() & sides[1].keys()
    for mark, rows in (
        ("=", [row for key, row in sides[0].items() if key in both]),
        ("-", [row for key, row in sides[0].items() if key not in both]),
        ("+", [row for key, row in sides[1].items() if key not in both]),
    ):
        for why in dict.fromkeys(row.cannot for row in rows):
            who = whom([row for row in rows if row.cannot == why], found)
            yield from wrapped(f"{mark} {CANNOT}: {who}: {why}")


def doubts(one: Site, other: Site) -> Iterator[str]:
    """Say what looks wrong in the second site's configuration of DHCP, and not in the first's."""
    files = {file for each in dhcp_servers(other) for file in each.files}
    known = {str(each) for each in findings(one)}
    for each in findings(other):
        if each.place.partition(":")[0] in files and str(each) not in known:
            yield str(each)


def whom(rows: Sequence[Row], found: Comparison) -> str:
    """Say which clients were asked for: as which machines, by which ways where not by all."""
    machines: dict[str, list[str]] = {}
    for machine in dict.fromkeys(each.machine for each in rows):
        own = [each for each in rows if each.machine == machine]
        machines.setdefault(_clients(own, found), []).append(machine)
    return "; ".join(
        clients if len(names) == len(found.machines) else f"{', '.join(names)}: {clients}"
        for clients, names in machines.items()
    )


def wrapped(line: str) -> Iterator[str]:
    """Break a line that names many."""
    yield from wrap(line, _WIDTH, subsequent_indent="    ", break_long_words=False)


def _clients(rows: Sequence[Row], found: Comparison) -> str:
    """Name the clients of one machine: all of them, or all iPXEs, in short."""
    asked = found.asked_as(rows[0].machine)
    families = {each.family for each in rows}
    every = dict.fromkeys(each.client for each in asked if each.family in families)
    told = dict.fromkeys(each.client for each in rows)
    ipxes = [each for each in every if each.startswith(IPXE_ON)]
    if len(told) == len(every):
        words = _EVERY
    elif ipxes and set(ipxes) <= set(told):
        words = ", ".join((*(each for each in told if each not in ipxes), _EVERY_IPXE))
    else:
        words = ", ".join(told)
    return f"{words}{_ways(rows, asked, families)}"


def _ways(rows: Iterable[Row], asked: Iterable[Row], families: set[Family]) -> str:
    """Say by which ways, where it is not by all of them."""
    every = {each.network for each in asked if each.family in families}
    told = dict.fromkeys(each.network for each in rows)
    if len(told) == len(every):
        return ""
    return f" ({', '.join(f'through a relay in {way}' if way else _ITSELF for way in told)})"


def _side(mark: str, side: Told) -> Iterator[str]:
    place = f"  ({side.place})" if side.place else ""
    yield f"  {mark} {', '.join(side.texts) or _NOTHING}{place}"
    if side.withheld:
        yield f"    {side.withheld}"


def _is_about_booting(difference: Difference) -> bool:
    texts = (text for side in difference.sides for text in side.texts)
    return difference.matter == "answer" or any(text.startswith(BOOT_PARTS) for text in texts)
