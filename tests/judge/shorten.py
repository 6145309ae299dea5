"""Make test data of the evidence that a lab left: `python shorten.py EVIDENCE_DIR NAME`.

`--console` keeps the console as well.

What a capture says stays; what it weighs goes. The bodies of files are cut out of
each frame, and of the frames that carry nothing else only the first and last few
of each stretch are kept. Every frame that is kept is as it was on the wire, and
keeps its lengths, numbers and times.
"""

import gzip
import json
import shutil
import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness.witness.payload import reports
from harness.witness.wire import HttpExchange, TftpTransfer, WireEvent
from harness.witness.wire.frame import Frame, Transport, parse_frame
from harness.witness.wire.pcap import parse_capture

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


def main(evidence: Path, name: str) -> None:
    """Write `data/NAME/`."""
    target = DATA / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    full = (evidence / "wire.pcap").read_bytes()
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
    (target / "run.json").write_text(json.dumps(facts(evidence), indent=2) + "\n")
    raw = (evidence / "console.raw").read_bytes()
    mark = raw.find(b"@@HARNESS-PAYLOAD ")
    if mark >= 0:
        end = raw.find(b"@@", mark + 2) + 2
        (target / "payload.txt").write_bytes(raw[max(0, mark - 200) : end] + b"\r\n")


def facts(evidence: Path) -> dict[str, str]:
    """Give what was tried: path, MAC address, and the token if its payload came."""
    summary = json.loads((evidence / "summary.json").read_text())
    said = reports((evidence / "console.raw").read_text(errors="replace"))
    token = said[0].token if said else ""
    return {"path": summary["boot_path"], "mac": summary["mac"], "token": token}


def keep_console(evidence: Path, name: str) -> None:
    """Keep every byte of the console, and when it came."""
    for file in ("console.raw", "console.times"):
        packed = gzip.compress((evidence / file).read_bytes(), mtime=0)
        (DATA / name / f"{file}.gz").write_bytes(packed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
    if "--console" in sys.argv:
        keep_console(Path(sys.argv[1]), sys.argv[2])
