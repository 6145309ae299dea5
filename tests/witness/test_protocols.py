"""Details of the protocols that the recorded boots do not show."""

import re
import struct

import pytest

from harness.model import Family
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    HttpExchange,
    Outcome,
    Refusal,
    TftpTransfer,
    WireEvent,
)
from harness.witness.wire.frame import Frame, Transport
from harness.witness.wire.pcap import parse_capture
from harness.witness.wire.tftp import TftpTable
from tests.witness.test_wire import FILE_HEAD, frames, packet


def udp(source: int, target: int, payload: bytes) -> bytes:
    return packet(17, source, target, payload)


def tcp(*, down: bool, sequence: int, acknowledged: int, flags: int, payload: bytes = b"") -> bytes:
    """Make a frame of a connection from 10.0.0.2:4000 to port 80."""
    ports = (80, 4000) if down else (4000, 80)
    segment = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledged, 0x50, flags, 9, 0, 0)
    client, server = bytes([192, 0, 2, 64]), bytes([192, 0, 2, 1])
    length = 40 + len(payload)
    head = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, 6, 0)
    ends = server + client if down else client + server
    return bytes(12) + b"\x08\x00" + head + ends + segment + payload


def events(*contents: bytes) -> tuple[WireEvent, ...]:
    return parse_capture(frames(*contents)).events


def bootp(*options: bytes, file: bytes = b"", sname: bytes = b"") -> bytes:
    """Make a DHCPv4 message of its options."""
    head = bytes(28) + bytes.fromhex("525400123456") + bytes(10)
    body = head + sname.ljust(64, b"\0") + file.ljust(128, b"\0")
    return body + b"\x63\x82\x53\x63" + b"".join(options) + b"\xff"


def option(code: int, value: bytes) -> bytes:
    return bytes([code, len(value)]) + value


def dhcpv4(*options: bytes, file: bytes = b"", sname: bytes = b"") -> DhcpMessage:
    (event,) = events(udp(68, 67, bootp(option(53, b"\1"), *options, file=file, sname=sname)))
    assert isinstance(event, DhcpMessage)
    return event


def test_option_67_goes_before_the_file_field() -> None:
    assert dhcpv4(option(67, b"a.efi"), file=b"b.efi").bootfile == "a.efi"


def test_options_in_the_file_and_sname_fields() -> None:
    message = dhcpv4(
        option(52, b"\3"),
        file=option(77, b"iPXE") + b"\xff",
        sname=option(60, b"PXEClient") + b"\xff",
    )
    assert (message.bootfile, message.user_class) == ("", "iPXE")
    assert message.vendor_class == "PXEClient"


def test_an_option_in_two_parts() -> None:
    assert dhcpv4(option(60, b"PXE"), option(60, b"Client")).vendor_class == "PXEClient"


@pytest.mark.parametrize("value", [b"iPXE", b"\4iPXE"], ids=["bare", "counted"])
def test_a_user_class_with_and_without_its_count(value: bytes) -> None:
    assert dhcpv4(option(77, value)).is_ipxe


@pytest.mark.parametrize("value", [b"iPXE", b"\0\4iPXE"], ids=["bare", "counted"])
def test_a_dhcpv6_user_class_with_and_without_its_count(value: bytes) -> None:
    message = b"\1abc" + struct.pack("!HH", 15, len(value)) + value
    (event,) = events(udp(546, 547, message))
    assert isinstance(event, DhcpMessage)
    assert event.kind is DhcpKind.SOLICIT
    assert event.is_ipxe


def test_a_dhcpv6_server_id_without_any_bytes() -> None:
    (event,) = events(udp(546, 547, b"\1abc\0\2\0\0"))
    assert isinstance(event, DhcpMessage)
    assert event.server_id == ""


def test_a_boot_server_that_is_asked_is_noted() -> None:
    (event,) = events(udp(68, 4011, bootp(option(53, b"\3"))))
    assert isinstance(event, DhcpMessage)
    assert (event.port, event.boot_server, event.server) == (4011, "10.0.0.1", "")
    assert dhcpv4().boot_server == ""


