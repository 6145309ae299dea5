"""NFS, as far as a boot needs it: mounts (RFC 1813 appendix I), and what is asked by whom.

Reads the heads of Sun RPC messages (RFC 5531) where they begin a UDP datagram or a TCP
segment, which is where clients and servers put them; of what a server sends, only the
status. Bulk data is passed over.
"""

import struct
from dataclasses import dataclass, field, replace

from harness.witness.wire.event import WireEvent
from harness.witness.wire.frame import TCP_ACK, TCP_RST, Frame, Transport, asked
from harness.witness.wire.storage import NfsMount, NfsUse

_NFS, _MOUNT = 100003, 100005
_PORTS = frozenset({111, 2049, 20048})
"""Of rpcbind, NFS and mountd."""
_CALL, _REPLY = 0, 1
_MNT = 1
_READS = {3: 6}
"""Version → the number of READ; NFSv4 has compounds instead."""
_WORDS = struct.Struct("!6I")
_AUTH = struct.Struct("!2I")
_LAST_FRAGMENT = 0x80000000
_MAX_PATH = 1024
_ERRORS = {
    **{1: "PERM", 2: "NOENT", 5: "IO", 13: "ACCES", 30: "ROFS", 70: "STALE"},
    **{10001: "BADHANDLE", 10004: "NOTSUPP", 10006: "SERVERFAULT", 10008: "DELAY"},
}
_Key = tuple[str, str, int]


@dataclass(slots=True)
class _Use:
    frame: Frame
    calls: int = 0
    reads: int = 0
    minor: int | None = None
    errors: set[str] = field(default_factory=set)


@dataclass
class NfsTable:
    """Follows every client of a port mapper, a mount daemon and an NFS server."""

    _calls: dict[_Key, tuple[int, int, int]] = field(default_factory=dict)
    """Program, version and procedure that each call is for."""
    _mounts: dict[_Key, NfsMount] = field(default_factory=dict)
    _uses: dict[_Key, _Use] = field(default_factory=dict)

    def add(self, frame: Frame) -> bool:
        """Take in a TCP or UDP frame; say whether its ports are NFS's."""
        to_server, from_server = frame.target_port in _PORTS, frame.source_port in _PORTS
        if not (to_server or from_server):
            return False
        body = _message(frame)
        if len(body) < _WORDS.size:
            return True
        xid, kind = struct.unpack_from("!2I", body)
        if to_server and kind == _CALL:
            self._call(frame, body, (frame.source, frame.target, xid))
        elif from_server and kind == _REPLY:
            self._reply(frame, body, (frame.target, frame.source, xid))
        return True

    def events(self) -> list[WireEvent]:
        """Give all mounts and uses."""
        return [*self._mounts.values(), *map(_use_event, self._uses.values())]

    def _call(self, frame: Frame, body: bytes, key: _Key) -> None:
        _, _, rpc, program, version, procedure = _WORDS.unpack_from(body)
        if rpc != 2 or key in self._calls:
            return
        self._calls[key] = (program, version, procedure)
        arguments = body[_behind_auth(body, _behind_auth(body, _WORDS.size)) :]
        if program == _MOUNT and procedure == _MNT:
            path = _text(arguments)
            self._mounts[key] = NfsMount(**asked(frame), path=path)
        elif program == _NFS:
            use = self._uses.setdefault((frame.source, frame.target, version), _Use(frame))
            use.calls += 1
            use.reads += procedure == _READS.get(version)
            if version == 4 and procedure == 1:
                use.minor = _minor(arguments, use.minor)

    def _reply(self, frame: Frame, body: bytes, key: _Key) -> None:
        status = _status(body)
        if key not in self._calls or status is None:
            return
        program, version, procedure = self._calls[key]
        mount = self._mounts.get(key)
        if mount is not None:
            if mount.status is None:
                self._mounts[key] = replace(mount, status=status, server_mac=frame.source_mac)
        elif program == _NFS and procedure != 0 and status != 0:
            use = self._uses[key[0], key[1], version]
            use.errors.add(_ERRORS.get(status, str(status)))


def _message(frame: Frame) -> bytes:
    """Give the RPC message that a frame begins; b"" when it begins none."""
    if frame.transport != Transport.TCP:
        return frame.payload
    if len(frame.payload) < 4 or frame.flags & TCP_RST or not frame.flags & TCP_ACK:
        return b""
    (mark,) = struct.unpack_from("!I", frame.payload)
    return frame.payload[4:] if mark & _LAST_FRAGMENT else b""


def _behind_auth(body: bytes, place: int) -> int:
    """Give where what follows credentials or a verifier begins."""
    _, length = _AUTH.unpack_from(body, place)
    return place + _AUTH.size + int(length) + -int(length) % 4


def _status(body: bytes) -> int | None:
    _, _, rejected = struct.unpack_from("!3I", body)
    if rejected:
        return None
    accepted, status = struct.unpack_from("!2I", body, _behind_auth(body, 12))
    return None if accepted else int(status)


def _text(arguments: bytes) -> str:
    (length,) = struct.unpack_from("!I", arguments)
    return arguments[4 : 4 + min(length, _MAX_PATH)].decode(errors="replace")


def _minor(arguments: bytes, before: int | None) -> int | None:
    """Read the minor version of a compound: behind its tag. The highest counts."""
    (length,) = struct.unpack_from("!I", arguments)
    (minor,) = struct.unpack_from("!I", arguments, 4 + length + -length % 4)
    return int(minor) if before is None else max(before, int(minor))


def _use_event(use: _Use) -> NfsUse:
    frame = use.frame
    (version,) = struct.unpack_from("!I", _message(frame), 16)
    return NfsUse(
        **asked(frame),
        server_mac=frame.target_mac,
        version=f"{version}" if use.minor is None else f"{version}.{use.minor}",
        calls=use.calls,
        reads=use.reads,
        errors=tuple(sorted(use.errors)),
    )
