"""What differs between the text of a boot that a person approved and that of one seen now.

Told in the words of the file: `-` what was approved, `+` what was seen, each once, with a
line or two of what stands around it. Notes are not compared.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from harness.plan.boot_text import BootText, Statement

_BEFORE, _AFTER = 2, 1
"""Statements of context."""
_PARTS = {"words": " "}
"""What a long statement without rows is taken apart by; others by `; `."""
_FEW = 2
"""Statements of so few parts are shown whole."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One statement that is gone, has come, or says something else of the same matter."""

    approved: Statement | None
    seen: Statement | None

    @property
    def subject(self) -> str:
        """What it is about."""
        said = self.approved or self.seen
        return "" if said is None else said.subject


def changes(approved: BootText, seen: BootText) -> Iterator[Change]:
    """Go through what differs statement by statement, in the order of the boot."""
    for _, changed, _ in _hunks(approved, seen):
        yield from changed


def difference(approved: BootText, seen: BootText) -> tuple[str, ...]:
    """Say what differs, promises by hand first; nothing when the boot held to the text."""
    found = [*_broken_promises(approved, seen)]
    for before, changed, after in _hunks(approved, seen):
        found += [*([""] if found else []), *_hunk(before, changed, after)]
    return tuple(found)


def so_far(approved: BootText, seen: BootText) -> BootText:
    """Give the approved text as far as a boot has come that was ended before its end."""
    come = {_matter(each) for each in seen.statements}
    places = [number for number, e in enumerate(approved.statements, 1) if _matter(e) in come]
    must = tuple(each for each in approved.must if _promised_matter(each) in come)
    return replace(approved, statements=approved.statements[: max(places, default=0)], must=must)


def _promised(promise: Statement, statement: Statement) -> bool:
    """Whether a statement says what a promise says: all of it, and maybe more behind it."""
    if promise.subject != statement.subject or not statement.text.startswith(promise.text):
        return False
    rest = statement.text[len(promise.text) :]
    return not rest or not rest[0].isalnum()


def _matter(statement: Statement) -> tuple[str, ...]:
    """Give what a statement is about: two of one matter stand in each other's place."""
    asked, words = statement.asked_file, statement.text.split()
    if asked is not None:
        return "file", asked.fetch.file
    if statement.subject in ("menu", "keys", "boots", "words", "has", "ends"):
        return (statement.subject,)
    return statement.subject, *words[:2]


def _broken_promises(approved: BootText, seen: BootText) -> Iterator[str]:
    for promise in approved.must:
        about = _promised_matter(promise)
        same = [each for each in seen.statements if _matter(each)[: len(about)] == about]
        wrong = [each for each in same if not _promised(promise, each)]
        if wrong or not same:
            yield from _marked("- ", promise.lines("must"))
        for each in dict.fromkeys(each.key for each in wrong):
            yield from _marked("+ ", next(e for e in wrong if e.key == each).lines())


def _promised_matter(promise: Statement) -> tuple[str, ...]:
    """Give the matter of a promise, which may say less of a file than a fetch does."""
    found = re.match(r"(?:fetches|asks for) (\S+)", promise.text)
    return ("file", found[1]) if found else _matter(promise)


def _hunks(
    approved: BootText, seen: BootText
) -> Iterator[tuple[Sequence[Statement], Sequence[Change], Sequence[Statement]]]:
    """Go through the places that differ, in the order of the boot: the first is the cause."""
    old, _ = _parted(approved, approved.may)
    new, free = _parted(seen, approved.may)
    in_place = {_matter(each) for each in free}
    keys = [each.key for each in old], [each.key for each in new]
    matcher = SequenceMatcher(None, *keys, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        gone = [each for each in old[start:end] if _matter(each) not in in_place]
        come = new[new_start:new_end]
        if tag != "equal" and (gone or come):
            before, after = old[max(0, start - _BEFORE) : start], old[end : end + _AFTER]
            yield before, tuple(_paired(gone, come)), after


def _parted(text: BootText, may: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Part what must be as it is from what `may` be."""
    fixed: list[Statement] = []
    free: list[Statement] = []
    for each in text.statements:
        (free if any(_promised(promise, each) for promise in may) else fixed).append(each)
    return fixed, free


def _paired(gone: Sequence[Statement], come: Sequence[Statement]) -> Iterator[Change]:
    """Set beside each statement that is gone the one of its matter that has come."""
    left = list(come)
    for old in gone:
        new = next((each for each in left if _matter(each) == _matter(old)), None)
        if new is not None:
            place = left.index(new)
            # What came in front of it, and has no place of its own.
            yield from (Change(approved=None, seen=each) for each in left[:place])
            left = left[place + 1 :]
        yield Change(approved=old, seen=new)
    yield from (Change(approved=None, seen=each) for each in left)


def _hunk(
    before: Sequence[Statement], changed: Sequence[Change], after: Sequence[Statement]
) -> list[str]:
    lines = [line for each in before for line in _marked("  ", [_short(each)])]
    for each in changed:
        old, new = each.approved, each.seen
        if old is not None and new is not None:
            old, new = _apart(old, new)
        lines += [] if old is None else _marked("- ", old.lines())
        lines += [] if new is None else _marked("+ ", new.lines())
    return lines + [line for each in after for line in _marked("  ", [_short(each)])]


def _marked(mark: str, lines: Sequence[str]) -> list[str]:
    return [f"{mark}{line}" for line in lines]


def _short(statement: Statement) -> str:
    """Give the first line of a statement, which is enough to know the place by."""
    first, *others = Statement(subject=statement.subject, text=statement.text).lines()
    return f"{first} …" if others else first


def _apart(old: Statement, new: Statement) -> tuple[Statement, Statement]:
    """Give two statements of one matter with what they have in common shown by dots."""
    by = "\n" if "\n" in old.text else _PARTS.get(old.subject, "; ")
    parts = old.text.split(by), new.text.split(by)
    if min(len(parts[0]), len(parts[1])) <= _FEW:
        return old, new
    kept: tuple[list[str], list[str]] = ([], [])
    for tag, *span in SequenceMatcher(None, *parts, autojunk=False).get_opcodes():
        for side, (start, end) in enumerate((span[:2], span[2:])):
            if tag == "equal":
                kept[side].extend(_dots(parts[side][start:end], by, at_start=start == 0))
            else:
                kept[side].extend(parts[side][start:end])
    return _with_text(old, by.join(kept[0])), _with_text(new, by.join(kept[1]))


def _dots(same: Sequence[str], by: str, *, at_start: bool) -> Sequence[str]:
    """Leave of what is the same on both sides what a reader needs to know the statement by."""
    first = same[:1] if at_start else []
    rest = same[len(first) :]
    return [*first, *(["  …" if by == "\n" else "…"] if len(rest) > 1 else rest)]


def _with_text(statement: Statement, text: str) -> Statement:
    return Statement(subject=statement.subject, text=text)