def test_plain_bootp_is_no_dhcp_message() -> None:
    assert events(udp(68, 67, bootp())) == ()


def read(*, block_size: int, size: int) -> TftpTransfer:
    """Follow a TFTP read of `size` bytes."""
    contents = [udp(2000, 69, b"\0\1f\0octet\0")]
    for number in range(size // block_size + 1):
        wire_number = struct.pack("!H", (number + 1) & 0xFFFF)
        piece = bytes(min(block_size, size - number * block_size))
        contents.append(udp(5000, 2000, b"\0\3" + wire_number + piece))
        contents.append(udp(2000, 5000, b"\0\4" + wire_number))
    (event,) = parse_capture(frames(*swapped(contents))).of(TftpTransfer)
    return event


def swapped(contents: list[bytes]) -> list[bytes]:
    """Let the host that asks be the same in all frames: `packet` goes by port numbers."""
    client, server = bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1])
    fixed = []
    for content in contents:
        up = content[34:36] == struct.pack("!H", 2000)
        fixed.append(content[:26] + (client + server if up else server + client) + content[34:])
    return fixed


def test_a_file_of_a_whole_number_of_blocks_ends_with_an_empty_one() -> None:
    done = read(block_size=512, size=1024)
    assert (done.outcome, done.blocks, done.bytes) == (Outcome.COMPLETE, 3, 1024)


def fragment(content: bytes, size: int) -> bytes:
    """Give the first fragment of a datagram: so many bytes of what IPv4 carries."""
    head = bytearray(content[:34])
    head[16:18] = (20 + size).to_bytes(2, "big")
    head[20:22] = b"\x20\0"
    return bytes(head) + content[34 : 34 + size]


def test_the_head_of_a_file_whose_blocks_come_in_fragments_has_no_gap() -> None:
    """The capture's first fragments do not join: a file must not seem to begin otherwise."""
    blocks = [bytes([number]) * 512 for number in (1, 2)]
    contents = [udp(2000, 69, b"\0\1f\0octet\0")]
    for number, block in enumerate(blocks, start=1):
        contents.append(fragment(udp(5000, 2000, struct.pack("!HH", 3, number) + block), 112))
        contents.append(udp(2000, 5000, struct.pack("!HH", 4, number)))
    (event,) = parse_capture(frames(*swapped(contents))).of(TftpTransfer)
    assert (event.bytes, event.head) == (1024, blocks[0][:100])


def test_block_numbers_begin_again() -> None:
    table = TftpTable()
    table.add(datagram(up=True, payload=b"\0\1f\0octet\0blksize\x008\0", port=69))
    table.add(datagram(up=False, payload=b"\0\6blksize\x008\0"))
    for number in range(1, 70_002):
        piece = bytes(8 if number <= 70_000 else 0)
        table.add(datagram(up=False, payload=struct.pack("!HH", 3, number & 0xFFFF) + piece))
    table.add(datagram(up=True, payload=struct.pack("!HH", 4, 70_001 & 0xFFFF)))
    (event,) = table.events()
    assert (event.outcome, event.bytes) == (Outcome.COMPLETE, 560_000)


def datagram(*, up: bool, payload: bytes, port: int = 5000) -> Frame:
    """Make a frame between port 2000 of the client and a port of the server."""
    source, target = ("10.0.0.2", "10.0.0.1") if up else ("10.0.0.1", "10.0.0.2")
    ports = (2000, port) if up else (port, 2000)
    return Frame(
        number=1,
        time_s=1.0,
        source_mac="",
        target_mac="",
        family=Family.IPV4,
        source=source,
        target=target,
        transport=Transport.UDP,
        source_port=ports[0],
        target_port=ports[1],
        payload=payload,
        length=len(payload),
    )


