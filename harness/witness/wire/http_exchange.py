"""One request and its answer (RFC 9112), put together from the segments of both directions.

Bodies are never put together: that all of one arrived is read from what the client
acknowledged, so a capture that keeps only the head of each segment will do.
A chunked body (RFC 9112 7.1) ends with an empty chunk; where the capture lacks the end of
the last segment, all that was sent is all that there is.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.witness.wire.frame import (
    WHOLE,
    Frame,
    asked,
    behind,
)
from harness.witness.wire.transfer import CHUNKED, HEAD_SIZE, Head, HttpExchange, Outcome

HEAD_END = b"\r\n\r\n"
_MAX_HEAD = 16384
BODILESS = frozenset({204, 205, 304})
"""Answers that have no body (RFC 9110 15.3.5, 15.3.6, 15.4.5): who asks for a file gets none."""
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_LAST_CHUNK = re.compile(rb"\r\n0+[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n\Z")
"""It may have fields behind it (RFC 9112 7.1.2)."""
_TAIL = 512
"""Bytes of a chunked body's end in which its last chunk is looked for."""
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]+[^\r\n]*\r\n")


@dataclass(slots=True)
class MessageHead:
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
        if HEAD_END not in self.text:
            if len(self.text) > _MAX_HEAD:
                self.text = b""
            return None
        head, _, self.behind = self.text.partition(HEAD_END)
        self.next = (self.next - len(self.behind)) % WHOLE
        self.text = b""
        return head


@dataclass(slots=True)
class Exchange:
    """What is known so far of a request and of its answer."""

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


def event(exchange: Exchange) -> HttpExchange:
    """Give what others are told of it."""
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


def _excess(exchange: Exchange) -> int:
    """Count what was sent behind the announced end of a body."""
    told = exchange.content_length
    has_none = exchange.method == "HEAD" or exchange.status in BODILESS
    return 0 if told is None or has_none else max(0, exchange.sent - told)


def _head_of_file(exchange: Exchange) -> Head:
    """Give how the file begins: behind its first chunk's size, and not where it is packed."""
    if exchange.coding not in ("", CHUNKED):
        return b""
    size = _CHUNK_SIZE.match(exchange.head) if exchange.coding else None
    return exchange.head[size.end() :] if size is not None else exchange.head


def _outcome(exchange: Exchange) -> Outcome:
    no_file = exchange.status in BODILESS and exchange.method == "GET"
    if no_file or (exchange.status is not None and exchange.status >= 400):
        return Outcome.REFUSED
    if exchange.status in _REDIRECTIONS:
        return Outcome.REDIRECTED
    if exchange.outcome is Outcome.UNFINISHED and exchange.all_sent:
        return Outcome.SENT
    return exchange.outcome


def _path_of(target: str) -> str:
    """Give the path of a request's target, which may be a whole URL (RFC 9112 3.2.2)."""
    if target.startswith("/"):
        return target
    try:
        return urlsplit(target).path or "/"
    except ValueError:
        return target
