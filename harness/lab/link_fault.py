"""Faults of a guest's link, as typed methods: lost, late, double and overtaken frames, a cut.

A link that is to be faulty has a forwarder (`harness.services.link`) between the guest's
tap and the bridge, so a fault is the same on every kernel and in every run: the n-th frame
of a kind is struck, not a random one. It stands in front of the capture: what is
lost on its way to the guest was on the wire, what the guest sent in vain was not.

A cut is a cable pulled behind the next switch: the guest's NIC keeps its carrier,
as that of most machines would, and nobody hears it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from harness.errors import UsageError
from harness.lab.network import Network
from harness.services.link import FaultyLink


class Kind(StrEnum):
    """Which frames a fault strikes."""

    ANY = "any"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    DHCP = "dhcp"
    TFTP = "tftp"
    TFTP_REQUEST = "tftp-request"
    TFTP_DATA = "tftp-data"
    HTTP = "http"


class Toward(StrEnum):
    """Which way the frames go that a fault strikes."""

    BOTH = ""
    GUEST = "guest"
    SERVER = "server"


class Link:
    """The link of one guest; faults add up until `repair`."""

    def __init__(self, network: Network, forwarder: FaultyLink) -> None:
        """Keep the parts; the lab makes links (`Lab.link`)."""
        self._network = network
        self._forwarder = forwarder
        self._rules: list[Mapping[str, object]] = []

    def insert(self) -> None:
        """Put the forwarder between tap and bridge."""
        self._network.add_cable(self._forwarder.wire)
        self._forwarder.bring_up()
        self._network.move_to_cable(self._forwarder.tap, self._forwarder.wire)

    def lose(
        self, *, every: int = 1, times: int = 0, of: Kind = Kind.ANY, toward: Toward = Toward.BOTH
    ) -> Self:
        """Lose every n-th frame of a kind, so many times at the most (0: without an end)."""
        return self._add(do="lose", every=every, times=times, of=of, toward=toward)

    def duplicate(
        self, *, every: int = 1, of: Kind = Kind.ANY, toward: Toward = Toward.BOTH
    ) -> Self:
        """Deliver every n-th frame of a kind twice."""
        return self._add(do="duplicate", every=every, of=of, toward=toward)

    def reorder(self, *, every: int, of: Kind = Kind.ANY, toward: Toward = Toward.BOTH) -> Self:
        """Let every n-th frame of a kind be overtaken by the one behind it."""
        return self._add(do="reorder", every=every, of=of, toward=toward)

    def delay(self, ms: int, *, toward: Toward = Toward.BOTH) -> Self:
        """Let every frame take so many milliseconds longer, of the host's time."""
        return self._add(do="delay", seconds=ms / 1000, toward=toward)

    def cut(self, *, at: int = 1, of: Kind = Kind.ANY, asks: int = 0) -> Self:
        """Pull the cable when the `at`-th frame of a kind comes.

        With `asks` it is plugged in again once the guest has sent so many frames in vain,
        which is an event on either clock; else `plug` does it.
        """
        return self._add(do="cut", every=at, of=of, asks=asks)

    def plug(self) -> Self:
        """Plug the cable in again."""
        self._rules = [rule for rule in self._rules if rule["do"] != "cut"]
        return self._obey()

    def repair(self) -> Self:
        """Make the link faithful again."""
        self._rules = []
        return self._obey()

    def assert_struck(self, *words: str) -> None:
        """Raise a UsageError unless each of these befell a frame: a fault that missed is none."""
        missed = [word for word in words if not self._forwarder.told(word)]
        if missed:
            raise UsageError(
                "the fault never befell this boot: "
                f"no frame of {self._forwarder.tap} met {', '.join(missed)}",
                last_lines=self._forwarder.said(),
                log_path=self._forwarder.log_path,
            )

    def _add(self, **rule: object) -> Self:
        self._rules.append(rule)
        return self._obey()

    def _obey(self) -> Self:
        self._forwarder.obey(self._rules)
        return self