def test_a_file_that_the_server_calls_empty() -> None:
    ask = udp(2000, 69, b"\0\1f\0octet\0tsize\x000\0")
    told = udp(5000, 2000, b"\0\6tsize\x000\0blksize\x001428\0")
    ends = udp(2000, 5000, b"\0\5\0\0User aborted\0")
    (event,) = parse_capture(frames(*swapped([ask, told, ends]))).of(TftpTransfer)
    assert (event.told_size, event.block_size, event.outcome) == (0, 1428, Outcome.ABORTED)


def test_a_server_that_refuses() -> None:
    ask = udp(2000, 69, b"\0\1nope\0octet\0")
    no = udp(5000, 2000, b"\0\5\0\1File not found\0")
    (event,) = parse_capture(frames(*swapped([ask, no]))).of(TftpTransfer)
    assert (event.outcome, event.error) == (Outcome.REFUSED, "File not found")


def test_a_server_that_says_nothing() -> None:
    ask = udp(2000, 69, b"\0\1f\0octet\0")
    (event,) = parse_capture(frames(ask, ask, ask)).of(TftpTransfer)
    assert (event.outcome, event.requests) == (Outcome.UNANSWERED, 3)


def test_the_second_answer_to_a_request_that_was_sent_again() -> None:
    ask = udp(2000, 69, b"\0\1f\0octet\0")
    answers = [udp(port, 2000, b"\0\3\0\1abc") for port in (5000, 5001)]
    no = udp(2000, 5001, b"\0\5\0\5unknown transfer\0")
    yes = udp(2000, 5000, b"\0\4\0\1")
    contents = swapped([ask, ask, *answers, no, yes])
    (event,) = parse_capture(frames(*contents)).of(TftpTransfer)
    assert (event.outcome, event.bytes, event.requests) == (Outcome.COMPLETE, 3, 2)


def test_a_tftp_port_that_nobody_listens_on() -> None:
    ask = udp(2000, 69, b"\0\1f\0octet\0")[14:]
    ends = ask[16:20] + ask[12:16]
    icmp = b"\3\3\0\0\0\0\0\0" + ask
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 0, 0, 64, 1, 0)
    (event,) = events(bytes(12) + b"\x08\x00" + head + ends + icmp)
    assert isinstance(event, Refusal)
    assert (event.transport, event.port, event.why) == ("udp", 69, "port unreachable")


def test_a_router_that_has_no_way_names_whom_was_asked_for() -> None:
    ask = udp(2000, 69, b"\0\1f\0octet\0")[14:]
    icmp = b"\3\1\0\0\0\0\0\0" + ask
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 0, 0, 64, 1, 0)
    router = bytes([10, 0, 0, 254])
    (event,) = events(bytes(12) + b"\x08\x00" + head + router + ask[12:16] + icmp)
    assert isinstance(event, Refusal)
    assert (event.server, event.why) == (".".join(map(str, ask[16:20])), "host unreachable")
    assert not event.is_closed


REQUEST = b"GET /f HTTP/1.1\r\nHost: x\r\n\r\n"
SYN = tcp(down=False, sequence=9, acknowledged=0, flags=2)
ASK = tcp(down=False, sequence=10, acknowledged=1, flags=16, payload=REQUEST)


def answered(*contents: bytes, answer: bytes) -> HttpExchange:
    """Follow one request, its answer and what comes then."""
    reply = tcp(down=True, sequence=1, acknowledged=99, flags=16, payload=answer)
    (event,) = parse_capture(frames(SYN, ASK, reply, *contents)).of(HttpExchange)
    return event


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
END = 1 + len(HEAD) + 100


def test_a_body_is_complete_when_the_client_acknowledged_it() -> None:
    ack = tcp(down=False, sequence=60, acknowledged=END, flags=16)
    done = answered(ack, answer=HEAD + bytes(100))
    assert (done.outcome, done.bytes) == (Outcome.COMPLETE, 100)


def test_a_body_that_was_sent_and_never_acknowledged() -> None:
    sent = answered(answer=HEAD + bytes(100))
    assert sent.outcome is Outcome.SENT
    assert re.search(r": 200, 100 bytes in .* s, 0 of them acknowledged$", str(sent))


