"""DHCPv6's status codes (RFC 8415 21.13): what a server says no by."""

import struct

import pytest

from harness.witness.wire import DhcpMessage
from tests.witness.test_protocols import events, udp


def advertise(*options: bytes) -> DhcpMessage:
    """Make a DHCPv6 server's answer."""
    (event,) = events(udp(547, 546, b"\2\0\0\1" + b"".join(options)))
    assert isinstance(event, DhcpMessage)
    return event


def option6(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


NO_ADDRESS = option6(13, b"\0\2none left")


@pytest.mark.parametrize(
    "options",
    [NO_ADDRESS, option6(3, bytes(12) + NO_ADDRESS)],
    ids=["of the message", "of the association"],
)
def test_a_dhcpv6_server_that_has_no_address(options: bytes) -> None:
    answer = advertise(options)
    assert (answer.status, answer.status_text) == ("NoAddrsAvail", "none left")


@pytest.mark.parametrize("options", [b"", option6(13, b"\0\0fine"), option6(3, bytes(12))])
def test_a_dhcpv6_server_that_says_yes(options: bytes) -> None:
    assert advertise(options).status == ""


def test_a_status_that_nobody_knows() -> None:
    assert advertise(option6(13, b"\0\x63")).status == "status 99"
