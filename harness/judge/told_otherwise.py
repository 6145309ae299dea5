"""What DHCP servers and routers tell a machine that they did not when its boot was approved."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.judge.boot import Boot
from harness.judge.where import where_told
from harness.model import Family, Role
from harness.plan.boot_difference import Change
from harness.plan.boot_text import Statement
from harness.step import DHCP_NAME

_GIVEN = re.compile(r"(?P<server>\S+) gives (?P<rest>.*)")
_PARTS = re.compile(r"\b(?P<key>from|for|preferred|valid) (?:for )?(?P<value>\S+)")
_KEY_OF_PART = {"from": "gives"}


@dataclass(frozen=True, kw_only=True)
class _Item:
    """One thing that a machine is told."""

    matter: str
    text: str

    @property
    def values(self) -> tuple[str, ...]:
        """Its words, the longest first: what a configuration's line may have of it."""
        words = (word.strip(",()") for word in self.text.split()[1:])
        return tuple(sorted({word for word in words if word}, key=len, reverse=True))


def told_otherwise(boot: Boot) -> Iterator[str]:
    """Say what a server or router tells otherwise, lacks, or tells in addition."""
    for change in _paired(boot.changes):
        old, new = change.approved, change.seen
        if new is None:
            continue  # why nobody has answered is for others to say
        if old is None:
            yield f"the {_who(new)} is not approved: {new.text.partition(';')[0]}"
            continue
        yield from _item_causes(boot, old, new)


def _paired(changes: tuple[Change, ...]) -> Iterator[Change]:
    """Go through what servers told, with the answers of another server in the place of one's."""
    told = [each for each in changes if each.subject in ("answer", "router")]
    gone = [each for each in told if each.seen is None]
    for each in told:
        if each.approved is None and each.seen is not None:
            same = [old for old in gone if old.approved and _who(old.approved) == _who(each.seen)]
            if same:
                gone.remove(same[0])
                yield Change(approved=same[0].approved, seen=each.seen)
                continue
        if each.seen is not None:
            yield each


def _who(statement: Statement) -> str:
    if statement.subject == "router":
        return "router advertisement"
    return f"{DHCP_NAME[_family(statement)]} answer"


def _family(statement: Statement) -> Family:
    return Family.IPV6 if ":" in statement.text.partition(" ")[0] else Family.IPV4


def _role(statement: Statement) -> Role:
    return Role.RA if statement.subject == "router" else Role.dhcp(_family(statement))


def _item_causes(boot: Boot, old: Statement, new: Statement) -> Iterator[str]:
    role = _role(new)
    daemon = boot.daemons.by_role(role)
    known = () if daemon is None else tuple(daemon.settings)
    before, now = _items(old, known), _items(new, known)
    for matter in dict.fromkeys((*before, *now)):
        was, is_now = before.get(matter), now.get(matter)
        if was == is_now:
            continue
        values = (*(is_now.values if is_now else ()), *(was.values if was else ()))
        where = where_told(boot, role, matter, values)
        yield f"the {_who(new)} {_said(was, is_now)}{f' ({where})' if where else ''}"


def _said(was: _Item | None, is_now: _Item | None) -> str:
    if is_now is None:
        return f"lacks {was.text if was else ''}"
    if was is None:
        return f"has {is_now.text}, which is not approved"
    return f"has {is_now.text}, approved {was.text}"


def _items(statement: Statement, known: tuple[str, ...]) -> Mapping[str, _Item]:
    """Take a statement apart into what it tells, by matter."""
    first, *others = statement.text.split("; ")
    found: dict[str, _Item] = {}
    given = _GIVEN.fullmatch(first)
    if given is None:
        others = [first, *others]
    else:
        found["identifier"] = _Item(matter="identifier", text=f"server {given['server']}")
        for part in _PARTS.finditer(given["rest"]):
            matter = _KEY_OF_PART.get(part["key"], part["key"])
            found[matter] = _Item(matter=matter, text=_part_text(part["key"], part["value"]))
    for text in others:
        matter = _matter(text, known)
        found[matter] = _Item(matter=matter, text=text)
    return found


def _part_text(key: str, value: str) -> str:
    return f"addresses {value}" if key == "from" else f"{key} {value} s"


def _matter(text: str, known: tuple[str, ...]) -> str:
    """Give the longest matter that a daemon has a setting for, else the first word."""
    named = [each for each in known if text == each or text.startswith(f"{each} ")]
    return max(named, key=len, default=text.partition(" ")[0])
