"""Segments that were sent again count where something was lost, not where somebody was slow."""

import pytest

from harness.witness.wire import HttpExchange, Outcome, Repeat
from harness.witness.wire.frame import parse_frame
from harness.witness.wire.repeat import RepeatTable
from tests.witness.test_protocols import events, tcp

GET = b"GET /f HTTP/1.1\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
SYN, ACK = 0x02, 0x10
TIMESTAMP = b"\1\1\x08\x0a" + bytes(8)
_HEADS = 54


def with_options(frame: bytes, options: bytes) -> bytes:
    """Put TCP options between a frame's heads and its content."""
    changed = bytearray(frame[:_HEADS] + options + frame[_HEADS:])
    changed[16:18] = (len(changed) - 14).to_bytes(2, "big")
    changed[46] = (5 + len(options) // 4) << 4
    return bytes(changed)


def ask(sequence: int = 1) -> bytes:
    return tcp(down=False, sequence=sequence, acknowledged=1, flags=ACK, payload=GET)


def answer(sequence: int, payload: bytes) -> bytes:
    return tcp(down=True, sequence=sequence, acknowledged=20, flags=ACK, payload=payload)


def acknowledge(number: int) -> bytes:
    return tcp(down=False, sequence=20, acknowledged=number, flags=ACK)


def repeats(*frames: bytes) -> list[Repeat]:
    return [event for event in events(*frames) if isinstance(event, Repeat)]


def test_a_plain_exchange_repeats_nothing() -> None:
    assert repeats(ask(), answer(1, HEAD), answer(1 + len(HEAD), b"12345678")) == []


def test_a_client_that_asks_again_has_waited_in_vain() -> None:
    once = with_options(ask(), TIMESTAMP)
    (repeat,) = repeats(once, once, once)
    assert (repeat.by_client, repeat.times, repeat.client) == (True, 2, "192.0.2.64")


@pytest.mark.parametrize(("later_s", "times"), [(0.05, 0), (1.0, 1)])
def test_firmware_without_options_repeats_itself_soon_only_by_a_fast_clock(
    later_s: float, times: int
) -> None:
    table = RepeatTable()
    for number, at_s in ((1, 0.0), (2, later_s)):
        frame = parse_frame(number, at_s, ask())
        assert frame is not None
        table.add(frame)
    assert sum(event.times for event in table.events()) == times


def test_a_connection_that_is_asked_for_again() -> None:
    syn = tcp(down=False, sequence=0, acknowledged=0, flags=SYN)
    (repeat,) = repeats(*[with_options(syn, TIMESTAMP)] * 2)
    assert repeat.times == 1


def test_a_new_connection_from_the_same_port_is_no_repeat() -> None:
    syn = tcp(down=False, sequence=0, acknowledged=0, flags=SYN)
    other = tcp(down=False, sequence=5000, acknowledged=0, flags=SYN)
    assert repeats(syn, other) == []


def test_a_server_that_is_only_impatient() -> None:
    data = answer(1, HEAD)
    assert repeats(ask(), data, data, data, acknowledge(1 + len(HEAD))) == []


def test_a_client_that_is_only_impatient() -> None:
    heard = tcp(down=True, sequence=1, acknowledged=20, flags=ACK)
    assert repeats(ask(), heard, ask()) == []


def test_a_server_that_has_both() -> None:
    """The first block of the selective acknowledgement is behind what is acknowledged."""
    edges = (1).to_bytes(4, "big") + (20).to_bytes(4, "big")
    both = tcp(down=True, sequence=1, acknowledged=20, flags=ACK)
    # Two words of nothing, then kind 5 with one block; the data offset grows with it.
    options = b"\1\1\5\x0a" + edges
    once = with_options(ask(), TIMESTAMP)
    assert repeats(once, once, with_options(both, options)) == []
    assert len(repeats(once, once, once, with_options(both, options))) == 1


def test_a_segment_that_the_client_misses() -> None:
    missing = 1 + len(HEAD)
    asked = [acknowledge(missing)] * 3
    frames = [answer(1, HEAD), answer(missing, b"1234"), answer(missing + 4, b"5678")]
    (repeat,) = repeats(ask(), *frames, *asked, answer(missing, b"1234"))
    assert (repeat.by_client, repeat.times, repeat.server) == (False, 1, "192.0.2.1")


def test_a_body_that_is_longer_than_announced() -> None:
    (exchange,) = events(ask(), answer(1, HEAD), answer(1 + len(HEAD), b"12345678more"))
    assert isinstance(exchange, HttpExchange)
    assert exchange.excess == 4


def test_where_a_redirection_leads() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"
    (exchange,) = events(ask(), answer(1, head))
    assert isinstance(exchange, HttpExchange)
    assert (exchange.outcome, exchange.location) == (Outcome.REDIRECTED, "/new")