def test_a_booted_system_resets_the_connection_of_its_loader() -> None:
    reset = tcp(down=False, sequence=60, acknowledged=0, flags=4)
    assert answered(reset, answer=HEAD + bytes(100)).outcome is Outcome.SENT


def test_a_body_that_ends_too_early() -> None:
    end = tcp(down=True, sequence=END - 50, acknowledged=99, flags=17)
    assert answered(end, answer=HEAD + bytes(50)).outcome is Outcome.RESET


def test_a_client_that_breaks_off() -> None:
    reset = tcp(down=False, sequence=60, acknowledged=0, flags=4)
    assert answered(reset, answer=HEAD + bytes(50)).outcome is Outcome.RESET


def test_a_client_that_hangs_up_in_good_order() -> None:
    close = tcp(down=False, sequence=60, acknowledged=END - 50, flags=17)
    left = answered(close, answer=HEAD + bytes(50))
    assert (left.outcome, left.ended_by) == (Outcome.UNFINISHED, "the client closed the connection")
    rest = tcp(down=True, sequence=END - 50, acknowledged=99, flags=16, payload=bytes(50))
    ack = tcp(down=False, sequence=61, acknowledged=END, flags=16)
    assert answered(close, rest, ack, answer=HEAD + bytes(50)).outcome is Outcome.COMPLETE


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    end = tcp(down=True, sequence=1 + len(head) + 30, acknowledged=99, flags=17)
    done = answered(end, answer=head + bytes(30))
    assert (done.outcome, done.bytes) == (Outcome.COMPLETE, 30)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"4\r\nMZ\1\2\r\n3;x=y\r\nabc\r\n0\r\n\r\n"


def chunked(*, cut: int = len(BODY), kept: int | None = None, flags: int = 20) -> HttpExchange:
    """Follow a chunked answer, sent up to `cut`, captured up to `kept`; then the client resets."""
    rest = tcp(down=True, sequence=1 + len(CHUNKED), acknowledged=99, flags=16, payload=BODY[:cut])
    got = 1 + len(CHUNKED) + cut
    ends = tcp(down=False, sequence=60, acknowledged=got, flags=flags)
    return answered(
        rest[: len(rest) if kept is None else len(rest) - cut + kept], ends, answer=CHUNKED
    )


def test_a_chunked_body_ends_with_its_last_chunk_and_not_with_the_connection() -> None:
    done = chunked()
    assert (done.outcome, done.coding, done.head[:4]) == (Outcome.COMPLETE, "chunked", b"MZ\1\2")


def test_a_chunked_body_without_its_last_chunk_is_cut_off() -> None:
    assert chunked(cut=len(BODY) - 5).outcome is Outcome.RESET


def test_all_of_a_chunked_body_has_come_where_the_capture_lacks_its_end() -> None:
    assert chunked(kept=6).outcome is Outcome.SENT
    assert chunked(kept=6, flags=16).outcome is Outcome.SENT


def test_a_last_chunk_in_two_segments() -> None:
    cut, start = len(BODY) - 3, 1 + len(CHUNKED)
    parts = ((start, BODY[:cut]), (start + cut, BODY[cut:]))
    sent = [tcp(down=True, sequence=n, acknowledged=99, flags=16, payload=p) for n, p in parts]
    ack = tcp(down=False, sequence=60, acknowledged=start + len(BODY), flags=16)
    assert answered(*sent, ack, answer=CHUNKED).outcome is Outcome.COMPLETE


def test_a_server_that_closes_before_the_last_chunk() -> None:
    part = tcp(down=True, sequence=1 + len(CHUNKED), acknowledged=99, flags=17, payload=BODY[:-5])
    assert answered(part, answer=CHUNKED).outcome is Outcome.RESET


