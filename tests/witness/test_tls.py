"""What goes through TLS is told by the web server's log, as far as the wire has room for it.

The greetings are OpenSSL's own.
"""

import ssl
from dataclasses import replace

import pytest

from harness.model import Family
from harness.witness.journal import HttpServed, Journal
from harness.witness.tls_fetches import with_tls_fetches
from harness.witness.wire import HttpExchange, Outcome, TlsSession, Wire
from harness.witness.wire.frame import TCP_ACK, Frame, Transport
from harness.witness.wire.tls import TlsTable

CLIENT, SERVER = "192.0.2.64", "192.0.2.1"


def frame(number: int, payload: bytes, *, back: bool = False, sequence: int = 0) -> Frame:
    """Put a piece of a session into a frame."""
    return Frame(
        number=number,
        time_s=float(number),
        source_mac="52:54:00:00:00:01" if back else "52:54:00:12:34:50",
        target_mac="52:54:00:12:34:50" if back else "52:54:00:00:00:01",
        family=Family.IPV4,
        source=SERVER if back else CLIENT,
        target=CLIENT if back else SERVER,
        transport=Transport.TCP,
        source_port=443 if back else 32057,
        target_port=32057 if back else 443,
        payload=payload,
        length=len(payload),
        sequence=sequence,
        flags=TCP_ACK,
    )


def greeting(name: str | None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> bytes:
    """Have OpenSSL greet a server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = version
    out = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name).do_handshake()
    return out.read()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name", ["local-server", None])
def test_the_name_that_was_asked_for(name: str | None, version: ssl.TLSVersion) -> None:
    table, hello = TlsTable(), greeting(name, version)
    table.add(frame(1, hello, sequence=7))
    table.add(frame(2, hello, sequence=7))  # sent again
    (session,) = table.events()
    assert (session.name, session.port, session.frame) == (name or "", 443, 1)


def test_how_much_came_and_who_broke_it_off() -> None:
    table = TlsTable()
    table.add(frame(1, greeting("a")))
    for number in (2, 3):  # the network doubles it
        table.add(frame(number, bytes(1000), back=True, sequence=50))
    table.add(frame(4, bytes(200), back=True, sequence=1050))
    table.add(frame(5, b"\x15\x03\x03\0\2\2\x30", sequence=600))
    (session,) = table.events()
    assert (session.sent, session.alert, session.end_time_s) == (1200, "the client: unknown CA", 5)
    assert str(session).endswith("with 192.0.2.1 as a: 1200 bytes came, the client: unknown CA")


def test_a_second_session_on_the_same_ports() -> None:
    table = TlsTable()
    table.add(frame(1, greeting("a"), sequence=7))
    table.add(frame(9, greeting("b"), sequence=7000))
    assert [each.name for each in table.events()] == ["a", "b"]


@pytest.mark.parametrize("size", [0, 5, 20, 43, 60, 90])
def test_a_greeting_that_is_cut_short_and_what_is_none(size: int) -> None:
    table = TlsTable()
    table.add(frame(1, greeting("local-server")[:size]))
    table.add(frame(2, b"GET / HTTP/1.1\r\n\r\n"))
    assert [each.name for each in table.events()] == ([""] if size > 5 else [])


def session(number: int, sent: int) -> TlsSession:
    return TlsSession(
        time_s=float(number),
        frame=number,
        family=Family.IPV4,
        client=CLIENT,
        client_mac="52:54:00:12:34:50",
        server=SERVER,
        port=443,
        name="local-server",
        sent=sent,
        end_time_s=number + 1.0,
    )


def served(method: str, size: int, time_s: float | None, status: int = 200) -> HttpServed:
    return HttpServed(
        daemon="nginx",
        line="",
        time_s=time_s,
        client=CLIENT,
        method=method,
        path="/ipxe.efi",
        status=status,
        bytes=size,
        user_agent="UefiHttpBoot/1.0",
    )


def fetches(sessions: list[TlsSession], lines: list[HttpServed]) -> list[HttpExchange]:
    """Join, twice: the second time changes nothing."""
    journal = Journal(events=tuple(lines))
    once = with_tls_fetches(Wire(events=tuple(sessions)), journal)
    assert with_tls_fetches(once, journal) == once
    return list(once.of(HttpExchange))


def test_the_log_tells_what_went_through() -> None:
    lines = [served("HEAD", 0, 10), served("GET", 5000, 11)]
    head, get = fetches([session(10, 3000), session(11, 9000)], lines)
    assert (head.method, head.frame, head.outcome) == ("HEAD", 10, Outcome.COMPLETE)
    assert (get.method, get.frame, get.bytes, get.sealed) == ("GET", 11, 5000, True)
    assert str(get).startswith("HTTPS GET /ipxe.efi of 192.0.2.64: 200, 5000 bytes")


@pytest.mark.parametrize(
    "line", [served("GET", 5000, 11), served("GET", 10, 30), served("GET", 10, None)]
)
def test_more_than_came_or_at_another_time_is_no_fetch(line: HttpServed) -> None:
    assert fetches([session(10, 3000)], [line]) == []


def test_what_the_server_refused() -> None:
    refused, moved = fetches(
        [session(10, 9000)], [served("GET", 9, 10, 404), served("GET", 9, 10, 301)]
    )
    assert (refused.outcome, moved.outcome) == (Outcome.REFUSED, Outcome.REDIRECTED)


def test_a_line_of_what_was_in_the_clear_is_no_second_fetch() -> None:
    (made,) = fetches([session(10, 9000)], [served("GET", 9, 10)])
    clear = replace(made, sealed=False, port=80)
    events = (session(10, 9000), clear)
    joined = with_tls_fetches(Wire(events=events), Journal(events=(served("GET", 9, 10),)))
    assert list(joined.of(HttpExchange)) == [clear]
