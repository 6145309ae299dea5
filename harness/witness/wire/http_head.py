"""Heads of HTTP messages (RFC 9112), put together from the segments that they come in."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.witness.wire.frame import Frame

HEAD_END = b"\r\n\r\n"
_MAX_HEAD = 16384
_HALF, WHOLE = 1 << 31, 1 << 32
"""Sequence numbers begin again here."""


def behind(number: int, other: int) -> bool:
    """Whether a sequence number is at or behind another, around the wrap."""
    return ((number - other) & (WHOLE - 1)) < _HALF


@dataclass(slots=True)
class MessageHead:
    """The head of a message that may come in several segments."""

    next: int | None = None
    start: int = 0
    text: bytes = b""

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
        head = self.text.partition(HEAD_END)[0]
        self.text = b""
        return head


def fields_of(head: bytes) -> tuple[str, dict[str, str]]:
    """Split a head into its first line and its fields, their names in lower case."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}


def path_of(target: str) -> str:
    """Give the path of a request's target, which may be a whole URL (RFC 9112 3.2.2)."""
    if target.startswith("/"):
        return target
    try:
        return urlsplit(target).path or "/"
    except ValueError:
        return target
