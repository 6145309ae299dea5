"""The stream's text: whole lines, whatever the cursor did and however it was cut."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder, PlainText
from tests.fuzz import examples
from tests.guest.fake_guest import DATA

RECORDED = sorted(DATA.glob("*.raw"))
NOISE = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [b"\x1b[", b"\x1b[2J", b"\x1b[31;100H", b"\x1b[=3h", b"\x1b[999;999H", b"\x1b[?7l"]
        ),
        st.sampled_from([b"\x1b[38;5m", b"\x1b[5;2r", b"\x1bM", b"\x1b7\x1b8", b"\x1bc", b"\r\n"]),
        st.sampled_from(["é".encode(), "漢".encode(), "e\u0301".encode(), b"\x9b3J", b"\xff"]),
    )
).map(b"".join)


def text_of(*chunks: bytes) -> str:
    """Give the plain text of chunks."""
    decoder, plain = Decoder(), PlainText()
    return "".join(plain.feed(decoder.feed(chunk)) for chunk in chunks)


def rows_of(*chunks: bytes) -> tuple[str, ...]:
    """Give the screen's rows after chunks."""
    decoder, screen = Decoder(), Screen()
    for chunk in chunks:
        screen.feed(decoder.feed(chunk))
    return screen.rows


def test_a_line_broken_by_the_bios_screen_is_whole_again() -> None:
    head = "x" * 79 + "("
    assert text_of(b"\x1b[?7l", f"{head}\r\nhttp)\r\n".encode()) == f"{head}http)\n"


def test_a_line_of_80_columns_from_elsewhere_keeps_its_end() -> None:
    assert text_of(b"x" * 80 + b"\r\nnext\r\n") == "x" * 80 + "\nnext\n"


def test_whoever_writes_beyond_the_edge_is_not_the_bios() -> None:
    written = b"\x1b[?7l" + b"x" * 100 + b"\r\n" + b"y" * 80 + b"\r\nnext\r\n"
    assert text_of(written).splitlines()[1:] == ["y" * 80, "next"]


def test_placing_the_cursor_begins_a_line() -> None:
    assert text_of(b"\x1b[2J\x1b[1;1Hone\x1b[5;2Htwo\x1b[0;44mthree") == "one\ntwothree"


def test_text_in_the_place_of_an_erased_line_begins_a_line() -> None:
    assert text_of(b"wait\b \b\b \b\b \b\b \bdone") == "wait\ndone"


def test_text_after_a_partly_erased_line_goes_on() -> None:
    assert text_of(b"vmlinuz... 5%\b \b\b \bok") == "vmlinuz... 5%ok"


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [1, 7, 64])
def test_cutting_a_recording_changes_nothing(path: Path, size: int) -> None:
    raw = path.read_bytes()
    chunks = [raw[start : start + size] for start in range(0, len(raw), size)]
    assert text_of(*chunks) == text_of(raw)
    assert rows_of(*chunks) == rows_of(raw)


@given(NOISE, st.integers(1, 9))
@examples(100)
def test_no_bytes_are_too_strange(data: bytes, size: int) -> None:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    assert len(rows_of(*chunks)) in (25, 50)
    text_of(*chunks)


@given(st.binary(max_size=300))
@examples(100)
def test_no_binary_is_too_strange(data: bytes) -> None:
    assert rows_of(data)
    assert "\x1b" not in text_of(data)


def test_a_cursor_that_is_placed_where_it_stands_begins_no_line() -> None:
    """So Syslinux for UEFI writes each letter."""
    said = DATA / "x64-label-prompt.raw"
    lines = text_of(said.read_bytes()).splitlines()
    assert lines[lines.index("boot: rescue") :][:2] == [
        "boot: rescue",
        "Loading debian/vmlinuz... ok",
    ]
    assert text_of(b"\x1b[2;1Ha\x1b[2;2Hb\x1b[3;3Hc\nd\x1b[3;4He") == "ab\nc\nd\ne"


def test_a_bios_that_places_the_cursor_by_way_of_the_last_letter_begins_no_line() -> None:
    said = b"\rboot\x1b[25;04H\x1b[25;05H: rescue\r\nLoading a.\x1b[25;10H\x1b[25;11H.. failed\r\n"
    assert text_of(said).split() == ["boot:", "rescue", "Loading", "a...", "failed"]
    assert text_of(said).splitlines()[-2:] == ["boot: rescue", "Loading a... failed"]
    assert text_of(b"abc\x1b[9;3HX\r\n") == "abc\nX\n"
