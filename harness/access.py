"""Whom a server's rules give a file, and whom they turn away.

Owns values, and what follows from them for a network of clients; the modules of daemons say which
rules there are. Where only some of a network's addresses are meant, nothing follows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
_MOST_ADDRESSES = 256
"""So many of a network's addresses are held against a pattern."""


class Answer(Enum):
    """What becomes of who asks."""

    LETS_IN = "lets in"
    """Or so it may be: of what is not understood nothing follows."""
    REFUSES = "refuses"
    ASKS_PASSWORD = "asks for a password"


@dataclass(frozen=True, kw_only=True)
class AccessRule:
    """What a server answers some clients who ask for some names."""

    answer: Answer = Answer.LETS_IN
    rule: str = ""
    """The setting's words, and where it stands among others: `` `deny all` ``."""
    place: str = ""
    """Its file and line."""
    pattern: str = ""
    """For which names, a regular expression; "": for all."""
    is_of_file: bool = False
    """Whether the pattern is held against the name's last part alone."""
    networks: tuple[str, ...] = ()
    """For which clients; (): for all."""
    addresses: str = ""
    """Or for which, a regular expression."""
    is_for_others: bool = False
    """Whether it is for all other clients than those."""

    def is_for(self, name: str) -> bool:
        """Whether it says anything of a name."""
        return (
            re.search(self.pattern, name.rpartition("/")[2] if self.is_of_file else name)
            is not None
        )

    def means(self, network: Network) -> tuple[bool, bool]:
        """Say whether it is for any of a network's addresses, and whether for all."""
        some, every = self._has(network)
        return (not every, not some) if self.is_for_others else (some, every)

    def _has(self, network: Network) -> tuple[bool, bool]:
        if self.addresses:
            found = [re.search(self.addresses, each) is not None for each in _sample(network)]
            return any(found), all(found)
        named = [ip_network(each, strict=False) for each in self.networks]
        alike = [each for each in named if each.version == network.version]
        is_of_any = not named and not self.is_for_others
        return (
            is_of_any or any(each.overlaps(network) for each in alike),
            is_of_any
            or any(network.prefixlen >= e.prefixlen and e.overlaps(network) for e in alike),
        )


Chain: TypeAlias = tuple[AccessRule, ...]
"""Rules in their order: the first for a name and a client decides; without one he is let in."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """All that decides whether a client is given a file."""

    chains: tuple[Chain, ...] = ()
    """Each of these has to let him in."""
    is_any_enough: bool = False
    """Or one of them is enough."""

    @property
    def tells_addresses(self) -> bool:
        """Whether it depends on who asks."""
        return any(each.networks or each.addresses for chain in self.chains for each in chain)

    def rule_against(
        self, name: str, networks: Iterable[Network], *, has_password: bool
    ) -> AccessRule | None:
        """Give the rule by which nobody of these networks gets this file."""
        known = list(networks)
        rules = filter(None, self.chains)
        denied = [denied_by(each, name, known, has_password=has_password) for each in rules]
        if self.is_any_enough and not all(denied):
            return None
        return next(filter(None, denied), None)


def denied_by(
    chain: Chain, name: str, networks: Sequence[Network], has_password: bool
) -> AccessRule | None:
    """Give the rule of a chain by which nobody of these networks gets a file; None: somebody does.

    Where no network is known, only those count that are for all clients.
    """
    everywhere = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    denied = [_denied(chain, name, each, has_password) for each in networks or everywhere]
    return denied[0] if all(denied) else None


def _denied(chain: Chain, name: str, network: Network, has_password: bool) -> AccessRule | None:
    for each in chain:
        some, every = each.means(network) if each.is_for(name) else (False, False)
        if each.answer is Answer.LETS_IN or (each.answer is Answer.ASKS_PASSWORD and has_password):
            if some:
                return None
        elif every:
            return each
    return None


def _sample(network: Network) -> list[str]:
    """Give addresses from all over a network; of a small one all."""
    step = max(network.num_addresses // _MOST_ADDRESSES, 1)
    return [str(network[at]) for at in range(0, network.num_addresses, step)][:_MOST_ADDRESSES]


def networks_in(words: Iterable[str]) -> tuple[str, ...] | None:
    """Give the networks that words mean; None where one means something else."""
    found = []
    for word in words:
        try:
            found.append(str(ip_network(word, strict=False)))
        except ValueError:
            return None
    return tuple(found)
