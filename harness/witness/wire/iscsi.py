"""iSCSI logins (RFC 7143 11.12, 11.13): who opens which target, and what it is told.

Only logins are put together; the disk's sectors behind them are passed over.
"""

import struct
from dataclasses import dataclass, field, replace

from harness.model import ISCSI_PORT
from harness.witness.wire.frame import WHOLE, Frame, asked
from harness.witness.wire.storage import IscsiLogin

_LOGIN, _ANSWER, _OPCODE = 0x03, 0x23, 0x3F
_HEAD = 48
_STATUS_AT = 36
_NAME = b"TargetName="
_Key = tuple[str, int, str]


@dataclass
class IscsiTable:
    """Follows every connection to an iSCSI target, up to the end of its login."""

    _begun: dict[_Key, tuple[int, bytes]] = field(default_factory=dict)
    """The login that has come in part, and the sequence number at which it goes on."""
    _open: dict[_Key, IscsiLogin] = field(default_factory=dict)
    _done: list[IscsiLogin] = field(default_factory=list)

    def add(self, frame: Frame) -> None:
        """Take in a TCP frame."""
        if frame.target_port == ISCSI_PORT and frame.payload:
            self._from_client(frame, (frame.source, frame.source_port, frame.target))
        elif frame.source_port == ISCSI_PORT and _begins(frame.payload, _ANSWER):
            self._answer(frame, (frame.target, frame.target_port, frame.source))

    def events(self) -> list[IscsiLogin]:
        """Give all logins."""
        return [*self._done, *self._open.values()]

    def _from_client(self, frame: Frame, key: _Key) -> None:
        """Put a login together: iPXE sends its head and its texts apart."""
        following, begun = self._begun.get(key, (-1, b""))
        if frame.sequence == following:
            message = begun + frame.payload
        elif _begins(frame.payload, _LOGIN):
            message = frame.payload
        else:
            return
        if len(message) < _HEAD + message[4] * 4 + int.from_bytes(message[5:8]):
            self._begun[key] = (frame.sequence + frame.length) % WHOLE, message
            return
        self._begun.pop(key, None)
        self._login(frame, key, _target(message))

    def _login(self, frame: Frame, key: _Key, name: str) -> None:
        before = self._open.get(key)
        if not name or (before is not None and before.status is None):
            return  # a later message of the same login, or the same again
        if before is not None:
            self._done.append(before)
        self._open[key] = IscsiLogin(**asked(frame), target=name)

    def _answer(self, frame: Frame, key: _Key) -> None:
        """Note what the target says: of several steps, the first that fails counts."""
        login = self._open.get(key)
        if login is not None and not login.status:
            (status,) = struct.unpack_from("!H", frame.payload, _STATUS_AT)
            self._open[key] = replace(login, status=status, server_mac=frame.source_mac)


def _begins(payload: bytes, kind: int) -> bool:
    return len(payload) >= _HEAD and payload[0] & _OPCODE == kind


def _target(message: bytes) -> str:
    """Give the target's name that a login has, among its texts; "" when it has none."""
    begin = _HEAD + message[4] * 4
    texts = message[begin : begin + int.from_bytes(message[5:8])].split(b"\0")
    names = (each.removeprefix(_NAME) for each in texts if each.startswith(_NAME))
    return next(names, b"").decode(errors="replace")
