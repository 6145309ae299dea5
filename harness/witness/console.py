"""The console as a witness: the lines of `console.raw`, each with the time it came.

Times are in `console.times`: JSON lines, first `power_on` (time of day), then for
each read `at_s` (seconds since power-on) and `offset` of its first byte.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_MOVES = re.compile(rb"\x1b\[\d*;?\d*[HfJ]|\x1b\[\d*[ABEFd]|[\r\n]+|(?:\x08 \x08){4,}")
"""What begins a new line: a line end, the cursor placed elsewhere, a text that is taken back."""
_OTHER = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])|[\x00-\x08\x0b-\x1f\x7f]")
_PLACED = re.compile(rb"\x1b\[(\d+);(\d+)[Hf]")
_COUNT = re.compile(r"(?:(?<!\s)\s+)?(?:\(\d{1,9}\)|\d{1,9} ?%)$")
"""What counts on at the end of a line: a menu's seconds, a download's progress."""


@dataclass(frozen=True, kw_only=True)
class ConsoleLine:
    """One line that the console showed."""

    at_s: float
    """Seconds since power-on."""
    text: str


@dataclass(frozen=True, kw_only=True)
class ConsoleLog:
    """What the console showed, and when its machine was powered on."""

    power_on_s: float | None = None
    """Seconds since the epoch; None when nobody noted it."""
    lines: tuple[ConsoleLine, ...] = field(default=())


def read_console(raw_path: Path, times_path: Path) -> ConsoleLog:
    """Read a console's files; what is not there, or half written, is left out."""
    try:
        raw = raw_path.read_bytes()
        noted = list(_facts(times_path.read_text(errors="replace")))
    except FileNotFoundError:
        return ConsoleLog()
    return ConsoleLog(power_on_s=_power_on(noted), lines=tuple(_lines(raw, list(_reads(noted)))))


def read_chunks(raw_path: Path, times_path: Path) -> list[tuple[float, bytes]]:
    """Read the console's bytes as they came: with each piece the seconds since power-on.

    None of a machine that has said nothing.
    """
    try:
        raw = raw_path.read_bytes()
        reads = list(_reads(list(_facts(times_path.read_text(errors="replace")))))
    except FileNotFoundError:
        return []
    ends = [*(offset for offset, _ in reads), len(raw)][1:]
    return [(at_s, raw[offset:end]) for (offset, at_s), end in zip(reads, ends, strict=True)]


def _reads(facts: list[dict[str, object]]) -> Iterator[tuple[int, float]]:
    for fact in facts:
        offset, at_s = fact.get("offset"), fact.get("at_s")
        if isinstance(offset, int) and isinstance(at_s, int | float) and "sent" not in fact:
            yield offset, float(at_s)


def _facts(text: str) -> Iterator[dict[str, object]]:
    for line in text.splitlines():
        try:
            fact = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(fact, dict):
            yield fact


def _power_on(facts: list[dict[str, object]]) -> float | None:
    noted = next((fact["power_on"] for fact in facts if "power_on" in fact), None)
    try:
        return datetime.fromisoformat(str(noted)).timestamp()
    except ValueError:
        return None


def _lines(raw: bytes, reads: list[tuple[int, float]]) -> Iterator[ConsoleLine]:
    """Go through the lines, leaving out empty ones and those that repeat the one before."""
    offsets = [offset for offset, _ in reads]
    before = ""
    for start, text in _texts(raw):
        number = bisect_right(offsets, start) - 1
        bare = _COUNT.sub("", text.strip())
        if bare and bare != before:
            yield ConsoleLine(at_s=reads[number][1] if number >= 0 else 0.0, text=text.strip())
            before = bare


def _texts(raw: bytes) -> Iterator[tuple[int, str]]:
    """Go through what stands between two moves of the cursor, with the place where it begins.

    A cursor that is placed where it is does not move: Syslinux for UEFI does so at each letter,
    and SeaBIOS now and then, by way of the last one.
    """
    begun, text, start = 0, "", 0
    row, column = 0, 1
    placed: tuple[int, int] | None = None
    for found in (*_MOVES.finditer(raw), None):
        piece = _OTHER.sub(b"", raw[start : found.start() if found else len(raw)])
        if said := piece.decode(errors="replace"):
            if text and placed and (placed[0] if row else 0, placed[1]) != (row, column):
                yield begun, text
                text = ""
            begun = begun if text else start
            row, column = placed or (row, column)
            text, column, placed = text + said, column + len(said), None
        start = found.end() if found else len(raw)
        to = _PLACED.fullmatch(found[0]) if found else None
        placed = (int(to[1]), int(to[2])) if to else None
        if to is None:  # the line has ended, whatever the row
            yield begun, text
            text, row, column = "", 0, 1
