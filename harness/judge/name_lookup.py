"""Names that were asked of the DNS server in vain."""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.where import bracketed, where_told
from harness.judge.where_filled import host_filled
from harness.model import Family, Role
from harness.site.files import text_of
from harness.site.places import places
from harness.witness.wire import DhcpMessage, DnsLookup

_RCODES = {0: "no such address", 2: "server failure", 3: "no such name", 5: "refused"}
"""Answers of a DNS server (RFC 1035 4.1.1)."""
_RUN_ON = re.compile(r"(?P<address>\d+(?:\.\d+){3})(?P<rest>[A-Za-z_-].*)")
"""An IPv4 address, and what is no part of one: ${next-server} before a path without its slash."""
_HOSTLESS = re.compile(r"\b(?:https?|tftp)://(?:\$\{[^}]*\})?(?=[/:\s\"']|$)\S*")
"""A URL whose host is empty, or is whatever a variable holds."""


def unresolved(boot: Boot) -> Iterator[str]:
    """Say which names got no address from the DNS server."""
    if boot.is_up and boot.daemons.by_role(Role.DNS) is None:
        return
    lookups = [each for each in boot.of(DnsLookup) if each.type in ("A", "AAAA")]
    for name in dict.fromkeys(lookup.name for lookup in lookups):
        same = [lookup for lookup in lookups if lookup.name == name]
        if any(lookup.answers for lookup in same):
            continue
        codes = {lookup.rcode for lookup in same} - {None}
        why = f"the DNS server said {_rcode(codes)}" if codes else _silence(boot, same)
        place = f"(frame {same[0].frame})"
        if name:
            yield f"{name} did not resolve: {why} {place}{named_by(boot, name)}"
        else:
            yield f"an empty name was looked up: {why} {place}; {_hostless(boot)}"


def misspelt_hosts(boot: Boot) -> Iterator[str]:
    """Say which address was looked up as a name, for more stands right behind it.

    Whoever is asked for such a name, and whether anybody answers, is not the cause.
    """
    asked = (each.name for each in boot.of(DnsLookup))
    for name in dict.fromkeys(asked):
        if run_on := _RUN_ON.fullmatch(name):
            yield (
                f"{name} was looked up as a name: '{run_on['rest']}' stands right behind the"
                f" address {run_on['address']} (is a slash missing?){named_by(boot, name)}"
            )


def named_by(boot: Boot, name: str) -> str:
    """Say which one line of a script has a file fetched of a host; else which one names it."""
    named = list(places(boot.site, boot.scripts.values(), re.escape(name)))
    line = host_filled(boot, name) or (str(named[0]) if len(named) == 1 else "")
    place, *variables = line.split("; ")
    return f"; {'; '.join((f'{place} names it', *variables))}" if line else ""


def _silence(boot: Boot, asked: list[DnsLookup]) -> str:
    """Say who was asked and gave no answer, and by what the machine came to ask it."""
    told = [
        f"{each}{bracketed(where_told(boot, Role.dhcp(Family.of(each)), 'DNS', (each,)))}"
        for each in dict.fromkeys(lookup.server for lookup in asked)
        if each
    ]
    return f"nobody answered{' at ' if told else ''}{' and '.join(told)}"


def _rcode(codes: set[int | None]) -> str:
    return ", ".join(_RCODES.get(code or 0, f"error {code}") for code in sorted(codes, key=str))


def _hostless(boot: Boot) -> str:
    handed = {message.bootfile: "" for message in boot.of(DhcpMessage)}
    found = [f"'{url}' in a DHCP answer" for url in handed if _HOSTLESS.fullmatch(url)]
    for name, path in boot.scripts.items():
        for number, line in enumerate(text_of(boot.site, path).splitlines(), start=1):
            found += [f"'{url}' in {name}, line {number}" for url in _HOSTLESS.findall(line)]
    return f"look at {' and '.join(found)}" if found else "some URL has no host"