def test_a_last_chunk_with_a_field_behind_it() -> None:
    body = BODY[:-2] + b"Digest: x\r\n\r\n"
    sent = tcp(down=True, sequence=1 + len(CHUNKED), acknowledged=99, flags=16, payload=body)
    ack = tcp(down=False, sequence=60, acknowledged=1 + len(CHUNKED + body), flags=16)
    assert answered(sent, ack, answer=CHUNKED).outcome is Outcome.COMPLETE


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_answer_without_a_body_gives_no_file(status: int) -> None:
    ack = tcp(down=False, sequence=60, acknowledged=99, flags=16)
    answer = b"HTTP/1.1 %d Nothing\r\n\r\n" % status
    assert answered(ack, answer=answer).outcome is Outcome.REFUSED


def test_a_body_behind_an_announced_length_of_nothing() -> None:
    told = answered(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabc")
    assert (told.outcome, told.excess) == (Outcome.SENT, 3)


def test_an_older_server_ends_a_body_with_the_connection() -> None:
    head = b"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Encoding: identity\r\n\r\n"
    end = tcp(down=True, sequence=1 + len(head) + 30, acknowledged=99, flags=17)
    done = answered(end, answer=head + bytes(30))
    assert (done.outcome, done.bytes, done.packed_by) == (Outcome.COMPLETE, 30, "")


def test_a_packed_body_does_not_tell_how_the_file_begins() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\nContent-Length: 4\r\n\r\n"
    packed = answered(answer=head + b"\x1f\x8b\x08\0")
    assert (packed.coding, packed.packed_by, packed.head) == ("gzip", "gzip", b"")


def test_requests_and_answers_that_share_a_segment() -> None:
    second = REQUEST.replace(b"/f", b"/g")
    ask = tcp(down=False, sequence=10, acknowledged=1, flags=16, payload=REQUEST + second)
    answers = HEAD + bytes(100) + b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
    reply = tcp(down=True, sequence=1, acknowledged=99, flags=16, payload=answers)
    ack = tcp(down=False, sequence=66, acknowledged=1 + len(answers), flags=16)
    first, other = parse_capture(frames(SYN, ask, reply, ack)).of(HttpExchange)
    assert (first.path, first.outcome, first.bytes) == ("/f", Outcome.COMPLETE, 100)
    assert (other.path, other.status, other.content_length) == ("/g", 404, 2)


def test_a_head_in_two_segments() -> None:
    cut = 20
    rest = tcp(down=True, sequence=1 + cut, acknowledged=99, flags=16, payload=HEAD[cut:])
    assert answered(rest, answer=HEAD[:cut]).status == 200


def test_a_segment_that_is_sent_again_is_no_second_answer() -> None:
    again = tcp(down=True, sequence=1, acknowledged=99, flags=16, payload=HEAD)
    assert answered(again, answer=HEAD).status == 200


def test_a_connection_refused() -> None:
    reset = tcp(down=True, sequence=0, acknowledged=10, flags=20)
    (event,) = events(SYN, reset)
    assert isinstance(event, Refusal)
    assert (event.port, event.why, event.family) == (80, "connection refused", Family.IPV4)


def test_a_vlan_tag_is_passed_over() -> None:
    plain = udp(68, 67, bootp(option(53, b"\1")))
    (event,) = events(plain[:12] + b"\x81\x00\x00\x05" + plain[12:])
    assert isinstance(event, DhcpMessage)


@pytest.mark.parametrize(
    ("order", "magic", "unit"), [(">", 0xA1B2C3D4, 1e-6), ("<", 0xA1B23C4D, 1e-9)]
)
def test_other_kinds_of_pcap(order: str, magic: int, unit: float) -> None:
    content = udp(68, 67, bootp(option(53, b"\1")))
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 2048, 1)
    row = struct.pack(f"{order}IIII", 7, 500, len(content), len(content))
    (event,) = parse_capture(head + row + content).events
    assert event.time_s == pytest.approx(7 + 500 * unit, abs=1e-8)


def test_a_capture_of_another_link_is_passed_over() -> None:
    assert parse_capture(FILE_HEAD[:20] + b"\x71\0\0\0" + bytes(100)).frames == 0
