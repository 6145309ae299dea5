"""HTTP exchanges (RFC 9112), followed by the sequence numbers of their TCP connection.

Bodies are never put together: that all of one arrived is read from what the
client acknowledged, so a capture that keeps only the head of each segment will do.
A chunked body (RFC 9112 7.1) ends with an empty chunk; where the capture lacks the end of
the last segment, all that was sent is all that there is.
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from harness.witness.wire.event import CLOSED_TCP, Refusal
from harness.witness.wire.frame import (
    TCP_ACK,
    TCP_FIN,
    TCP_RST,
    TCP_SYN,
    WHOLE,
    Frame,
    asked,
    behind,
)
from harness.witness.wire.icmp import refusal
from harness.witness.wire.transfer import CHUNKED, HEAD_SIZE, Head, HttpExchange, Outcome

_HEAD_END = b"\r\n\r\n"
_MAX_HEAD = 16384
_METHODS = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"OPTIONS ", b"PROPFIND ")
_ANSWER = b"HTTP/1."
_BODILESS = frozenset({204, 205, 304})
"""Answers that have no body (RFC 9110 15.3.5, 15.3.6, 15.4.5): who asks for a file gets none."""
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_LAST_CHUNK = re.compile(rb"\r\n0+[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n\Z")
"""It may have fields behind it (RFC 9112 7.1.2)."""
_TAIL = 512
"""Bytes of a chunked body's end in which its last chunk is looked for."""
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]+[^\r\n]*\r\n")
_Key = tuple[str, int, str, int]


@dataclass(slots=True)
class _MessageHead:
    """The head of a message that may come in several segments."""

    next: int | None = None
    start: int = 0
    text: bytes = b""
    behind: bytes = b""
    """What the segment has behind the head that it ended."""

    def take(self, frame: Frame, begins: tuple[bytes, ...]) -> bytes | None:
        """Take in a segment; give the head once it is whole."""
        if self.next is not None and not behind(frame.sequence, self.next):
            return None  # sent again
        self.next = (frame.sequence + frame.length) % WHOLE
        if not self.text and not frame.payload.startswith(begins):
            return None
        if not self.text:
            self.start = frame.sequence
        self.text += frame.payload
        if _HEAD_END not in self.text:
            if len(self.text) > _MAX_HEAD:
                self.text = b""
            return None
        head, _, self.behind = self.text.partition(_HEAD_END)
        self.next = (self.next - len(self.behind)) % WHOLE
        self.text = b""
        return head


@dataclass(slots=True)
class _Exchange:
    frame: Frame
    method: str
    path: str
    fields: dict[str, str]
    status: int | None = None
    content_length: int | None = None
    content_type: str = ""
    coding: str = ""
    body_at: int = 0
    bytes: int = 0
    sent: int = 0
    head: Head = b""
    location: str = ""
    ended_by: str = ""
    outcome: Outcome = Outcome.UNANSWERED
    end_time_s: float = 0.0
    tail: Head | None = b"\r\n"
    """Of a chunked body the last bytes so far; None: the capture lacks them."""

    @property
    def all_sent(self) -> bool:
        """Whether the server has sent the last byte of the body."""
        if self.is_chunked:
            return self.sent > 0 and (self.tail is None or self.has_last_chunk)
        return self.content_length is not None and self.sent >= self.content_length

    @property
    def has_last_chunk(self) -> bool:
        """Whether the end of a chunked body has been seen."""
        return self.tail is not None and _LAST_CHUNK.search(self.tail) is not None

    @property
    def is_chunked(self) -> bool:
        """Whether its body tells its end by itself."""
        return self.content_length is None and CHUNKED in self.coding

    def take(self, frame: Frame) -> None:
        """Take in what the server sends, as far as it is new."""
        end = (frame.sequence + frame.length) % WHOLE
        skipped = (self.body_at - frame.sequence) % WHOLE
        if not self.head and skipped < len(frame.payload):
            self.head = frame.payload[skipped:][:HEAD_SIZE]
        if not behind(end, self.body_at):
            return
        sent = (end - self.body_at) % WHOLE
        if self.is_chunked and (new := sent - self.sent) > 0:
            whole = len(frame.payload) == frame.length
            fresh = (self.tail or b"") + frame.payload[-new:]
            self.tail = fresh[-_TAIL:] if whole else None
        self.sent = max(self.sent, sent)


@dataclass(slots=True)
class _Connection:
    """One TCP connection, seen from its client."""

    asked: _MessageHead = field(default_factory=_MessageHead)
    answered: _MessageHead = field(default_factory=_MessageHead)
    exchanges: list[_Exchange] = field(default_factory=list)
    established: bool = False
    first: int | None = None
    """The client's first sequence number."""
    answer: int | None = None
    """The server's."""

    @property
    def current(self) -> _Exchange | None:
        """The first exchange that may still go on."""
        return next((exchange for exchange in self.exchanges if exchange.outcome.open), None)

    @property
    def answering(self) -> _Exchange | None:
        """The last one that the server has begun to answer."""
        return next((each for each in reversed(self.exchanges) if each.status is not None), None)


