"""`harness ask`: what a site's DHCP servers answer to every kind of client, as a table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from harness.cli.progress import Progress
from harness.cli.table import columns
from harness.compare.ask import Row, ask
from harness.services.registry import check_site, load_site
from harness.step import IP_NAME

_NOBODY = "nobody answers"
_NOTHING = "nothing to boot"
_DIRECT = "itself"
CANNOT = "cannot boot that"
_HEAD = ("who asks", "", "by", "is told to boot", "by the line")


def ask_servers(site_dir: Path, machines: Sequence[str], say: Callable[[str], None]) -> int:
    """Ask, and say what was answered; 1 when nobody answers a question, and no rule says so.

    Raises:
        HarnessError: the servers cannot be started.
    """
    site = load_site(site_dir)
    check_site(site)
    rows = ask(site, machines=machines, told=Progress(on_terminals_only=True).count)
    for line in table(rows):
        say(line)
    vain = [each for each in rows if not each.is_answered]
    count = len({_question(each) for each in rows})
    say(f"{site.name}: {count} questions, {len(vain)} unanswered")
    return 1 if any(not each.place for each in vain) else 0


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Lay the answers out, machine by machine: what is told to boot, then what is told besides."""
    for machine, own in groupby(rows, key=lambda each: each.machine):
        held = list(own)
        yield f"as {machine}"
        cells = [_HEAD, *(_cells(each) for each in _merged(held))]
        yield from (f"  {line}" for line in columns(cells))
        besides = dict.fromkeys(_besides(each) for each in held if each.is_answered)
        yield from (f"  and: {line}" for line in besides if line)
        yield ""


def _merged(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Give the rows, those that only another relay tells apart as one, with all its ways."""
    found: dict[tuple[str, ...], tuple[Row, list[str]]] = {}
    for each in rows:
        key = (each.client, each.family.value, each.lease, each.boots, each.besides, each.place)
        found.setdefault(key, (each, []))[1].append(each.relay or _DIRECT)
    for row, ways in found.values():
        yield row, ", ".join(dict.fromkeys(ways))


def _cells(merged: tuple[Row, str]) -> tuple[str, ...]:
    row, ways = merged
    told = row.boots or _NOTHING if row.is_answered else _NOBODY
    where = "; ".join(filter(None, (row.place or row.remark, row.cannot and _cannot(row))))
    return row.client, IP_NAME[row.family], ways, told, where


def _cannot(row: Row) -> str:
    return f"{CANNOT}: {row.cannot}"


def _besides(row: Row) -> str:
    return "; ".join(filter(None, (row.lease, row.besides)))


def _question(row: Row) -> tuple[str, str, str, str]:
    return row.machine, row.client, row.family.value, row.relay
