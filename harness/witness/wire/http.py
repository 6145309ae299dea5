"""HTTP exchanges, followed by the sequence numbers of their TCP connection (RFC 9112 9)."""

from dataclasses import dataclass, field, replace

from harness.witness.wire.event import CLOSED_TCP, Refusal
from harness.witness.wire.frame import (
    TCP_ACK,
    TCP_FIN,
    TCP_RST,
    TCP_SYN,
    WHOLE,
    Frame,
    behind,
)
from harness.witness.wire.http_exchange import BODILESS, HEAD_END, Exchange, MessageHead, event
from harness.witness.wire.icmp import refusal
from harness.witness.wire.transfer import CHUNKED, HttpExchange, Outcome

_METHODS = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"OPTIONS ", b"PROPFIND ")
_ANSWER = b"HTTP/1."
_Key = tuple[str, int, str, int]


@dataclass(slots=True)
class _Connection:
    """One TCP connection, seen from its client."""

    asked: MessageHead = field(default_factory=MessageHead)
    answered: MessageHead = field(default_factory=MessageHead)
    exchanges: list[Exchange] = field(default_factory=list)
    established: bool = False
    first: int | None = None
    """The client's first sequence number."""
    answer: int | None = None
    """The server's."""

    @property
    def current(self) -> Exchange | None:
        """The first exchange that may still go on."""
        return next((exchange for exchange in self.exchanges if exchange.outcome.open), None)

    @property
    def answering(self) -> Exchange | None:
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
        return [*map(event, exchanges), *self._refusals]


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


def _request(frame: Frame, head: bytes) -> Exchange:
    first, fields = _fields_of(head)
    method, _, rest = first.partition(" ")
    path = rest.rpartition(" ")[0] if " " in rest else rest
    return Exchange(frame, method, path, fields)


def _answer(connection: _Connection, frame: Frame, head: bytes) -> None:
    """Read a response's head: it answers the first request that has no answer yet."""
    waiting = [each for each in connection.exchanges if each.status is None and each.outcome.open]
    first, fields = _fields_of(head)
    status = int(first.split()[1])
    if not waiting or status < 200:
        return
    exchange = waiting[0]
    exchange.status, exchange.location = status, fields.get("location", "")
    exchange.body_at = (connection.answered.start + len(head) + len(HEAD_END)) % WHOLE
    exchange.content_type = fields.get("content-type", "")
    codings = (fields.get("content-encoding", ""), fields.get("transfer-encoding", ""))
    exchange.coding = ", ".join(filter(None, map(_coding, codings)))
    if exchange.method == "HEAD" or status in BODILESS:
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


def _fields_of(head: bytes) -> tuple[str, dict[str, str]]:
    """Split a head into its first line and its fields, their names in lower case."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}
