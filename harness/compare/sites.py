"""Two sites' DHCP servers, asked the same: as the same machines, by the same ways."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from ipaddress import ip_network

from harness.compare.answer_difference import AnswerDifference, Sides
from harness.compare.ask import Network, Row, Told, ask, networks_of
from harness.compare.renumbered import Renumbering
from harness.learn.served_machines import STRANGER, strangers_mac
from harness.model import Family
from harness.site import Site
from harness.site.known_machine import KnownMachine

_WHOLE_MAC = len("52:54:00:00:00:00")
Key = tuple[str, str, Family, str]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What two sites tell otherwise of one matter, and to whom."""

    matter: str
    family: Family
    sides: Sides
    rows: tuple[Row, ...]
    """The questions, each once: the first site's rows, or the other's where it alone has one."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two sites' answers to the same questions."""

    tables: tuple[Sequence[Row], Sequence[Row]]
    only: tuple[str, ...]
    """The machines as which alone they were asked; none: as all."""
    renumbering: Renumbering
    """What the second site's addresses are in the first."""
    differences: tuple[Difference, ...]
    implied: tuple[str, ...]
    """What one side alone tells and a client does without being told."""

    @property
    def by_question(self) -> tuple[Sequence[tuple[Key, Row]], Sequence[tuple[Key, Row]]]:
        """The same rows, each with what tells its question from others: alike on both sides."""
        ours = [(_key(each), each) for each in self.tables[0]]
        return ours, [(_key(each, self.renumbering), each) for each in self.tables[1]]

    @property
    def questions(self) -> int:
        """How many there were."""
        return len({key for side in self.by_question for key, _ in side})

    def asked_as(self, machine: str) -> tuple[Row, ...]:
        """Give one machine's rows: the first site's, the other's of a family that it alone has."""
        ours, theirs = ([e for e in rows if e.machine == machine] for rows in self.tables)
        families = {each.family for each in ours}
        return *ours, *(each for each in theirs if each.family not in families)

    @property
    def machines(self) -> tuple[str, ...]:
        """As which they were asked."""
        return tuple(dict.fromkeys(each.machine for each in self.tables[0]))


def compare(
    one: Site,
    other: Site,
    *,
    machines: Sequence[str] = (),
    told: Told = lambda _what, _done, _of: None,
) -> Comparison:
    """Ask the servers of both, at once, as every machine that either knows, or as these.

    `told` hears how far the first's are: the second's are asked beside them.

    Raises:
        HarnessError: they cannot be started, or there is no such machine.
    """
    here, there = Renumbering.of(other, one), Renumbering.of(one, other)
    networks = dict.fromkeys((*networks_of(one), *map(here.of_network, networks_of(other))))
    ways = tuple(networks), tuple(map(there.of_network, networks))
    tables = _ask_both(_with_all_machines(one, other), ways, machines, told)
    between = AnswerDifference(here, there)
    ours = _by_question((_key(each), each) for each in tables[0])
    theirs = _by_question((_key(each, here), each) for each in tables[1])
    return Comparison(
        tables=tables,
        only=tuple(machines),
        renumbering=here,
        differences=_differences(between, ours, theirs),
        implied=tuple(between.implied),
    )


def _ask_both(
    sites: Sequence[Site],
    ways: Sequence[Iterable[Network]],
    machines: Sequence[str],
    told: Told,
) -> tuple[Sequence[Row], Sequence[Row]]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        asked = [
            pool.submit(ask, site, machines=machines, networks=through, told=hears)
            for site, through, hears in zip(sites, ways, (told, _unheard), strict=True)
        ]
        return asked[0].result(), asked[1].result()


def _unheard(_what: str, _done: int, _of: int) -> None:
    """Say nothing of how far it is."""


def _differences(
    between: AnswerDifference,
    ours: Mapping[Key, Sequence[Row]],
    theirs: Mapping[Key, Sequence[Row]],
) -> tuple[Difference, ...]:
    """Give what differs, each once for all whom it is told alike."""
    found: dict[tuple[str, Family, Sides], list[Row]] = {}
    for key in dict.fromkeys((*ours, *theirs)):
        rows = ours.get(key, ()), theirs.get(key, ())
        asked = (*rows[0], *rows[1])[0]
        for matter, sides in between.between(*rows):
            found.setdefault((matter, asked.family, sides), []).append(asked)
    return tuple(
        Difference(matter=matter, family=family, sides=sides, rows=tuple(rows))
        for (matter, family, sides), rows in found.items()
    )


def _with_all_machines(one: Site, other: Site) -> tuple[Site, ...]:
    """Give both sites with the machines of either, those that their servers alone know too."""
    known = {**other.machines, **one.machines}
    named = {each.mac for each in known.values()}
    for daemon in (*one.daemon_facts.all, *other.daemon_facts.all):
        for mac in (*daemon.acceptance.macs, *daemon.acceptance.refused):
            if len(mac) == _WHOLE_MAC and mac not in named:
                known.setdefault(mac, KnownMachine.of(mac, mac=mac))
    stranger = KnownMachine.of(STRANGER, mac=strangers_mac(one, other))
    known = {STRANGER: stranger, **known}
    relay = one.relay or other.relay  # machines are where they are, whichever server is asked
    return tuple(replace(site, machines=known, relay=relay) for site in (one, other))


def _key(row: Row, numbers: Renumbering | None = None) -> Key:
    network = row.network
    if network and numbers is not None:
        network = str(numbers.of_network(ip_network(network)))
    return row.machine, row.client, row.family, network


def _by_question(rows: Iterable[tuple[Key, Row]]) -> Mapping[Key, Sequence[Row]]:
    found: dict[Key, list[Row]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return found
