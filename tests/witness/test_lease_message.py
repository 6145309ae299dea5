"""What a client says of its lease is read as what it is."""

import pytest

from harness.model import machine_uuid
from harness.witness.wire import DhcpKind, DhcpMessage
from harness.witness.wire.dhcp import parse_dhcpv6
from harness.witness.wire.frame import parse_frame
from harness.witness.wire.lease_message import LeaseMessage

MAC, SERVER, ADDRESS = "52:54:00:12:34:51", "00010001aabb", "2001:db8::1:7"


def read(message: LeaseMessage) -> DhcpMessage:
    """Read its frame as the capture of a boot is."""
    frame = parse_frame(1, 0.0, message.frame())
    assert frame is not None
    found = parse_dhcpv6(frame)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "kind",
    [
        *(DhcpKind.REQUEST6, DhcpKind.CONFIRM6, DhcpKind.RENEW6, DhcpKind.REBIND6),
        *(DhcpKind.DECLINE6, DhcpKind.RELEASE6),
    ],
)
def test_a_message_is_of_its_kind_and_names_lease_and_server(kind: DhcpKind) -> None:
    told = LeaseMessage(
        kind=kind, mac=MAC, uuid=machine_uuid(MAC), xid=7, server_id=SERVER, address=ADDRESS
    )
    found = read(told)
    assert (found.kind, found.xid, found.server_id, found.address) == (kind, 7, SERVER, ADDRESS)
    assert found.client_id == f"0004{machine_uuid(MAC).hex}"


def test_a_first_question_has_no_lease_yet() -> None:
    found = read(LeaseMessage(kind=DhcpKind.SOLICIT, mac=MAC, uuid=machine_uuid(MAC), xid=7))
    assert (found.kind, found.server_id, found.address) == (DhcpKind.SOLICIT, "", "")
