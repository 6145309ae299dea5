"""TFTP reads (RFC 1350, 2347, 2348, 2349, 7440), followed block by block."""

from dataclasses import dataclass

from harness.evidence.wire.event import Outcome, TftpTransfer
from harness.evidence.wire.frame import Frame, address_text, mac_text

TFTP_PORT = 69
_READ, _DATA, _ACK, _ERROR, _OACK = 1, 3, 4, 5, 6
_BLOCK_SIZE = 512
_Key = tuple[bytes, int]


@dataclass(slots=True)
class _Transfer:
    """One transfer as far as it has been seen."""

    frame: Frame
    file: str
    options: dict[str, str]
    block_size: int = _BLOCK_SIZE
    blocks: int = 0
    size: int = 0
    final: bool = False
    requests: int = 1
    server_port: int = 0
    server_mac: bytes = b""
    outcome: Outcome = Outcome.UNANSWERED
    error: str = ""
    end_time_s: float = 0.0

    @property
    def last(self) -> int:
        """The number of the last block, which begins again after 65535."""
        return self.blocks & 0xFFFF

    @property
    def open(self) -> bool:
        """Whether it may still go on."""
        return self.outcome in (Outcome.UNANSWERED, Outcome.UNFINISHED)


class TftpTable:
    """Follows every transfer. A transfer is known by the client's address and port."""

    def __init__(self) -> None:
        """Begin without any."""
        self._done: list[_Transfer] = []
        self._by_client: dict[_Key, _Transfer] = {}

    def add(self, frame: Frame) -> None:
        """Take in a UDP frame; those of no transfer are passed over."""
        if frame.target_port == TFTP_PORT:
            self._request(frame)
            return
        transfer = self._by_client.get((frame.target, frame.target_port))
        if transfer is not None:
            # A request that was sent again is answered again, from another port.
            transfer.server_port = transfer.server_port or frame.source_port
            if frame.source_port == transfer.server_port:
                _from_server(transfer, frame)
            return
        transfer = self._by_client.get((frame.source, frame.source_port))
        if transfer is not None and frame.target_port == transfer.server_port:
            _from_client(transfer, frame)

    def _request(self, frame: Frame) -> None:
        """Begin a transfer, unless the request only comes again."""
        words = frame.payload[2:].split(b"\0")
        if frame.payload[:2] != b"\0\x01" or len(words) < 3:
            return
        file, _, *rest = [word.decode(errors="replace") for word in words[:-1]]
        key = (frame.source, frame.source_port)
        before = self._by_client.get(key)
        if before is not None:
            if before.blocks == 0 and before.open and before.file == file:
                before.requests += 1
                return
            self._done.append(before)
        options = {name.lower(): value for name, value in zip(rest[::2], rest[1::2], strict=False)}
        self._by_client[key] = _Transfer(frame, file, options)

    def events(self) -> list[TftpTransfer]:
        """Give all transfers."""
        return [_event(transfer) for transfer in [*self._done, *self._by_client.values()]]


def _from_server(transfer: _Transfer, frame: Frame) -> None:
    """Follow what the server sends."""
    if not transfer.open:
        return
    code, data = _number(frame.payload), frame.payload[2:]
    transfer.server_mac, transfer.end_time_s = frame.source_mac, frame.time_s
    if code == _ERROR:
        transfer.outcome, transfer.error = Outcome.REFUSED, _error(data)
        return
    transfer.outcome = Outcome.UNFINISHED
    if code == _OACK:
        words = data.split(b"\0")
        granted = dict(zip(words[::2], words[1::2], strict=False))
        transfer.block_size = int(granted.get(b"blksize", _BLOCK_SIZE))
    elif code == _DATA and _number(data) == (transfer.blocks + 1) & 0xFFFF:
        size = frame.length - 4
        transfer.blocks += 1
        transfer.size += size
        transfer.final = size < transfer.block_size


def _from_client(transfer: _Transfer, frame: Frame) -> None:
    """Follow what the client sends: only its word makes a transfer complete."""
    code, data = _number(frame.payload), frame.payload[2:]
    if code == _ERROR and transfer.open:
        transfer.outcome, transfer.error = Outcome.ABORTED, _error(data)
        transfer.end_time_s = frame.time_s
    elif code == _ACK and transfer.final and transfer.open and _number(data) == transfer.last:
        transfer.outcome, transfer.end_time_s = Outcome.COMPLETE, frame.time_s


def _number(data: bytes) -> int:
    """Read the number that two bytes begin with."""
    return int.from_bytes(data[:2], "big")


def _error(data: bytes) -> str:
    """Read an error's text; its number when it has none."""
    text = data[2:].split(b"\0", 1)[0].decode(errors="replace")
    return text or f"error {_number(data)}"


def _event(transfer: _Transfer) -> TftpTransfer:
    """Make the event of a transfer."""
    frame = transfer.frame
    return TftpTransfer(
        time_s=frame.time_s,
        frame=frame.number,
        family=frame.family,
        client=address_text(frame.source),
        client_mac=mac_text(frame.source_mac),
        server=address_text(frame.target),
        server_mac=mac_text(transfer.server_mac or frame.target_mac),
        file=transfer.file,
        options=tuple(transfer.options.items()),
        requests=transfer.requests,
        outcome=transfer.outcome,
        error=transfer.error,
        blocks=transfer.blocks,
        bytes=transfer.size,
        end_time_s=transfer.end_time_s or frame.time_s,
    )
