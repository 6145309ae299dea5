"""Names for what is another in every lab, or on every machine: `{mac}`, `{address}`, `{token}`.

A boot's text has the names; what a machine asks for has what they stand for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address
from typing import Self
from urllib.parse import quote

from harness.secret import digested
from harness.site.known_machine import MACHINE_NAMES, KnownMachine

PARTNERS = "{either}"
"""Whichever of two DHCP servers answers that share their pools."""
ADDRESS4, ADDRESS6, TOKEN = "{address}", "{address6}", "{token}"
_SHORTEST = 4
"""Of a value that may stand in the midst of a word: a shorter one is there by chance."""


@dataclass(frozen=True)
class Names:
    """What each name stands for on one machine; a name may stand for several values."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, machine: KnownMachine, *, addresses: Iterable[str] = (), token: str = "") -> Self:
        """Take them of a machine, the addresses that it was leased, and its payload's token."""
        values: dict[str, tuple[str, ...]] = {}
        for name, text_of in MACHINE_NAMES.items():
            value = text_of(machine)
            for form, text in _forms(name, value):
                values[form] = (text,)
        values[TOKEN] = (token,)
        leased = tuple(addresses)
        values[ADDRESS4] = tuple(each for each in leased if ":" not in each)
        values[ADDRESS6] = tuple(each for each in leased if ":" in each)
        values["{address:hex}"] = tuple(_hex(each) for each in values[ADDRESS4])
        return cls({name: tuple(filter(None, texts)) for name, texts in values.items()})

    @cached_property
    def _by_value(self) -> Mapping[str, str]:
        return {text: name for name, texts in self.values.items() for text in texts}

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted(self._by_value, key=len, reverse=True)
        return re.compile("|".join(map(_whole, longest_first))) if longest_first else None

    def named(self, text: str) -> str:
        """Give a text with the names in the place of what they stand for, without passwords."""
        text = digested(text)
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._by_value[found[0]], text)

    def filled(self, text: str) -> str:
        """Give a text with what the names stand for; of several values, the first."""
        for name, texts in self.values.items():
            if texts:
                text = text.replace(name, texts[0])
        return text


def _forms(name: str, value: str) -> Iterable[tuple[str, str]]:
    """Give a name and its other spellings: percent-encoded, in capitals."""
    yield name, value
    capital = f"{{{name[1:-1].upper()}}}"
    if value.upper() != value:
        yield capital, value.upper()
    encoded = quote(value, safe="")
    if encoded != value:
        yield f"{name[:-1]}:uristring}}", encoded
        if encoded.lower() != encoded:
            yield f"{name[:-1]}:urilower}}", encoded.lower()


def _hex(address: str) -> str:
    """Write an address as PXELINUX asks for it."""
    return f"{int(IPv4Address(address)):08X}"


def _whole(value: str) -> str:
    """Match a value where it is not a part of another: an address, or a short word."""
    if value.count(".") == 3:
        return rf"(?<![\w.]){re.escape(value)}(?!\d|\.\d)"
    if "::" in value:
        return rf"(?<![\w:]){re.escape(value)}(?![\w:])"
    if len(value) <= _SHORTEST or not set(value) <= set("0123456789abcdefABCDEF:-%"):
        return rf"(?<!\w){re.escape(value)}(?!\w)"
    return re.escape(value)
