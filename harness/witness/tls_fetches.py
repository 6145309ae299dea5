"""What was fetched by HTTPS: the wire knows that and how much, the web server's log knows what.

Together they are the same event as a fetch in the clear. A line of the log is taken for one only
where the wire has a session of that client at that time in which so many bytes have come.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from harness.witness.journal import HttpServed, Journal
from harness.witness.wire import HttpExchange, Outcome, TlsSession, Wire

_RESOLUTION_S = 1.0
"""Of the times in a web server's log."""
_SUCCESS, _REDIRECTION, _FAILURE = 200, 300, 400


def with_tls_fetches(wire: Wire, journal: Journal) -> Wire:
    """Give the wire with what was fetched through TLS; again with other logs, if need be."""
    plain = [each for each in wire.events if not (isinstance(each, HttpExchange) and each.sealed)]
    sessions = [each for each in plain if isinstance(each, TlsSession)]
    if not sessions:
        return wire
    in_clear = [each for each in plain if isinstance(each, HttpExchange)]
    found = _joined(sessions, list(_unseen(in_clear, journal)))
    return replace(wire, events=tuple(sorted((*plain, *found), key=lambda event: event.frame)))


def _unseen(exchanges: list[HttpExchange], journal: Journal) -> Iterator[HttpServed]:
    """Go through what was served and is not on the wire in the clear."""
    seen = Counter((e.client, e.method, e.path) for e in exchanges if e.status is not None)
    for line in journal.of(HttpServed):
        what = (line.client, line.method, line.path)
        if seen[what] > 0:
            seen[what] -= 1
        else:
            yield line


def _joined(sessions: list[TlsSession], lines: list[HttpServed]) -> Iterator[HttpExchange]:
    """Give each line its session: the first that has room for it, of that client and time."""
    room = [each.sent for each in sessions]
    for line in lines:
        size = line.bytes or 0
        for number, session in enumerate(sessions):
            if _is_of(line, session) and size <= room[number]:
                room[number] -= size
                yield _exchange(line, session)
                break


def _is_of(line: HttpServed, session: TlsSession) -> bool:
    if line.client != session.client or line.time_s is None:
        return False
    begin_s, end_s = session.time_s - _RESOLUTION_S, session.end_time_s + _RESOLUTION_S
    return begin_s <= line.time_s <= end_s


def _exchange(line: HttpServed, session: TlsSession) -> HttpExchange:
    outcome = Outcome.REFUSED
    if _SUCCESS <= line.status < _REDIRECTION:
        outcome = Outcome.COMPLETE
    elif line.status < _FAILURE:
        outcome = Outcome.REDIRECTED
    return HttpExchange(
        time_s=session.time_s,
        frame=session.frame,
        family=session.family,
        client=session.client,
        client_mac=session.client_mac,
        server=session.server,
        server_mac=session.server_mac,
        method=line.method,
        path=line.path,
        port=session.port,
        host=session.name,
        user_agent=line.user_agent,
        status=line.status,
        content_length=line.bytes,
        bytes=line.bytes or 0,
        outcome=outcome,
        end_time_s=session.end_time_s,
        sealed=True,
    )
