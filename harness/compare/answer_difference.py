"""What two servers' answers to one question tell otherwise, each matter with both lines.

Order counts for nothing; an address is called by what it is on the other side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_interface

from harness.compare.ask import Row
from harness.compare.renumbered import Renumbering
from harness.judge.boot import Boot
from harness.judge.told_items import Item, items
from harness.judge.where import answering_role, line_told, where_beside, where_told
from harness.judge.whom import only_for
from harness.model import Family
from harness.plan.boot_text import Statement
from harness.plan.boot_words import NO_ADDRESS

NOBODY = "nobody answers"
_ANSWER, _SECOND, _SERVER = "answer", "another answer", "server"
_FILE, _OPTION_67 = "file", "option 67"
"""Both name the boot file: set side by side, for not every program looks in both."""
_DEFAULT_TIMES = ("T1 at half", "T2 at seven eighths")
_Told = Mapping[str, tuple[Item, ...]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one side tells of a matter."""

    texts: tuple[str, ...] = ()
    """Nothing where it does not tell of it."""
    place: str = ""
    """The setting and the line by which it does; where nobody answers, why."""
    withheld: str = ""
    """The line that has what the other side tells, and whom alone it is for; or that the other
    side's address was kept."""


Sides = tuple[Told, Told]


class AnswerDifference:
    """Sets answers of two sites side by side, and finds the lines of each."""

    def __init__(self, here: Renumbering, there: Renumbering) -> None:
        """Keep what the second site's addresses are in the first, and those of the first there."""
        self._here, self._there = here, there
        self._places: dict[tuple[object, ...], str] = {}
        self.implied: dict[str, None] = {}
        """What one side alone has told, and no client needs to be."""

    def between(self, ours: Sequence[Row], theirs: Sequence[Row]) -> Iterator[tuple[str, Sides]]:
        """Go through what the answers to one question tell otherwise, matter by matter."""
        given = tuple([each for each in rows if each.is_answered] for rows in (ours, theirs))
        if not all(given):
            if any(given):
                yield _ANSWER, (_whole(ours), _whole(theirs))
            return
        for one, other in zip(*given, strict=False):
            yield from self._of_two(one, other)
        count = min(map(len, given))
        for side, more in enumerate(rows[count:] for rows in given):
            for each in more:
                alone = Told(texts=(_text(each),), place=each.place)
                yield _SECOND, (alone, Told()) if side == 0 else (Told(), alone)

    def _of_two(self, one: Row, other: Row) -> Iterator[tuple[str, Sides]]:
        rows = (one, other)
        known = frozenset(name for row in rows for name in _settings(row))
        ours, theirs = (_matters(row, known) for row in rows)
        for matter in dict.fromkeys((*ours, *theirs)):
            told = ours.get(matter, ()), theirs.get(matter, ())
            texts = {each.text for each in told[0]}
            same = texts & {self._here.applied(each.text) for each in told[1]}
            left = (
                tuple(each for each in told[0] if each.text not in same),
                tuple(each for each in told[1] if self._here.applied(each.text) not in same),
            )
            if any(left) and not self._is_implied(one.family, left, (ours, theirs)):
                yield matter, self._sides(matter, rows, left)

    def _is_implied(
        self,
        family: Family,
        left: tuple[tuple[Item, ...], tuple[Item, ...]],
        told: tuple[_Told, _Told],
    ) -> bool:
        """Whether one side says alone what each client takes for granted."""
        if all(left) or family is not Family.IPV4:
            return False
        side = 0 if left[0] else 1
        texts = [each.text for each in left[side]]
        is_all = all(_is_granted(each, told[side]) for each in texts)
        if is_all:
            self.implied.update(dict.fromkeys(texts))
        return is_all

    def _sides(
        self, matter: str, rows: tuple[Row, Row], left: tuple[tuple[Item, ...], tuple[Item, ...]]
    ) -> Sides:
        ours, theirs = (self._told(row, matter, told) for row, told in zip(rows, left, strict=True))
        if ours.texts and ours.texts == theirs.texts:
            meant = ", ".join(map(self._there.applied, ours.texts))
            return ours, replace(theirs, withheld=f"as on the first site, which here is {meant}")
        wanted = tuple(self._there.applied(value) for each in left[0] for value in each.values)
        withheld = self._withheld(rows[1], matter, wanted)
        is_same = withheld.partition(" ")[0] in theirs.place.replace(",", "").split()
        return ours, theirs if is_same else replace(theirs, withheld=withheld)

    def _told(self, row: Row, matter: str, told: tuple[Item, ...]) -> Told:
        boot, answer = _known(row)
        if not told or matter == _SERVER:
            return Told(texts=tuple(each.text for each in told))
        role, matter = answering_role(boot, answer.text), told[0].matter
        values = tuple(value for each in told for value in each.values)
        key = (id(boot.site), boot.mac, role, matter, values, row.place)
        if key not in self._places:
            beside = where_beside(boot, role, matter, values, row.place)
            self._places[key] = beside or where_told(
                boot, role, matter, values, server=answer.text.partition(" ")[0]
            )
        return Told(texts=tuple(each.text for each in told), place=self._places[key])

    def _withheld(self, row: Row, matter: str, values: Iterable[str]) -> str:
        """Give the line that has a value, and for whom, of a server that has not told it."""
        boot, answer = _known(row)
        first = [each for each in values if each not in matter.split()][:1]
        role = answering_role(boot, answer.text)
        key = ("withheld", role, matter, *first)
        if key not in self._places:
            server = answer.text.partition(" ")[0]
            found = line_told(boot, role, matter, first, server=server) if first else None
            limits = only_for(boot, found)
            self._places[key] = f"{found} has that, {limits}" if limits else ""
        return self._places[key]


