"""What DHCP servers and routers tell a machine that they did not when its boot was approved."""

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

from harness.judge.boot import Boot
from harness.judge.told_items import Item, items, tells
from harness.judge.where import answering_role, bracketed, line_told, where_beside, where_told
from harness.judge.whom import blocks_around, met_before, only_for
from harness.model import Family, Role, read_address
from harness.plan.boot_text import BootText, Statement
from harness.plan.boot_words import NO_ADDRESS, NO_NAME, NOT_ANSWERED
from harness.site.places import Place
from harness.site.url import loud_scheme, name_fault
from harness.step import DHCP_NAME

_Question = tuple[str, str, int]
_Key = tuple[str, str]
_LINE = re.compile(r":\d")
_BOOT_FILE = ("file ", "option 67 ")


def told_otherwise(boot: Boot) -> Iterator[str]:
    """Say what a server or router tells otherwise, lacks, or tells in addition."""
    for old, new in _paired(boot):
        if not tells(new):
            continue  # why nobody has answered is for others to say
        if old is None or not tells(old):
            told = new.text.partition(";")[0]
            yield f"the {_who(new)} is not approved: {told}{_let_in(boot, new)}"
        else:
            yield from _item_causes(boot, old, new)
    yield from _names(boot)


def _names(boot: Boot) -> Iterator[str]:
    """Say which name the DNS server answers otherwise."""
    for change in boot.changes:
        old, new = change.approved, change.seen
        if new is None or new.subject != "name":
            continue
        name, _, now = new.text.partition(" is ")
        # Some URL has no host, whatever the DNS server says to that; and one that says nothing.
        if name == NO_NAME or now == NOT_ANSWERED:
            continue
        was = old.text.partition(" is ")[2] if old is not None else ""
        addresses = [*map(read_address, now.split(", "))]
        if not was and not any(addresses):
            continue  # who asks for a name that nobody has is to be asked why
        if not was and {*map(str, addresses)} <= boot.site.addresses:
            continue  # that the server is itself is no fault, whoever asks
        where = where_told(boot, Role.DNS, "name", (name, *re.split(", ", now)))
        approved = f", approved {was}" if was else ", which is not approved"
        yield f"the DNS server says that {name} is {now}{approved}{bracketed(where)}"


def _let_in(boot: Boot, answer: Statement) -> str:
    """Say by which line a server answers whom it did not, where one of its rules lets such in."""
    is_dhcp = answer.subject == "answer"
    where = where_told(boot, answering_role(boot, answer.text), "lets in", ()) if is_dhcp else ""
    return bracketed(where) if ":" in where else ""


def _paired(boot: Boot) -> Iterator[tuple[Statement | None, Statement]]:
    """Go through what is told otherwise, each answer beside that to the same question.

    Where a machine goes another way it asks other questions: their answers are no fault.
    """
    approved, seen = _by_question(boot.learned), _by_question(boot.told)
    changed = {id(each.seen) for each in boot.changes}
    for question, answers in seen.items():
        left = list(approved.get(question, ()))
        for new in answers if question in approved else ():
            # Two servers of one machine, of which one gives addresses, are two.
            old = min(left, key=lambda each: _unlike(each, new), default=None)
            left = [each for each in left if each is not old]
            if id(new) in changed and (old is None or old.key != new.key):
                yield old, new


def _by_question(text: BootText | None) -> Mapping[_Question, list[Statement]]:
    """Give what is told by the question that it answers, and the how manieth of that kind."""
    found: dict[_Question, list[Statement]] = {}
    question: _Question = ("", "", 0)
    for each in text.statements if text else ():
        if each.text.startswith("asks DHCP"):
            times = sum(key[:2] == each.key for key in found)
            question = (*each.key, times)
            found[question] = []
        elif each.subject in ("answer", "router"):
            asked = question if each.subject == "answer" else ("router", "", 0)
            found.setdefault(asked, []).append(each)
    return found


def _unlike(old: Statement, new: Statement) -> int:
    """Say how little two answers have in common: nothing for the same one."""
    if old.key == new.key:
        return 0
    is_one = _server(old) == _server(new)
    alike = (NO_ADDRESS in old.text) is (NO_ADDRESS in new.text)
    return 1 + 2 * (not is_one) + (not alike)


def _server(statement: Statement) -> str:
    return statement.text.partition(" ")[0]


def _who(statement: Statement) -> str:
    if statement.subject == "router":
        return "router advertisement"
    return f"{DHCP_NAME[_family(statement)]} answer"


def _family(statement: Statement) -> Family:
    return Family.of(_server(statement))


