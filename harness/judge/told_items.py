"""One answer of a DHCP server, or a router's, taken apart into the things that it tells."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from harness.plan.boot_text import Statement
from harness.plan.boot_words import OFFERED

_GIVEN = re.compile(
    rf"(?P<server>\S+) (?:gives|{OFFERED}) (?P<address>\S+(?: address)?)"
    r"(?: from (?P<pool>\S+))?"
    r"(?P<lease> for .*)?"
)
_ADVERTISED = re.compile(r"\S+ advertises (?P<rest>.*)")
_PREFIX = re.compile(r"(?P<prefix>[0-9a-f:]+/\d+) (?P<rest>.*)")
_NO = re.compile(r"(?:not|neither|no|nor) (?:an? )?(?P<what>.*)")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that a machine is told."""

    matter: str
    text: str
    of: str = ""
    """What it is a part of: a prefix of several."""

    def __str__(self) -> str:
        """Say it, and what it is of."""
        return f"{self.of} {self.text}".strip()

    @property
    def values(self) -> tuple[str, ...]:
        """Its words, the longest first: what a configuration's line may have of it."""
        words = {word.strip(",()\"'") for word in self.text.split()}
        parts = {part for word in words for part in word.split("-")} - words
        in_turn = (sorted(each, key=len, reverse=True) for each in (words, parts))
        return tuple(word for each in in_turn for word in each if word)


def tells(statement: Statement) -> bool:
    """Whether an answer tells anything: one that refuses does not."""
    first = statement.text.partition(";")[0]
    return bool(_GIVEN.fullmatch(first) or _ADVERTISED.fullmatch(first))


def items(statement: Statement, known: Collection[str]) -> Iterator[Item]:
    """Go through what it tells; `known` are the matters that the daemon has settings for."""
    found = _advertised if statement.subject == "router" else _given
    return found(statement.text.split("; "), known)


def _given(parts: list[str], known: Collection[str]) -> Iterator[Item]:
    given = _GIVEN.fullmatch(parts[0])
    if given is not None:
        pool, address = given["pool"], given["address"]
        yield Item(matter="gives", text=f"addresses from {pool}" if pool else f"address {address}")
        if given["lease"]:
            yield Item(matter="for", text=f"leases{given['lease']}")
    for part in parts[1:]:
        yield Item(matter=_matter(part, known), text=part)


def _advertised(parts: list[str], known: Collection[str]) -> Iterator[Item]:
    """Give prefixes and flags one by one: each has a setting of its own."""
    advertised = _ADVERTISED.fullmatch(parts[0])
    for part in (advertised["rest"] if advertised else parts[0], *parts[1:]):
        prefix = _PREFIX.fullmatch(part)
        if prefix is not None:
            of = f"prefix {prefix['prefix']}"
            yield Item(matter="prefix", text="", of=of)
            yield from (_flag(each, known, of) for each in prefix["rest"].split(", "))
        elif part in ("managed, other", "managed", "other"):
            yield from (Item(matter=each, text=f"the {each} flag") for each in part.split(", "))
        elif part not in ("no prefix", "neither managed nor other"):
            yield _flag(part, known, "")


def _flag(text: str, known: Collection[str], of: str) -> Item:
    negated = _NO.fullmatch(text)
    return Item(matter=_matter(negated["what"] if negated else text, known), text=text, of=of)


def _matter(text: str, known: Collection[str]) -> str:
    """Give the longest matter that a daemon has a setting for, else the first word.

    Of an option that has no name, its number too.
    """
    named = [each for each in known if text == each or text.startswith(f"{each} ")]
    first, *others = text.split()
    return max(named, key=len, default=f"option {others[0]}" if first == "option" else first)