def _known(row: Row) -> tuple[Boot, Statement]:
    """Give what is known of a question that was answered."""
    if row.boot is None or row.answer is None:
        raise ValueError(f"nobody has answered {row.client}")
    return row.boot, row.answer


def _whole(rows: Sequence[Row]) -> Told:
    """Say who answers, or that nobody does, and why."""
    given = [each for each in rows if each.is_answered]
    if given:
        return Told(texts=tuple(each.lease for each in given))
    why = next((each.place or each.remark for each in rows), "no server for this family")
    return Told(texts=(NOBODY,), place=why)


def _text(row: Row) -> str:
    return "; ".join(filter(None, (row.lease, row.boots, row.besides)))


def _settings(row: Row) -> Iterable[str]:
    boot, answer = _known(row)
    daemon = boot.daemons.by_role(answering_role(boot, answer.text))
    return () if daemon is None else daemon.settings


def _matters(row: Row, known: frozenset[str]) -> _Told:
    """Give what an answer tells, by its matter, and who does."""
    _, answer = _known(row)
    found: dict[str, tuple[Item, ...]] = {
        _SERVER: (Item(matter=_SERVER, text=answer.text.partition(" ")[0]),)
    }
    for each in items(answer, known):
        matter = _FILE if each.matter == _OPTION_67 else each.matter
        found[matter] = (*found.get(matter, ()), each)
    if len(found) == 1 and NO_ADDRESS not in answer.text:  # one that refuses, in its words
        found[_ANSWER] = (Item(matter=_ANSWER, text=answer.text),)
    return found


def _is_granted(text: str, told: _Told) -> bool:
    """Whether a client of DHCPv4 does as much without being told.

    It renews by these times of its lease (RFC 2131 4.4.5); the broadcast address is by its mask.
    """
    if text in _DEFAULT_TIMES:
        return True
    name, _, address = text.partition(" ")
    mask = next((each.text.partition(" ")[2] for each in told.get("mask", ())), "")
    if name != "broadcast" or not mask:
        return False
    try:
        return address == str(ip_interface(f"{address}/{mask}").network.broadcast_address)
    except ValueError:
        return False
