"""Who opens which iSCSI target is read from the wire, in how many pieces it may come."""

import struct

import pytest

from harness.model import ISCSI_PORT, Family
from harness.witness.wire.frame import TCP_ACK, Frame, Transport
from harness.witness.wire.iscsi import IscsiTable

CLIENT, SERVER = "192.0.2.64", "192.0.2.1"
NAME = "iqn.2026-11.example:rescue"
TEXTS = f"InitiatorName=iqn.2010-04.org.ipxe:a\0TargetName={NAME}\0SessionType=Normal\0".encode()


def head(opcode: int, size: int, status: int = 0) -> bytes:
    """Write the head of a login or of its answer (RFC 7143 11.12, 11.13)."""
    begin = bytes([opcode, 0x81, 0, 0, 0]) + size.to_bytes(3)
    return begin.ljust(36, b"\0") + struct.pack("!H", status) + bytes(10)


def frame(number: int, payload: bytes, *, back: bool = False, sequence: int = 0) -> Frame:
    """Put a piece of a message into a frame."""
    return Frame(
        number=number,
        time_s=float(number),
        source_mac="52:54:00:00:00:01" if back else "52:54:00:12:34:50",
        target_mac="52:54:00:12:34:50" if back else "52:54:00:00:00:01",
        family=Family.IPV4,
        source=SERVER if back else CLIENT,
        target=CLIENT if back else SERVER,
        transport=Transport.TCP,
        source_port=ISCSI_PORT if back else 32057,
        target_port=32057 if back else ISCSI_PORT,
        payload=payload,
        length=len(payload),
        sequence=sequence,
        flags=TCP_ACK,
    )


def login(at: int) -> IscsiTable:
    """Take in a login that is cut in two at a place; 0: it is not."""
    message, table = head(0x43, len(TEXTS)) + TEXTS, IscsiTable()
    for piece, sequence in ((message[:at], 7), (message[at:], 7 + at)):
        if piece:
            table.add(frame(1, piece, sequence=sequence))
            table.add(frame(2, piece, sequence=sequence))  # the network doubles it
    return table


@pytest.mark.parametrize("at", [0, 48, 60])
@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (0, ""),
        (0x0201, ": the password is refused"),
        (0x0203, ": no such target"),
        (0x0300, ": refused (status 0x0300)"),
    ],
)
def test_a_login(at: int, status: int, ending: str) -> None:
    table = login(at)
    table.add(frame(3, head(0x23, 0, status), back=True))
    (event,) = table.events()
    assert (event.status, event.is_unknown) == (status, status == 0x0203)
    assert event.words == f"opens {NAME} over iSCSI, IPv4, from {SERVER}{ending}"


def test_the_step_that_fails_counts() -> None:
    table = login(0)
    for status in (0, 0x0202, 0):
        table.add(frame(3, head(0x23, 0, status), back=True))
    assert [each.status for each in table.events()] == [0x0202]


def test_a_login_that_nobody_answers_and_sectors_that_are_none() -> None:
    table = login(48)
    table.add(frame(3, b"\1" + bytes(47)))
    table.add(frame(4, b"\x25" + bytes(600), back=True))
    (event,) = table.events()
    assert event.words.endswith(": nobody answers")


def test_a_second_login_is_another() -> None:
    table = login(0)
    table.add(frame(3, head(0x23, 0), back=True))
    table.add(frame(4, head(0x43, len(TEXTS)) + TEXTS, sequence=900))
    assert [each.status for each in table.events()] == [0, None]
