"""DNS questions and their answers (RFC 1035), as far as a boot needs names."""

from dataclasses import dataclass, field, replace

from harness.witness.wire.event import DnsLookup
from harness.witness.wire.frame import Frame, asked
from harness.witness.wire.packet import dissect, dns

DNS_PORT = 53
_ADDRESS_TYPES = frozenset({"A", "AAAA"})
_Key = tuple[str, int, int]


@dataclass
class DnsTable:
    """Puts questions and answers together."""

    _lookups: dict[_Key, DnsLookup] = field(default_factory=dict)

    def add(self, frame: Frame) -> None:
        """Take in a frame from or to port 53."""
        message = dissect(dns.DNS, frame.payload)
        if message.qdcount != 1 or not isinstance(message.qd[0], dns.DNSQR):
            return
        if message.qr:
            self._answer(frame, message)
            return
        question = message.qd[0]
        lookup = DnsLookup(
            **asked(frame),
            name=question.qname.decode(errors="replace").removesuffix("."),
            type=dns.dnstypes.get(question.qtype, str(question.qtype)),
        )
        self._lookups.setdefault((frame.source, frame.source_port, message.id), lookup)

    def _answer(self, frame: Frame, message: dns.DNS) -> None:
        key = (frame.target, frame.target_port, message.id)
        asked = self._lookups.get(key)
        if asked is not None and asked.rcode is None:
            self._lookups[key] = replace(
                asked, answers=_addresses(message), rcode=message.rcode, server_mac=frame.source_mac
            )

    def events(self) -> list[DnsLookup]:
        """Give all look-ups."""
        return list(self._lookups.values())


def _addresses(message: dns.DNS) -> tuple[str, ...]:
    answers = (each for each in message.an if isinstance(each, dns.DNSRR))
    found = (each.rdata for each in answers if dns.dnstypes.get(each.type) in _ADDRESS_TYPES)
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))
