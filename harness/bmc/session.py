"""One RMCP+ session: opened, proved by both sides (RAKP), signed, encrypted (IPMI 2.0, 13)."""

import asyncio
import hmac
import os
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from enum import IntEnum
from typing import TypeAlias

from harness.bmc.packet import DroppedError, Packet, PayloadType, to_sign
from harness.bmc.suite import BY_ALGORITHMS, Suite, decrypt, encrypt

Send: TypeAlias = Callable[[bytes], None]
"""Sends a datagram to whom one came from."""
_RANDOM_SIZE = 16
_LONGEST_NAME = 16
_WINDOW = 32
"""So many sequence numbers back a packet may still come, but once."""


class Privilege(IntEnum):
    """What a session may do (table 6-2)."""

    USER = 2
    OPERATOR = 3
    ADMINISTRATOR = 4


class Status(IntEnum):
    """Why a session is refused (table 13-15)."""

    FINE = 0x00
    TOO_MANY = 0x01
    UNKNOWN_SESSION = 0x02
    UNAUTHORIZED_ROLE = 0x09
    NAME_TOO_LONG = 0x0C
    UNAUTHORIZED_NAME = 0x0D
    WRONG_SIGNATURE = 0x0F
    NO_SUCH_SUITE = 0x11


class Proposal:
    """An open session request (13.17)."""

    def __init__(self, payload: bytes) -> None:
        """Take it apart; raises DroppedError when it is cut short."""
        if len(payload) < 32:
            raise DroppedError(f"an open session request that is cut short: {len(payload)} bytes")
        self.tag, self.console_id = payload[0], payload[4:8]
        algorithms = (payload[12], payload[20], payload[28])
        self.suite = BY_ALGORITHMS.get(algorithms)
        self.echo = payload[8:32]

    def answer(self, status: Status, own_id: int = 0) -> bytes:
        """Write the response to it (13.18)."""
        head = bytes((self.tag, status, Privilege.ADMINISTRATOR, 0)) + self.console_id
        return head if status else head + struct.pack("<I", own_id) + self.echo


class Session:
    """A session, from its opening on."""

    def __init__(self, *, own_id: int, console_id: bytes, suite: Suite, send: Send) -> None:
        """Keep what was agreed on when it was opened."""
        self.id = own_id
        self.send = send
        self.suite = suite
        self.user = ""
        self.is_active = False
        """Whether both sides have proved who they are."""
        self.most = Privilege.USER
        """As much as it may have."""
        self.privilege = Privilege.USER
        self.idle: asyncio.TimerHandle | None = None
        """Ends it when nothing has come for a while."""
        self.answered: tuple[bytes, bytes | None] = b"", None
        """The latest request, and the response to it once there is one: it may come again."""
        self.on_sol: Callable[[bytes], Awaitable[None]] | None = None
        """Takes its SOL packets while its payload is active."""
        self._console_id = console_id
        self._key = self._k1 = self._k2 = self._sik = b""
        self._theirs = self._ours = self._who = b""
        self._guid = b""
        self._sent = 0
        self._seen: deque[int] = deque(maxlen=_WINDOW)

    def prove(self, payload: bytes, passwords: Mapping[str, str], guid: bytes) -> bytes:
        """Answer RAKP message 1 with message 2: who it is, and that we know the password too."""
        if len(payload) < 28 or len(payload) < 28 + payload[27]:
            raise DroppedError("a RAKP message 1 that is cut short")
        tag, role, size = payload[0], payload[24], payload[27]
        name = payload[28 : 28 + size]
        self.user = name.decode(errors="replace")
        password = passwords.get(self.user)
        status = Status.FINE
        if size > _LONGEST_NAME:
            status = Status.NAME_TOO_LONG
        elif password is None:
            status = Status.UNAUTHORIZED_NAME
        elif role & 0x0F not in tuple(Privilege):
            status = Status.UNAUTHORIZED_ROLE
        if status or password is None:
            return bytes((tag, status, 0, 0)) + self._console_id
        self.most = Privilege(role & 0x0F)
        self._key, self._guid = password.encode(), guid
        self._theirs, self._ours = payload[8:24], os.urandom(_RANDOM_SIZE)
        self._who = bytes((role, size)) + name
        parts = (self._console_id, self._id, self._theirs, self._ours, guid, self._who)
        proof = self.suite.mac(self._key, *parts)
        return bytes((tag, 0, 0, 0)) + self._console_id + self._ours + guid + proof

    def conclude(self, payload: bytes) -> tuple[Status, bytes]:
        """Answer RAKP message 3 with message 4; from then on it is active, unless refused."""
        if len(payload) < 8 or not self._key:
            raise DroppedError("a RAKP message 3 that is cut short, or comes too early")
        tag, complaint, proof = payload[0], payload[1], payload[8:]
        if complaint:
            raise DroppedError(f"{self.user} has refused us: RAKP status {complaint:#04x}")
        wanted = self.suite.mac(self._key, self._ours, self._console_id, self._who)
        if not hmac.compare_digest(proof, wanted):
            status = Status.WRONG_SIGNATURE
            return status, bytes((tag, status, 0, 0)) + self._console_id
        self._sik = self.suite.mac(self._key, self._theirs, self._ours, self._who)
        self._k1, self._k2 = (self.suite.mac(self._sik, bytes([n]) * 20) for n in (1, 2))
        self.is_active = True
        signature = self.suite.sign(self._sik, self._theirs, self._id, self._guid)
        return Status.FINE, bytes((tag, 0, 0, 0)) + self._console_id + signature

    @property
    def _id(self) -> bytes:
        return struct.pack("<I", self.id)

    def opened(self, packet: Packet) -> bytes:
        """Give what a packet of it says.

        Raises:
            DroppedError: it is not signed by whom it began with, or has come before.
        """
        if not (self.is_active and packet.is_signed and packet.is_hidden):
            raise DroppedError("a packet of a session that is not signed and encrypted")
        wanted = self.suite.sign(self._k1, packet.signed)
        if not hmac.compare_digest(packet.signature, wanted):
            raise DroppedError("a packet of a session whose signature is wrong")
        oldest = max(self._seen, default=0) - _WINDOW
        if packet.sequence in self._seen or packet.sequence <= oldest:
            raise DroppedError("a packet of a session that has come before")
        self._seen.append(packet.sequence)
        return decrypt(self._k2, packet.payload)

    def say(self, payload: bytes, kind: PayloadType = PayloadType.IPMI) -> None:
        """Send a payload, signed and encrypted."""
        self._sent += 1
        datagram = Packet(
            type=kind,
            payload=encrypt(self._k2, payload),
            session_id=int.from_bytes(self._console_id, "little"),
            sequence=self._sent,
            is_signed=True,
            is_hidden=True,
        ).written()
        self.send(datagram + self.suite.sign(self._k1, to_sign(datagram)))
