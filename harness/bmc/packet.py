"""The forms of RMCP, RMCP+ and IPMI messages (IPMI 2.0, 13.6 and 13.8): read and written.

Knows no session: who signs and encrypts is `session`.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

_RMCP = bytes((0x06, 0x00, 0xFF, 0x07))
_RMCP_PLUS, _NO_AUTHENTICATION = 0x06, 0x00
_AUTHENTICATED, _ENCRYPTED = 0x40, 0x80
_BMC_ADDRESS = 0x20
_PLUS_HEAD, _OLD_HEAD = struct.Struct("<BIIH"), struct.Struct("<IIB")
_OPENING_HEAD = len(_RMCP) + 1


class DroppedError(Exception):
    """A packet that nobody answers; its text says why."""


class PayloadType(IntEnum):
    """What an RMCP+ packet carries (table 13-16)."""

    IPMI = 0x00
    SOL = 0x01
    OPEN_REQUEST = 0x10
    OPEN_RESPONSE = 0x11
    RAKP1 = 0x12
    RAKP2 = 0x13
    RAKP3 = 0x14
    RAKP4 = 0x15


@dataclass(frozen=True, kw_only=True)
class Packet:
    """An RMCP+ packet; one of IPMI 1.5's form, outside of sessions, has `is_old`."""

    type: int = PayloadType.IPMI
    payload: bytes
    session_id: int = 0
    sequence: int = 0
    is_signed: bool = False
    is_hidden: bool = False
    is_old: bool = False
    signed: bytes = b""
    """What the signature is of."""
    signature: bytes = b""

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Take a datagram apart.

        Raises:
            DroppedError: it is something else, or cut short.
        """
        if data[: len(_RMCP)] != _RMCP:
            raise DroppedError("not IPMI")
        try:
            if data[len(_RMCP)] == _NO_AUTHENTICATION:
                return cls._read_old(data[_OPENING_HEAD:])
            if data[len(_RMCP)] == _RMCP_PLUS:
                return cls._read_plus(data[len(_RMCP) :])
        except (IndexError, struct.error):
            raise DroppedError(f"cut short: {len(data)} bytes") from None
        raise DroppedError(f"authentication type {data[len(_RMCP)]}: only RMCP+ is served")

    @classmethod
    def _read_old(cls, data: bytes) -> Self:
        sequence, session_id, size = _OLD_HEAD.unpack_from(data)
        payload = data[_OLD_HEAD.size : _OLD_HEAD.size + size]
        if len(payload) != size or session_id:
            raise DroppedError("an IPMI 1.5 packet that is cut short, or of a session")
        return cls(payload=payload, sequence=sequence, is_old=True)

    @classmethod
    def _read_plus(cls, data: bytes) -> Self:
        kind, session_id, sequence, size = _PLUS_HEAD.unpack_from(data, 1)
        begin = 1 + _PLUS_HEAD.size
        payload, rest = data[begin : begin + size], data[begin + size :]
        if len(payload) != size:
            raise DroppedError(f"cut short: {len(payload)} of {size} bytes")
        is_signed, signed_size = bool(kind & _AUTHENTICATED), 0
        if is_signed:
            pad = rest.lstrip(b"\xff")
            signed_size = begin + size + len(rest) - len(pad) + 2
            if len(pad) < 2 or pad[0] != len(rest) - len(pad):
                raise DroppedError("a signed packet that is cut short")
        return cls(
            type=kind & 0x3F,
            payload=payload,
            session_id=session_id,
            sequence=sequence,
            is_signed=is_signed,
            is_hidden=bool(kind & _ENCRYPTED),
            signed=data[:signed_size],
            signature=data[signed_size:] if is_signed else b"",
        )

    def written(self) -> bytes:
        """Give the datagram; of one that is signed, all but its signature."""
        if self.is_old:
            head = _OLD_HEAD.pack(0, 0, len(self.payload))
            return _RMCP + bytes([_NO_AUTHENTICATION]) + head + self.payload
        kind = self.type | _AUTHENTICATED * self.is_signed | _ENCRYPTED * self.is_hidden
        head = _PLUS_HEAD.pack(kind, self.session_id, self.sequence, len(self.payload))
        body = bytes([_RMCP_PLUS]) + head + self.payload
        if self.is_signed:
            pad = -(len(body) + 2) % 4
            body += b"\xff" * pad + bytes((pad, _RMCP[3]))
        return _RMCP + body


def to_sign(datagram: bytes) -> bytes:
    """Give the part of a datagram that its signature is of."""
    return datagram[len(_RMCP) :]


@dataclass(frozen=True, kw_only=True)
class Request:
    """An IPMI request (13.8)."""

    function: int
    command: int
    data: bytes
    requester: bytes
    """Its address, and its sequence number with its unit."""

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """Take a message apart.

        Raises:
            DroppedError: it is cut short, or a checksum is wrong.
        """
        if len(payload) < 7:
            raise DroppedError(f"an IPMI message that is cut short: {len(payload)} bytes")
        if sum(payload[:3]) & 0xFF or sum(payload[3:]) & 0xFF:
            raise DroppedError("an IPMI message whose checksum is wrong")
        return cls(
            function=payload[1] >> 2,
            command=payload[5],
            data=payload[6:-1],
            requester=payload[3:5],
        )

    def response(self, code: int, data: bytes) -> bytes:
        """Write the response to it."""
        address, sequence = self.requester
        head = bytes((address, (self.function | 1) << 2 | sequence & 0b11))
        body = bytes((_BMC_ADDRESS, sequence & 0xFC, self.command, code)) + data
        return head + _checksum(head) + body + _checksum(body)


def _checksum(data: bytes) -> bytes:
    return bytes([-sum(data) & 0xFF])