def _item_causes(boot: Boot, old: Statement, new: Statement) -> Iterator[str]:
    role = Role.RA if new.subject == "router" else answering_role(boot, new.text)
    daemon = boot.daemons.by_role(role)
    known = () if daemon is None else tuple(daemon.settings)
    if _server(old) != _server(new):
        yield f"the {_who(new)} comes from {_server(new)}, approved from {_server(old)}"
        return
    before, now = _by_matter(old, known), _by_matter(new, known)
    found: list[tuple[tuple[Place, ...], bool, str]] = []
    ranked: list[tuple[tuple[int, bool], str]] = []
    for key in dict.fromkeys((*before, *now)):
        was, is_now = before.get(key), now.get(key)
        # Of a prefix that is not there, nothing more is to be said.
        whole = ("prefix", key[1])
        if was == is_now or (key != whole and key[1] and (whole in before) != (whole in now)):
            continue
        values = (*(is_now.values if is_now else ()), *(was.values if was else ()))
        where = where_told(boot, role, key[0], values, server=_server(new))
        if not _LINE.search(where):
            where = _beside_file(boot, role, key[0], now) or where
        said = f"{_said(was, is_now)}{bracketed(where)}{_form(boot, is_now)}"
        kept = _kept(boot, role, key[0], was, is_now)
        if is_now is None and was is not None:
            added = (each for other, each in now.items() if other not in before)
            said += _instead(boot, role, was, added)
        said += _only(boot, kept, role, is_now)
        is_file = any(each.text.startswith(_BOOT_FILE) for each in (was, is_now) if each)
        found.append((blocks_around(boot, kept), is_file, f"the {_who(new)} {said}"))
    # What a block gives is lost as one: the line that can be told goes first, then what stands in
    # a block around the others', for that one is not entered, and the boot file before the rest.
    lost = [around for around, _, _ in found]
    for around, is_file, cause in found:
        inner = sum(around[0] in each[1:] for each in lost) if around else -1
        ranked.append(((-inner, not is_file), cause))
    yield from (cause for _, cause in sorted(ranked, key=itemgetter(0)))


def _beside_file(boot: Boot, role: Role, matter: str, now: Mapping[_Key, Item]) -> str:
    """Give the setting of a matter that stands in one block with the boot file that is told."""
    files = (e for e in now.values() if e.text.startswith(_BOOT_FILE))
    values = [value for each in files for value in each.values if value not in each.matter.split()]
    line = line_told(boot, role, "file", values[:1])
    return "" if line is None else where_beside(boot, role, matter, (), str(line))


def _kept(
    boot: Boot, role: Role, matter: str, was: Item | None, is_now: Item | None
) -> Place | None:
    """Give the line by which what was approved and is not told is still to be told."""
    if was is None or (is_now is not None and was.text in is_now.text):
        return None
    values = [each for each in was.values if each not in matter.split()]
    return line_told(boot, role, matter, values[:1])


def _instead(boot: Boot, role: Role, was: Item, added: Iterable[Item]) -> str:
    """Say that the same value is told, in the place of something else."""
    value = was.text.rpartition(" ")[2]
    for each in added:
        if each.text.rpartition(" ")[2] == value:
            where = where_told(boot, role, each.matter, each.values)
            return f"; it has {each} in its place{bracketed(where)}"
    return ""


def _only(boot: Boot, kept: Place | None, role: Role, is_now: Item | None) -> str:
    """Say that a line is there, whom alone it is for, and what was asked before that."""
    given = None
    if is_now is not None:
        values = [each for each in is_now.values if each not in is_now.matter.split()]
        given = line_told(boot, role, is_now.matter, values[:1])
    limits = only_for(boot, kept)
    if not limits or given == kept:
        return ""
    before = met_before(boot, given, kept)
    return f": {kept} still gives that, but only {limits}{before}"


def _said(was: Item | None, is_now: Item | None) -> str:
    if was is not None and is_now is not None:
        verb = "is" if "default router" in is_now.text else "has"
        return f"{verb} {is_now}, approved {was.text}"
    return f"lacks {was}" if is_now is None else f"has {is_now}, which is not approved"


def _form(boot: Boot, item: Item | None) -> str:
    """Say what keeps a machine from asking for the boot file that it is told of."""
    text = "" if item is None else item.text
    name = next((text.removeprefix(each) for each in _BOOT_FILE if text.startswith(each)), "")
    fault = name_fault(name) or (loud_scheme(name) if boot.complaint is not None else "")
    return f": {fault}" if fault else ""


def _by_matter(statement: Statement, known: tuple[str, ...]) -> Mapping[tuple[str, str], Item]:
    """Give what a statement tells, by matter and what it is of."""
    return {(each.matter, each.of): each for each in items(statement, known)}
