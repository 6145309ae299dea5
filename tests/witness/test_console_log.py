"""The console's lines, as a witness reads them from what was recorded."""

import json
from pathlib import Path

import pytest

from harness.witness.console import read_console
from tests.guest.fake_guest import DATA


def lines_of(directory: Path, raw: bytes, *reads: int) -> list[tuple[float, str]]:
    """Give the lines of what came in these reads, a second each."""
    (directory / "console.raw").write_bytes(raw)
    notes = [{"at_s": float(n), "offset": offset} for n, offset in enumerate((0, *reads))]
    (directory / "console.times").write_text("\n".join(map(json.dumps, notes)))
    log = read_console(directory / "console.raw", directory / "console.times")
    return [(each.at_s, each.text) for each in log.lines]


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b"\x1b[2;1Hb\x1b[2;2H\x1b[2;2Ho\x1b[2;3H\x1b[3;1Hx", ["bo", "x"]),
        (b"\r\nboot\x1b[25;04H\x1b[25;05H: rescue\r\n", ["boot: rescue"]),
        (b"one\x1b[2;4Htwo\x1b[2;4Hthree", ["onetwo", "three"]),
        (b"one\r\n\x1b[2;4Htwo", ["one", "two"]),
        (b"one\x1b[2Jtwo", ["one", "two"]),
    ],
)
def test_a_cursor_that_is_placed_where_it_stands_ends_no_line(
    tmp_path: Path, raw: bytes, texts: list[str]
) -> None:
    assert [text for _, text in lines_of(tmp_path, raw)] == texts


def test_a_line_has_the_time_of_its_first_letter_and_not_of_the_cursor_s_move(
    tmp_path: Path,
) -> None:
    raw = b"one\x1b[3;1H\x1b[3;1Htwo"
    assert lines_of(tmp_path, raw, raw.index(b"two")) == [(0.0, "one"), (1.0, "two")]


def test_what_syslinux_for_uefi_writes_letter_by_letter_are_lines(tmp_path: Path) -> None:
    texts = [text for _, text in lines_of(tmp_path, (DATA / "x64-label-prompt.raw").read_bytes())]
    at = texts.index("boot: rescue")
    assert texts[at - 1 : at + 3] == [
        *("memory    memory test", "boot: rescue", "Loading debian/vmlinuz... ok"),
        "Loading debian/initrd.gz...ok",
    ]
