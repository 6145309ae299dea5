"""TFTP reads (RFC 1350, 2347, 2348, 2349, 7440), followed block by block."""

from dataclasses import dataclass, field

from harness.witness.wire.frame import TFTP_ACK, TFTP_DATA, Frame, asked
from harness.witness.wire.packet import dissect, tftp
from harness.witness.wire.transfer import HEAD_SIZE, Outcome, TftpTransfer

TFTP_PORT = 69
_BLOCK_SIZE = 512
_Key = tuple[str, int]


@dataclass(slots=True)
class _Transfer:
    frame: Frame
    file: str
    block_size: int = _BLOCK_SIZE
    blocks: int = 0
    size: int = 0
    told_size: int | None = None
    head: bytes = b""
    final: bool = False
    requests: int = 1
    repeats: int = 0
    stuck: int = 0
    server_port: int = 0
    server_mac: str = ""
    outcome: Outcome = Outcome.UNANSWERED
    error: str = ""
    error_code: int | None = None
    end_time_s: float = 0.0

    @property
    def last(self) -> int:
        """The number of the last block, which begins again after 65535."""
        return self.blocks & 0xFFFF


@dataclass
class TftpTable:
    """Follows every transfer. A transfer is known by the client's address and port."""

    _done: list[_Transfer] = field(default_factory=list)
    _by_client: dict[_Key, _Transfer] = field(default_factory=dict)

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
        request = dissect(tftp.TFTP, frame.payload).payload
        if not isinstance(request, tftp.TFTP_RRQ) or not request.mode:
            return
        file = _text(request.filename)
        key = (frame.source, frame.source_port)
        before = self._by_client.get(key)
        if before is not None:
            if before.blocks == 0 and before.outcome.open and before.file == file:
                before.requests += 1
                return
            self._done.append(before)
        self._by_client[key] = _Transfer(frame, file)

    def events(self) -> list[TftpTransfer]:
        """Give all transfers."""
        return [_event(transfer) for transfer in [*self._done, *self._by_client.values()]]


def _from_server(transfer: _Transfer, frame: Frame) -> None:
    if not transfer.outcome.open:
        return
    transfer.server_mac, transfer.end_time_s = frame.source_mac, frame.time_s
    if frame.payload.startswith(TFTP_DATA):
        transfer.outcome = Outcome.UNFINISHED
        _block(transfer, frame)
        return
    message = dissect(tftp.TFTP, frame.payload).payload
    if isinstance(message, tftp.TFTP_ERROR):
        transfer.outcome, transfer.error = Outcome.REFUSED, _error(message)
        transfer.error_code = int(message.errorcode)
        return
    transfer.outcome = Outcome.UNFINISHED
    if isinstance(message, tftp.TFTP_OACK):
        options = message[tftp.TFTP_Options].options if tftp.TFTP_Options in message else ()
        agreed = {each.oname.lower(): each.value for each in options}
        transfer.block_size = int(agreed.get(b"blksize", _BLOCK_SIZE))
        transfer.told_size = int(agreed[b"tsize"]) if b"tsize" in agreed else None


def _block(transfer: _Transfer, frame: Frame) -> None:
    if _block_number(frame) == (transfer.blocks + 1) & 0xFFFF:
        size = frame.length - 4
        transfer.blocks += 1
        # A capture may have less of a block: its first fragment.
        if len(transfer.head) == transfer.size < HEAD_SIZE:
            transfer.head = (transfer.head + frame.payload[4:])[:HEAD_SIZE]
        transfer.stuck = 0
        transfer.size += size
        transfer.final = size < transfer.block_size
    elif transfer.blocks and _block_number(frame) == transfer.last:
        transfer.repeats += 1
        transfer.stuck += 1


def _from_client(transfer: _Transfer, frame: Frame) -> None:
    """Follow what the client sends: only its word makes a transfer complete."""
    if not transfer.outcome.open:
        return
    if frame.payload.startswith(TFTP_ACK):
        if transfer.final and _block_number(frame) == transfer.last:
            transfer.outcome, transfer.end_time_s = Outcome.COMPLETE, frame.time_s
        return
    message = dissect(tftp.TFTP, frame.payload).payload
    if isinstance(message, tftp.TFTP_ERROR):
        transfer.outcome, transfer.error = Outcome.ABORTED, _error(message)
        transfer.error_code = int(message.errorcode)
        transfer.end_time_s = frame.time_s


def _block_number(frame: Frame) -> int:
    """Read the number of a block: in bulk, so without scapy."""
    return int.from_bytes(frame.payload[2:4], "big")


def _error(message: tftp.TFTP_ERROR) -> str:
    return _text(message.errormsg) or f"error {message.errorcode}"


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _event(transfer: _Transfer) -> TftpTransfer:
    frame = transfer.frame
    return TftpTransfer(
        **asked(frame),
        server_mac=transfer.server_mac or frame.target_mac,
        file=transfer.file,
        requests=transfer.requests,
        outcome=transfer.outcome,
        error=transfer.error,
        error_code=transfer.error_code,
        block_size=transfer.block_size,
        repeats=transfer.repeats,
        stuck=transfer.stuck,
        blocks=transfer.blocks,
        bytes=transfer.size,
        told_size=transfer.told_size,
        head=transfer.head,
        end_time_s=transfer.end_time_s or frame.time_s,
    )