@dataclass
class HttpTable:
    """Follows every connection on which somebody speaks HTTP."""

    _connections: dict[_Key, _Connection] = field(default_factory=dict)
    _done: list[_Connection] = field(default_factory=list)
    _refusals: list[Refusal] = field(default_factory=list)

    def add(self, frame: Frame) -> None:
        """Take in a TCP frame."""
        key = (frame.source, frame.source_port, frame.target, frame.target_port)
        if frame.flags & TCP_SYN and not frame.flags & TCP_ACK:
            self._begin(key, frame)
            return
        connection = self._connections.get(key)
        if connection is not None:
            _from_client(connection, frame)
            return
        back = (key[2], key[3], key[0], key[1])
        connection = self._connections.get(back)
        if connection is not None:
            if frame.flags & TCP_SYN:
                connection = self._answered(back, connection, frame)
            self._from_server(connection, frame)
        elif frame.payload.startswith(_METHODS):
            # The capture began in the midst of the connection.
            connection = self._connections[key] = _Connection(established=True)
            _from_client(connection, frame)

    def _begin(self, key: _Key, frame: Frame) -> None:
        """Begin a connection, unless the network has doubled the SYN of the one that there is.

        A machine that was reset may say the very same: then the server's answer is another.
        """
        before = self._connections.get(key)
        if before is None or before.first != frame.sequence:
            self._replace(key, _Connection(first=frame.sequence))

    def _answered(self, key: _Key, connection: _Connection, frame: Frame) -> _Connection:
        """Take in the server's SYN; give the connection that it belongs to."""
        if connection.answer not in (None, frame.sequence):
            connection = _Connection(first=connection.first)
            self._replace(key, connection)
        connection.answer = frame.sequence
        return connection

    def _replace(self, key: _Key, connection: _Connection) -> None:
        """Follow another connection between the same ends; keep what the one before did."""
        before = self._connections.get(key)
        if before is not None and before.exchanges:
            self._done.append(before)
        self._connections[key] = connection

    def _from_server(self, connection: _Connection, frame: Frame) -> None:
        """Follow what the server sends; a reset before any answer is a refusal."""
        if frame.flags & TCP_RST and not connection.established:
            self._refusals.append(refusal(frame, "tcp", frame.source_port, CLOSED_TCP))
            return
        connection.established = True
        _take_answers(connection, frame)
        if frame.flags & (TCP_RST | TCP_FIN):
            _closed_by_server(connection, frame)

    def events(self) -> list[HttpExchange | Refusal]:
        """Give all exchanges and refused connections."""
        connections = [*self._done, *self._connections.values()]
        exchanges = [exchange for connection in connections for exchange in connection.exchanges]
        return [*map(_event, exchanges), *self._refusals]


def _from_client(connection: _Connection, frame: Frame) -> None:
    """Follow what the client sends: requests, and how far it has got the answer."""
    left = frame
    while left.payload and (head := connection.asked.take(left, _METHODS)) is not None:
        _end_chunked(connection)
        connection.exchanges.append(_request(frame, head))
        left = _rest(left, len(left.payload) - len(connection.asked.behind))
    if frame.flags & TCP_ACK:
        _acknowledge(connection, frame)
    current = connection.current
    if current is not None and frame.flags & TCP_FIN and not current.all_sent:
        # It may only have no more to ask: what comes all the same is taken in.
        current.ended_by = "the client closed the connection"
    # A system booted from the last byte resets the connection of the loader before it.
    if current is not None and frame.flags & TCP_RST and not current.all_sent:
        current.outcome, current.end_time_s = Outcome.RESET, frame.time_s
        current.ended_by = "the client reset the connection"


def _end_chunked(connection: _Connection) -> None:
    """Whoever asks for more has all of a body whose end the capture lacks."""
    current = connection.current
    if current is not None and current.is_chunked and current.all_sent:
        current.outcome = Outcome.COMPLETE


def _rest(frame: Frame, done: int) -> Frame:
    """Give a segment without its first bytes."""
    return replace(
        frame,
        sequence=(frame.sequence + done) % WHOLE,
        payload=frame.payload[done:],
        length=frame.length - done,
    )


def _take_answers(connection: _Connection, frame: Frame) -> None:
    """Take in a segment: of a body, a head, or the end of one answer and another's beginning."""
    if frame.payload and (head := connection.answered.take(frame, (_ANSWER,))) is not None:
        _answer(connection, frame, head)
    answering = connection.answering
    if answering is None or not answering.outcome.open:
        return
    if answering.content_length is not None:
        done = (answering.body_at + answering.content_length - frame.sequence) % WHOLE
        if 0 < done < len(frame.payload) and frame.payload[done:].startswith(_ANSWER):
            answering.take(replace(frame, payload=frame.payload[:done], length=done))
            connection.answered.next = None
            _take_answers(connection, _rest(frame, done))
            return
    answering.take(frame)


def _request(frame: Frame, head: bytes) -> _Exchange:
    first, fields = _fields_of(head)
    method, _, rest = first.partition(" ")
    path = rest.rpartition(" ")[0] if " " in rest else rest
    return _Exchange(frame, method, path, fields)


