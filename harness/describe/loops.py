"""What goes round and round: how often it did before somebody ended it is only chance."""

from collections.abc import Iterator, Sequence

from harness.plan.boot_text import Statement

AGAIN = "does so again and again"
_LONGEST = 16
"""Statements of a circle."""


def once(statements: Sequence[Statement]) -> Iterator[Statement]:
    """Go through the statements, each circle of fetches once."""
    at = 0
    while at < len(statements):
        size = _circle(statements, at)
        yield from statements[at : at + max(size, 1)]
        if not size:
            at += 1
            continue
        circle = statements[at : at + size]
        yield Statement(subject=circle[-1].subject, text=AGAIN)
        # The last time round may have been broken off.
        begun = at
        while at < len(statements) and statements[at] == circle[(at - begun) % size]:
            at += 1


def _circle(statements: Sequence[Statement], at: int) -> int:
    """Give how many statements a circle has that begins here; 0 where none does.

    It is one when it has been gone round twice, and is begun again: not a second try.
    """
    for size in range(1, _LONGEST + 1):
        rounds = statements[at : at + 2 * size + 1]
        is_whole = len(rounds) == 2 * size + 1 and rounds[:-size] == rounds[size:]
        if is_whole and any(each.asked_file for each in rounds):
            return size
    return 0
