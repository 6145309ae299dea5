"""A question that is put to DHCP servers reads as what firmware, iPXE or a system would send."""

from uuid import UUID

import pytest

from harness.model import Family
from harness.witness.eui64 import link_local
from harness.witness.wire import DhcpKind, DhcpMessage
from harness.witness.wire.dhcp import parse_dhcpv4, parse_dhcpv6
from harness.witness.wire.frame import Frame, parse_frame
from harness.witness.wire.question import Question, answer_in

MAC, RELAY_MAC, SERVER_MAC = "52:54:00:12:34:50", "52:54:00:00:00:fe", "52:54:00:00:00:01"
MACHINE = UUID("8ad427e3-9bf6-9057-a5c9-4c37bcb4762a")


def asked(family: Family, **more: str | int | None) -> Question:
    told: dict[str, str | int | None] = {
        "client_arch": 0x10,
        "vendor_class": "HTTPClient",
        "user_class": "",
        **more,
    }
    return Question(family=family, mac=MAC, uuid=MACHINE, xid=0x123456, **told)  # type: ignore[arg-type]


def framed(question: Question) -> Frame:
    data = question.frame(server_mac=SERVER_MAC, relay_mac=RELAY_MAC)
    frame = parse_frame(1, 0.0, data)
    assert frame is not None
    return frame


def read(question: Question) -> DhcpMessage:
    parse = parse_dhcpv4 if question.family is Family.IPV4 else parse_dhcpv6
    message = parse(framed(question))
    assert message is not None
    return message


@pytest.mark.parametrize("family", list(Family))
def test_firmware_asks(family: Family) -> None:
    message = read(asked(family))
    assert message.kind.seeks
    assert message.is_boot_request
    assert (message.client_mac, message.xid, message.client_arch) == (MAC, 0x123456, 0x10)
    assert message.vendor_class == "HTTPClient:Arch:00016:UNDI:003000"
    assert not message.is_ipxe


@pytest.mark.parametrize(
    ("family", "said"),
    [(Family.IPV4, "PXEClient"), (Family.IPV6, "PXEClient:Arch:00007:UNDI:003010")],
)
def test_ipxe_asks(family: Family, said: str) -> None:
    message = read(asked(family, client_arch=7, vendor_class="PXEClient", user_class="iPXE"))
    assert message.is_ipxe
    assert message.vendor_class == said


@pytest.mark.parametrize("family", list(Family))
def test_a_system_asks_for_nothing_to_boot(family: Family) -> None:
    message = read(asked(family, client_arch=None, vendor_class=""))
    assert message.kind.seeks
    assert not message.is_boot_request


def test_a_relay_passes_it_on() -> None:
    four, six = (
        framed(asked(Family.IPV4, relay="192.0.2.254")),
        framed(asked(Family.IPV6, relay="2001:db8::fe")),
    )
    assert (four.source, four.source_port, four.source_mac) == ("192.0.2.254", 67, RELAY_MAC)
    assert four.payload[24:28] == bytes((192, 0, 2, 254))
    assert (six.source, six.payload[0]) == (link_local(RELAY_MAC), 12)
    message = parse_dhcpv6(six)
    assert message is not None
    assert (message.relay, message.client_mac) == ("2001:db8::fe", MAC)


def test_a_boot_server_is_asked_on_its_own_port() -> None:
    answer = DhcpMessage(
        time_s=0.0, frame=1, family=Family.IPV4, kind=DhcpKind.OFFER, xid=1, server="192.0.2.1"
    )
    question = asked(Family.IPV4).of_boot_server(answer)
    frame = framed(question)
    assert (frame.target, frame.target_port, frame.target_mac) == ("192.0.2.1", 4011, SERVER_MAC)
    assert read(question).kind is DhcpKind.REQUEST
    assert question.xid != asked(Family.IPV4).xid


@pytest.mark.parametrize("data", [b"", b"\0" * 60, bytes.fromhex("ff" * 14)])
def test_what_is_no_answer_is_none(data: bytes) -> None:
    assert answer_in(data) is None


def test_a_question_is_no_answer() -> None:
    for family in Family:
        data = asked(family).frame(server_mac=SERVER_MAC, relay_mac=RELAY_MAC)
        assert answer_in(data) is None


@pytest.mark.parametrize(
    "value",
    [b"\0\0\0\0\0\x0aHTTPClient", b"\0\x0e0000HTTPClient", b"\0\0\1\x57\0\x10HTTPClient:Arch:1"],
)
def test_a_vendor_class_is_where_firmware_looks(value: bytes) -> None:
    """Behind six bytes: dnsmasq, which can give no right count, is taken at its word, too."""
    frame = framed(asked(Family.IPV6))
    frame.payload = b"\2" + frame.payload[1:4] + bytes((0, 16, 0, len(value))) + value
    message = parse_dhcpv6(frame)
    assert message is not None
    assert message.vendor_class.startswith("HTTPClient")