def _answer(connection: _Connection, frame: Frame, head: bytes) -> None:
    """Read a response's head: it answers the first request that has no answer yet."""
    waiting = [each for each in connection.exchanges if each.status is None and each.outcome.open]
    first, fields = _fields_of(head)
    status = int(first.split()[1])
    if not waiting or status < 200:
        return
    exchange = waiting[0]
    exchange.status, exchange.location = status, fields.get("location", "")
    exchange.body_at = (connection.answered.start + len(head) + len(_HEAD_END)) % WHOLE
    exchange.content_type = fields.get("content-type", "")
    codings = (fields.get("content-encoding", ""), fields.get("transfer-encoding", ""))
    exchange.coding = ", ".join(filter(None, map(_coding, codings)))
    if exchange.method == "HEAD" or status in _BODILESS:
        exchange.content_length = 0
    elif CHUNKED not in exchange.coding and fields.get("content-length", "").isdigit():
        exchange.content_length = int(fields["content-length"])
    exchange.outcome, exchange.end_time_s = Outcome.UNFINISHED, frame.time_s


def _coding(field: str) -> str:
    """Give a coding's name; "" where the body is as it is."""
    name = field.lower()
    return "" if name == "identity" else name


def _acknowledge(connection: _Connection, frame: Frame) -> None:
    exchange = connection.current
    if exchange is None or exchange.status is None:
        return
    if not behind(frame.acknowledged, exchange.body_at):
        return
    got, wanted = (frame.acknowledged - exchange.body_at) % WHOLE, exchange.content_length
    exchange.bytes = got if wanted is None else min(got, wanted)
    exchange.end_time_s = frame.time_s
    whole = exchange.sent if exchange.is_chunked and exchange.has_last_chunk else wanted
    if whole is not None and got >= whole:
        exchange.outcome = Outcome.COMPLETE


def _closed_by_server(connection: _Connection, frame: Frame) -> None:
    """End the exchange that the server closes or resets.

    A body without a length ends with the connection, in order; any other, and a chunked one
    without its last chunk, is cut off, unless only its acknowledgement is still to come.
    """
    exchange = connection.current
    if exchange is None:
        return
    resets = bool(frame.flags & TCP_RST)
    exchange.ended_by = f"the server {'reset' if resets else 'closed'} the connection"
    if resets or exchange.status is None:
        exchange.outcome = Outcome.RESET
    elif exchange.content_length is None and (exchange.all_sent or not exchange.is_chunked):
        exchange.outcome, exchange.bytes = Outcome.COMPLETE, exchange.sent
    elif not exchange.all_sent:
        exchange.outcome = Outcome.RESET
    exchange.end_time_s = frame.time_s


def _event(exchange: _Exchange) -> HttpExchange:
    frame = exchange.frame
    return HttpExchange(
        **asked(frame),
        server_mac=frame.target_mac,
        method=exchange.method,
        path=_path_of(exchange.path),
        port=frame.target_port,
        host=exchange.fields.get("host", ""),
        user_agent=exchange.fields.get("user-agent", ""),
        part=exchange.fields.get("range", ""),
        status=exchange.status,
        content_length=exchange.content_length,
        content_type=exchange.content_type,
        coding=exchange.coding,
        bytes=exchange.bytes,
        head=_head_of_file(exchange),
        excess=_excess(exchange),
        location=exchange.location,
        ended_by=exchange.ended_by,
        outcome=_outcome(exchange),
        end_time_s=exchange.end_time_s or frame.time_s,
    )


def _excess(exchange: _Exchange) -> int:
    """Count what was sent behind the announced end of a body."""
    told = exchange.content_length
    has_none = exchange.method == "HEAD" or exchange.status in _BODILESS
    return 0 if told is None or has_none else max(0, exchange.sent - told)


def _head_of_file(exchange: _Exchange) -> Head:
    """Give how the file begins: behind its first chunk's size, and not where it is packed."""
    if exchange.coding not in ("", CHUNKED):
        return b""
    size = _CHUNK_SIZE.match(exchange.head) if exchange.coding else None
    return exchange.head[size.end() :] if size is not None else exchange.head


def _outcome(exchange: _Exchange) -> Outcome:
    no_file = exchange.status in _BODILESS and exchange.method == "GET"
    if no_file or (exchange.status is not None and exchange.status >= 400):
        return Outcome.REFUSED
    if exchange.status in _REDIRECTIONS:
        return Outcome.REDIRECTED
    if exchange.outcome is Outcome.UNFINISHED and exchange.all_sent:
        return Outcome.SENT
    return exchange.outcome


def _fields_of(head: bytes) -> tuple[str, dict[str, str]]:
    """Split a head into its first line and its fields, their names in lower case."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _path_of(target: str) -> str:
    """Give the path of a request's target, which may be a whole URL (RFC 9112 3.2.2)."""
    if target.startswith("/"):
        return target
    try:
        return urlsplit(target).path or "/"
    except ValueError:
        return target
