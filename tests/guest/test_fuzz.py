"""Whatever a guest sends, in whatever pieces: one text, one screen, one set of failures."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.guest.console.failure import FailureWatch
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder, PlainText
from harness.guest.console.transcript import readable
from harness.loaders import LOADERS
from harness.loaders.ipxe.menu import read_menu
from tests.fuzz import examples
from tests.guest.fake_guest import DATA
from tests.judge.mutate import Spoiling, spoilings, spoilt

RECORDED = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*.raw"))}
CONTROLS = [b"\x1b[", b"\x1b]", b"\x1b", b"\x1b[2J", b"\x1b[31;100H", b"\x1b[999;999H", b"\x1b[?7l"]
CONTROLS += [b"\x1b[38;5;9m", b"\x1b[9;2r", b"\x1b[9999L", b"\x1b[9999P", b"\x1b[9999@", b"\x1bM"]
CONTROLS += [b"\x1b7", b"\x1b8", b"\x1bc", b"\x1bD", b"\r", b"\n", b"\b", b"\t", b" "]
CONTROLS += [b"\x07", b";"]
WORDS = [b"PXE-E18", b"iPXE> ", b"No bootable device", b"x" * 79, b"9" * 70, b"\xff", b"\x9b3J"]
WORDS += ["é".encode(), "漢".encode(), "e\u0301".encode(), "\u202e\u2028".encode(), b"\x1b\\"]

noise = st.lists(
    st.one_of(st.sampled_from(CONTROLS), st.sampled_from(WORDS), st.binary(max_size=6)),
    max_size=40,
).map(b"".join)
cuts = st.lists(st.integers(0, 1 << 14), max_size=12)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Give the data in pieces."""
    at = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(at)]


Heard = tuple[str, tuple[str, ...], tuple[int, int], list[tuple[str, str, int, int]]]


def heard(*chunks: bytes) -> Heard:
    """Give text, rows, cursor and failures after these pieces, for comparison."""
    decoder, plain, screen, watch = (
        Decoder(),
        PlainText(),
        Screen(),
        FailureWatch(FailureTable(LOADERS)),
    )
    text = ""
    for chunk in chunks:
        pieces = decoder.feed(chunk)
        screen.feed(pieces)
        said = plain.feed(pieces)
        watch.feed(said, 0.0)
        text += said
    watch.judge_line(0.0)
    found = []
    while (finding := watch.first(())) is not None:
        found.append((finding.failure.name, finding.line, finding.start, finding.end))
    return text, screen.rows, (len(screen.rows), len(screen.before_cursor)), found


@given(data=noise, places=cuts)
@example(data=b"a\r\r\nb", places=[3])
@example(data=b"ab\b x", places=[4])
@example(data=b"\x1b]" + b"x" * 99 + b"\x07y", places=[80])
@example(data=b"\x1b[" + b"1;" * 50 + b"Hy", places=[80])
@example(data=b"\x1b" + b" " * 99 + b"Hy", places=[80])
@examples(300)
def test_noise_cut_anywhere_is_heard_alike(data: bytes, places: list[int]) -> None:
    assert heard(*cut(data, places)) == heard(data)


@given(name=st.sampled_from(sorted(RECORDED)), how=spoilings, places=cuts)
@examples(40)
def test_a_spoilt_recording_cut_anywhere_is_heard_alike(
    name: str, how: list[Spoiling], places: list[int]
) -> None:
    data = b"\n".join(spoilt(RECORDED[name].split(b"\n"), how))
    assert heard(*cut(data, places)) == heard(data)


@given(data=noise)
@examples(100)
def test_no_screen_is_larger_than_its_limit(data: bytes) -> None:
    screen = Screen()
    screen.feed(Decoder().feed(data))
    assert len(screen.rows) <= 50
    assert all(len(row) <= 100 for row in screen.rows)
    assert len(screen.before_cursor) <= 200
    assert (screen.selected_row is None) == (read_menu(screen) is None)
    assert readable(data).encode()


@pytest.mark.parametrize(
    "endless",
    [b"\x1b7", b"\x1b]", b"x", b"\x1b[1;", b"\r", b" ", b"\x1b ", b"\xe2\x80", b"PXE-E18\n"],
    ids=["saved", "title", "line", "params", "return", "blank", "escape", "half", "failure"],
)
def test_what_never_ends_takes_no_more_memory(endless: bytes) -> None:
    decoder, plain, screen, watch = (
        Decoder(),
        PlainText(),
        Screen(),
        FailureWatch(FailureTable(LOADERS)),
    )
    for _ in range(30):
        pieces = decoder.feed(endless * 1000)
        screen.feed(pieces)
        watch.feed(plain.feed(pieces), 0.0)
    kept = [decoder._kept, plain._kept, watch._line, watch.unanswered, screen._screen.savepoints]
    assert sum(map(len, kept)) < 10_000
