"""What a guest's console said and was told: raw, timed, and as text for people.

`console.raw` holds every byte; `console.times` has a JSON line for each read
(`at_s`, `offset` of its first byte) and for each key sent (`at_s`, `offset`,
`sent`), after a first line with the time of day of power-on; `console.txt` is
made at the end.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder, PlainText

_COUNTDOWN = re.compile(r"(?<!\s)\s{2,}\(?\d{0,9}\)?$")


class Transcript:
    """The files that a console leaves; two threads may write to it."""

    def __init__(self, raw_path: Path) -> None:
        """Remember where; `open` begins."""
        self.raw_path = raw_path
        self.times_path = raw_path.with_suffix(".times")
        self.text_path = raw_path.with_suffix(".txt")
        self.length = 0
        self._zero_s = 0.0
        self._lock = threading.Lock()
        self.listener: Callable[[bytes], object] = len
        """Is handed what the guest says, in the thread that reads it."""
        self._raw: BinaryIO | None = None
        self._times: TextIO | None = None

    def open(self) -> None:
        """Create the files anew, and count the seconds from now, the guest's power-on."""
        self.raw_path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered and by lines: what was recorded survives the harness' death.
        self._raw = self.raw_path.open("wb", buffering=0)
        self._times = self.times_path.open("w", buffering=1)
        self._zero_s = time.monotonic()
        self._note({"power_on": datetime.now(UTC).isoformat(timespec="milliseconds")})

    @property
    def now_s(self) -> float:
        """Seconds since power-on."""
        return time.monotonic() - self._zero_s

    def received(self, data: bytes) -> float:
        """Record what the guest said; give the seconds since power-on."""
        at_s = self.now_s
        with self._lock:
            if self._raw is not None:
                self._raw.write(data)
            self._note({"at_s": round(at_s, 4), "offset": self.length})
            self.length += len(data)
        self.listener(data)
        return at_s

    def sent(self, keys: str) -> None:
        """Record what the guest was told."""
        with self._lock:
            self._note({"at_s": round(self.now_s, 4), "offset": self.length, "sent": keys})

    def _note(self, fact: dict[str, object]) -> None:
        if self._times is not None:
            self._times.write(json.dumps(fact) + "\n")

    def close(self) -> None:
        """Close the files and write the text for people; harmless the second time."""
        if self._raw is None or self._times is None:
            return
        self._raw.close()
        self._times.close()
        self._raw = self._times = None
        self.text_path.write_text(readable(self.raw_path.read_bytes()))


def readable(raw: bytes) -> str:
    """Give a console's bytes as text: its lines, redraws left out, and its last screen."""
    pieces = Decoder().feed(raw)
    screen = Screen()
    screen.feed(pieces)
    lines = "\n".join(_without_redraws(PlainText().feed(pieces).split("\n")))
    selected = screen.selected_row
    last = "\n".join(
        f"{'>' if row == selected else ' '} {text}".rstrip() for row, text in enumerate(screen.rows)
    )
    return f"{lines}\n\n----- the screen at the end -----\n{last.rstrip()}\n"


def _without_redraws(lines: Iterable[str]) -> Iterable[str]:
    """Leave out blank lines, and lines that repeat one before but for a count-down."""
    before = ""
    for line in lines:
        bare = _COUNTDOWN.sub("", line.rstrip())
        if bare and bare != before:
            yield line.rstrip()
            before = bare
