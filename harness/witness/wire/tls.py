"""TLS sessions, as far as the wire shows them (RFC 8446, RFC 6066 3): who asked whom, as what.

What goes through them is sealed; how much it was, is not. An alert is read where it was sent before
the keys were agreed on.
"""

import struct
from dataclasses import dataclass, field

from harness.witness.wire.frame import WHOLE, Frame, asked, behind
from harness.witness.wire.transfer import TlsSession

_HANDSHAKE, _ALERT = b"\x16\x03", b"\x15\x03"
_CLIENT_HELLO = b"\x01"
_KIND_AT = 5
"""Behind the record's own head: its kind, its version, its length."""
_BEFORE_SESSION_ID = 1 + 3 + 2 + 32
_SERVER_NAME = 0
_PLAIN_ALERT = b"\0\2"
"""The length of one that is not sealed: its level and what it is."""
_ALERTS = {
    40: "handshake failure",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    48: "unknown CA",
    70: "protocol version",
    80: "internal error",
    112: "unrecognized name",
}
_Key = tuple[str, int, str, int]


@dataclass(slots=True)
class _Session:
    frame: Frame
    name: str
    begins_at: int | None = None
    """The sequence number of what the server sends first."""
    sent: int = 0
    alert: str = ""
    end_time_s: float = 0.0
    server_mac: str = ""


@dataclass
class TlsTable:
    """Follows every connection that begins with a client's greeting."""

    _sessions: dict[_Key, _Session] = field(default_factory=dict)
    _done: list[_Session] = field(default_factory=list)

    def add(self, frame: Frame) -> None:
        """Take in a TCP frame."""
        if not frame.payload:
            return
        key = (frame.source, frame.source_port, frame.target, frame.target_port)
        if _begins(frame.payload):
            before = self._sessions.get(key)
            if before is not None and before.frame.sequence == frame.sequence:
                return  # sent again
            if before is not None:
                self._done.append(before)
            self._sessions[key] = _Session(frame=frame, name=_server_name(frame.payload))
        elif key in self._sessions:
            _note(self._sessions[key], frame, "the client")
        elif (back := (key[2], key[3], key[0], key[1])) in self._sessions:
            _answer(self._sessions[back], frame)

    def events(self) -> list[TlsSession]:
        """Give all sessions."""
        return [
            TlsSession(
                **asked(each.frame),
                server_mac=each.server_mac,
                port=each.frame.target_port,
                name=each.name,
                sent=each.sent,
                alert=each.alert,
                end_time_s=each.end_time_s or each.frame.time_s,
            )
            for each in (*self._done, *self._sessions.values())
        ]


def _begins(payload: bytes) -> bool:
    """Whether a segment begins with a client's greeting."""
    return payload.startswith(_HANDSHAKE) and payload[_KIND_AT : _KIND_AT + 1] == _CLIENT_HELLO


def _answer(session: _Session, frame: Frame) -> None:
    """Count what the server has sent, each byte once."""
    session.server_mac = frame.source_mac
    if session.begins_at is None:
        session.begins_at = frame.sequence
    end = (frame.sequence + frame.length) % WHOLE
    if behind(end, session.begins_at):
        session.sent = max(session.sent, (end - session.begins_at) % WHOLE)
    _note(session, frame, "the server")


def _note(session: _Session, frame: Frame, who: str) -> None:
    session.end_time_s = frame.time_s
    if frame.payload.startswith(_ALERT) and frame.payload[3:5] == _PLAIN_ALERT:
        code = frame.payload[6]
        if code != 0:  # which says goodbye
            session.alert = f"{who}: {_ALERTS.get(code, f'alert {code}')}"


def _server_name(payload: bytes) -> str:
    """Give the name that a client's greeting asks for; "" where it asks for none."""
    hello = payload[_KIND_AT:]
    at = _BEFORE_SESSION_ID
    try:
        at += 1 + hello[at]
        at += 2 + struct.unpack_from("!H", hello, at)[0]
        at += 1 + hello[at] + 2
        while at < len(hello):
            kind, length = struct.unpack_from("!HH", hello, at)
            if kind == _SERVER_NAME:
                # A list of names: its length, the first one's kind and length.
                (size,) = struct.unpack_from("!H", hello, at + 7)
                return hello[at + 9 : at + 9 + size].decode("ascii", errors="replace")
            at += 4 + length
    except (struct.error, IndexError):
        pass
    return ""
