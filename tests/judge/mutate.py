"""Spoil recorded evidence: frames of a capture, lines of a log."""

import struct
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.judge.recorded import capture
from tests.judge.shorten import records

_HEAD = struct.Struct("<IHHiIII").pack(0xA1B2C3D4, 2, 4, 0, 0, 2048, 1)
_RECORD = struct.Struct("<IIII")
_SECOND = 1_000_000
Spoiling = tuple[str, int, int, bytes]
"""What is done, to which piece, where in it (or to which other place), and with which bytes."""

_PLACES = st.integers(0, 1 << 14)
spoilings = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "move", "double", "drop"]),
        _PLACES,
        _PLACES,
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=8,
)


def frames_of(name: str) -> list[bytes]:
    """Give the frames of a recording."""
    return [content for *_, content in records(capture(name))]


def lengths_of(name: str) -> dict[bytes, int]:
    """Give how long frames were on the wire: a recording has only their heads."""
    return {content: length for *_, length, content in records(capture(name))}


def packed(frames: Sequence[bytes], lengths: dict[bytes, int] | None = None) -> bytes:
    """Make a capture of frames, a millisecond between them."""
    parts = [_HEAD]
    for number, frame in enumerate(frames):
        micros = number * 1000
        length = (lengths or {}).get(frame, len(frame))
        head = _RECORD.pack(micros // _SECOND, micros % _SECOND, len(frame), length)
        parts += [head, frame]
    return b"".join(parts)


def spoilt(pieces: Sequence[bytes], how: Sequence[Spoiling]) -> list[bytes]:
    """Give the pieces, frames or lines, after all that was done to them."""
    result = list(pieces)
    for kind, which, where, what in how:
        if not result:
            break
        at = which % len(result)
        piece = result.pop(at)
        if kind == "drop":
            continue
        if kind == "move":
            result.insert(where % (len(result) + 1), piece)
            continue
        if kind == "double":
            result.insert(where % (len(result) + 1), piece)
        result.insert(at, _changed(piece, kind, where, what))
    return result


def _changed(piece: bytes, kind: str, where: int, what: bytes) -> bytes:
    """Give one piece with other bytes, fewer, or more."""
    place = where % (len(piece) + 1)
    head, tail = piece[:place], piece[place:]
    if kind == "flip":
        flipped = bytes(old ^ (new or 1) for old, new in zip(tail, what, strict=False))
        return head + flipped + tail[len(flipped) :]
    if kind == "cut":
        return head
    return head + what + tail if kind == "insert" else piece
