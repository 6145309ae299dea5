"""Segments that were sent again count where something was lost, not where somebody was slow."""

from harness.evidence.wire import HttpExchange, Outcome, Repeat
from tests.evidence.test_protocols import events, tcp

GET = b"GET /f HTTP/1.1\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
SYN, ACK = 0x02, 0x10


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
    (repeat,) = repeats(ask(), ask(), ask())
    assert (repeat.by_client, repeat.times, repeat.client) == (True, 2, "192.0.2.64")


def test_a_connection_that_is_asked_for_again() -> None:
    syn = tcp(down=False, sequence=0, acknowledged=0, flags=SYN)
    (repeat,) = repeats(syn, syn)
    assert repeat.times == 1


def test_a_new_connection_from_the_same_port_is_no_repeat() -> None:
    syn = tcp(down=False, sequence=0, acknowledged=0, flags=SYN)
    other = tcp(down=False, sequence=5000, acknowledged=0, flags=SYN)
    assert repeats(syn, other) == []


def test_a_server_that_is_only_impatient() -> None:
    data = answer(1, HEAD)
    assert repeats(ask(), data, data, data, acknowledge(1 + len(HEAD))) == []


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
