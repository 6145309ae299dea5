"""Make test data of a lab's evidence: `python -m tests.judge.shorten EVIDENCE_DIR NAME`.

`--console` keeps the console as well.

What a capture says stays; what it weighs goes. The bodies of files are cut out of
each frame, and of the frames that carry nothing else only the first and last few
of each stretch are kept. Every frame that is kept is as it was on the wire, and
keeps its lengths, numbers and times.
"""

import gzip
import shutil
import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.witness.wire import HttpExchange, TftpTransfer, WireEvent
from harness.witness.wire.frame import Frame, Transport, parse_frame
from harness.witness.wire.pcap import parse_capture
from tests.judge.keep_boots import keep

DATA = Path(__file__).parent / "data"
_FILE_HEAD, _RECORD = 24, struct.Struct("<IIII")
_AROUND = 2
_HTTP = (b"GET ", b"HEAD", b"HTTP")
_LOGS = ("dhcpd4.log", "dhcpd6.log", "syslog", "nginx/access.log", "dnsmasq.log")
_Record = tuple[int, int, int, bytes]


def records(data: bytes) -> Iterator[_Record]:
    """Go through the records: seconds, microseconds, length on the wire, content."""
    at = _FILE_HEAD
    while at + _RECORD.size <= len(data):
        seconds, micros, size, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        yield seconds, micros, length, data[at : at + size]
        at += size


def is_body(frame: Frame | None) -> bool:
    """Whether a frame only carries a piece of a file, or acknowledges one."""
    if frame is None or frame.transport != Transport.TCP or frame.flags & 0x07:
        return False
    return not frame.payload.startswith(_HTTP)


def kept_bytes(frame: Frame | None, content: bytes) -> int:
    """Give how much of a frame to keep."""
    if frame is None or not frame.payload:
        return len(content)
    head = content.rindex(frame.payload)
    if frame.transport == Transport.TCP:
        end = frame.payload.find(b"\r\n\r\n")
        return head + (end + 4 if end >= 0 else 0)
    is_data = frame.payload.startswith(b"\0\x03")
    return head + 4 if frame.transport == Transport.UDP and is_data else len(content)


def last_of(numbers: list[int], frames: list[Frame | None]) -> set[int]:
    """Give, of one connection, the frames that reach farthest: in data and in acknowledging it.

    The first of them and the last: what is sent again changes nothing, but ends later.
    """
    first: dict[tuple[str, str], int] = {}
    farthest: dict[tuple[str, str], tuple[int, int]] = {}
    for number in numbers:
        frame = frames[number]
        if frame is None:
            continue
        for what, reach in (
            ("sent", frame.sequence + frame.length),
            ("got", frame.acknowledged),
        ):
            before = farthest.get((frame.source, what))
            ahead = 1 if before is None else (reach - before[0]) % (1 << 32)
            if ahead < (1 << 31):
                farthest[frame.source, what] = (reach, number)
            if 0 < ahead < (1 << 31):
                first[frame.source, what] = number
    return {number for _, number in farthest.values()} | set(first.values())


def shortened(data: bytes) -> bytes:
    """Give the capture without what the files contained."""
    found = list(records(data))
    frames = [parse_frame(1, 0.0, content) for *_, content in found]
    flows: dict[frozenset[tuple[str, int]], list[int]] = {}
    for number, frame in enumerate(frames):
        if frame is not None and frame.transport == Transport.TCP:
            ends = {(frame.source, frame.source_port), (frame.target, frame.target_port)}
            flows.setdefault(frozenset(ends), []).append(number)
    dropped = set()
    for numbers in flows.values():
        last = last_of(numbers, frames)
        for place, number in enumerate(numbers):
            near = numbers[max(0, place - _AROUND) : place + _AROUND + 1]
            if number not in last and all(is_body(frames[other]) for other in near):
                dropped.add(number)
    out = bytearray(data[:_FILE_HEAD])
    for number, (seconds, micros, length, content) in enumerate(found):
        if number not in dropped:
            size = kept_bytes(frames[number], content)
            out += _RECORD.pack(seconds, micros, size, length) + content[:size]
    return bytes(out)


def told(data: bytes) -> list[WireEvent]:
    """Give what a capture tells, but for the frames' numbers and what the files begin with."""
    return [_without_content(event) for event in parse_capture(data).events]


def _without_content(event: WireEvent) -> WireEvent:
    """Take from an event what is cut away."""
    if isinstance(event, TftpTransfer | HttpExchange):
        return replace(event, frame=0, head=b"")
    return replace(event, frame=0)


def cut(data: bytes, frames: int) -> bytes:
    """Give a capture as it was when its boot was judged."""
    end = _FILE_HEAD
    for *_, content in islice(records(data), frames):
        end += _RECORD.size + len(content)
    return data[:end]


def main(evidence: Path, name: str, *, console: bool) -> None:
    """Write `data/NAME/`."""
    target = DATA / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    store = EvidenceDirectory(evidence)
    file = BootFile.read(store)
    full = cut(store.wire_path.read_bytes(), file.witnessed.frames)
    short = shortened(full)
    if told(short) != told(full):
        raise SystemExit(f"{evidence}: the shortened capture would tell something else")
    (target / "wire.pcap.gz").write_bytes(gzip.compress(short, mtime=0))
    for log in _LOGS:
        source = evidence / "log" / log
        if source.exists():
            (target / "log" / log).parent.mkdir(parents=True, exist_ok=True)
            lines = source.read_text(errors="replace").splitlines(keepends=True)
            wanted = [line for line in lines if log != "syslog" or "tftpd" in line]
            (target / "log" / log).write_text("".join(wanted))
    shutil.copy(store.summary_path, target)
    said = store.console_raw_path.read_bytes() if console else report_of(store)
    if console:
        times = gzip.compress((evidence / "console.times").read_bytes(), mtime=0)
        (target / "console.times.gz").write_bytes(times)
        (target / "console.raw.gz").write_bytes(gzip.compress(said, mtime=0))
    elif said:
        (target / "console.raw").write_bytes(said)
    frames = len(list(records(short)))
    seen = replace(file.witnessed, frames=frames, console_bytes=len(said))
    replace(file, witnessed=seen).write(EvidenceDirectory(target))
    keep(name)


def report_of(store: EvidenceDirectory) -> bytes:
    """Give what the console has of the payload's report."""
    raw = store.console_raw_path.read_bytes()
    mark = raw.find(b"@@HARNESS-PAYLOAD ")
    end = raw.find(b"@@", mark + 2) + 2
    return raw[max(0, mark - 200) : end] + b"\r\n" if mark >= 0 else b""


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], console="--console" in sys.argv)
