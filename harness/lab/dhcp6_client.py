"""Clients of DHCPv6 that are no guests: they say what they are told to, and hear the answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from harness import logwatch
from harness.deadline import Deadline
from harness.errors import BootError
from harness.guest.spec import own_mac
from harness.lab.asked_servers import Asker, asking
from harness.lab.bare import BareLab
from harness.lab.lab import Lab
from harness.model import machine_uuid
from harness.services.site_daemon import SiteDaemon
from harness.witness.wire import DhcpKind, DhcpMessage
from harness.witness.wire.lease_message import LeaseMessage

_AGAIN_S = 0.5


class Dhcp6Client:
    """One client, with the lease that it was given last."""

    def __init__(self, asker: Asker, mac: str, xids: Iterator[int]) -> None:
        """Keep by whom it speaks, who it is, and the numbers of questions."""
        self._asker, self._mac, self._xids = asker, mac, xids
        self.address = self._server_id = ""

    def ask(self) -> DhcpMessage:
        """Ask for an address by the four messages, or by the two that a server says no by."""
        self.address = self._server_id = ""
        offer = self._say(DhcpKind.SOLICIT)
        self.address, self._server_id = offer.address, offer.server_id
        return self._say(DhcpKind.REQUEST6) if offer.address else offer

    def ask_until_leased(self, *, timeout_s: float) -> DhcpMessage:
        """Ask again and again, as clients do.

        Raises:
            BootError: nobody leases it an address in time.
        """
        deadline = Deadline(timeout_s, f"an address for {self._mac}")
        if not logwatch.wait_until(
            lambda: bool(self.ask().address),
            deadline=deadline,
            pause=lambda _s: logwatch.pause(_AGAIN_S),
        ):
            raise BootError(f"{deadline.what} was waited for in vain ({timeout_s:.0f} s)")
        return self.renew()

    def renew(self) -> DhcpMessage:
        """Have its own server lengthen the lease."""
        return self._say(DhcpKind.RENEW6)

    def rebind(self) -> DhcpMessage:
        """Have any server lengthen it."""
        return self._say(DhcpKind.REBIND6, to_any=True)

    def confirm(self) -> DhcpMessage:
        """Ask whether its address is right on this link."""
        return self._say(DhcpKind.CONFIRM6, to_any=True)

    def inform(self) -> DhcpMessage:
        """Ask for all but an address."""
        return self._say(DhcpKind.INFORM6, to_any=True)

    def decline(self) -> DhcpMessage:
        """Say that somebody else has the address."""
        return self._say(DhcpKind.DECLINE6)

    def release(self) -> DhcpMessage:
        """Give the address back."""
        return self._say(DhcpKind.RELEASE6)

    def _say(self, kind: DhcpKind, *, to_any: bool = False) -> DhcpMessage:
        message = LeaseMessage(
            kind=kind,
            mac=self._mac,
            uuid=machine_uuid(self._mac),
            xid=next(self._xids),
            server_id="" if to_any else self._server_id,
            address=self.address,
        )
        answer = self._asker.say(message)
        if answer is None:
            raise BootError(f"nobody answered the {kind.value} of {self._mac}")
        return answer


@contextmanager
def dhcp6_clients(lab: Lab) -> Iterator[Callable[[int], Dhcp6Client]]:
    """Give a way to have clients on a lab's network, by their numbers."""
    services = tuple(each for each in lab.services.values() if isinstance(each, SiteDaemon))
    bare = BareLab(
        namespace=lab.namespace, network=lab.network, services=services, hosts=lab.further_hosts
    )
    xids = count(0x100)
    with asking(bare, lab.site, log_dir=lab.evidence.log_dir) as asker:
        yield lambda number: Dhcp6Client(asker, own_mac(number), xids)
