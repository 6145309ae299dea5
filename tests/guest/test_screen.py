"""The screen model on what real guests drew, and on what is no menu."""

import pytest

from harness.guest.console.screen import Highlight, Screen
from harness.guest.console.terminal import Decoder
from tests.guest.fake_guest import DATA


def drawn(text: str) -> Screen:
    """Give a screen after some text."""
    screen = Screen()
    screen.feed(Decoder().feed(text.encode()))
    return screen


def test_a_bold_word_is_no_selection() -> None:
    assert drawn("\x1b[0;1m" + "alarm" + "\x1b[0m\r\nplain").selected_row is None


@pytest.mark.parametrize(("bold", "selected"), [([3], 3), ([3, 4], None), ([], None)])
def test_the_one_row_that_is_bold_from_edge_to_edge_is_selected(
    bold: list[int], selected: int | None
) -> None:
    rows = [
        f"\x1b[{number + 1};1H\x1b[0;{1 if number in bold else 34}m{'x':<80}" for number in range(9)
    ]
    assert drawn("".join(rows)).selected_row == selected


@pytest.mark.parametrize("place", ["31;95", "50;27"])
def test_a_position_of_ovmfs_set_up_enlarges_the_screen(place: str) -> None:
    screen = drawn(f"\x1b[{place}Hend")
    assert screen.rows[int(place[:2]) - 1].endswith("end")


def test_asking_for_the_size_does_not_enlarge_the_screen() -> None:
    assert len(drawn("\x1b[999;999H").rows) == 25


def test_the_text_before_the_cursor_joins_a_full_row() -> None:
    screen = drawn("x" * 78 + "iPXE> cmd")
    assert screen.before_cursor.endswith("xiPXE> cmd")


def test_the_highlight_follows_the_arrow_keys_through_forms_of_uefi_set_up() -> None:
    """Of an item that comes or goes at once, as pages do, the most that stood there counts."""
    decoder, screen = Decoder(), Screen()
    found: list[Highlight] = []
    for byte in (DATA / "x64-boot-manager.raw").read_bytes():
        screen.feed(decoder.feed(bytes([byte])))
        if (now := screen.highlighted) is not None:
            before = found.pop() if found and found[-1].row == now.row else now
            found.append(max(before, now, key=lambda each: len(each.text)))
    options = [f"UEFI {way} (MAC:525400123450)" for way in ("PXEv4", "PXEv6", "HTTPv4", "HTTPv6")]
    assert found == [
        *((7, "<Standard English>"), (9, "Device Manager"), (10, "Boot Manager")),
        *enumerate(options, start=7),
    ]


@pytest.mark.parametrize("bullet", ["> ", "► "])
def test_a_bullet_before_a_highlight_is_no_part_of_it(bullet: str) -> None:
    """Which one it is depends on what the firmware takes the terminal for."""
    page, marked = "\x1b[0;37;47m", "\x1b[1;37;40m"
    screen = drawn(f"{page}  {bullet}{marked}Boot Manager{page}   help")
    assert screen.highlighted == (0, "Boot Manager")
    half = drawn(f"{page}  {bullet}B{marked}oot Manager{page}   help")
    assert half.highlighted is None


@pytest.mark.parametrize("name", ["bios-ipxe-rom", "bios-vendor-rom", "x64-tftp"])
def test_an_ipxe_menu_is_no_form_of_uefi_set_up(name: str) -> None:
    screen = Screen()
    screen.feed(Decoder().feed((DATA / f"{name}.raw").read_bytes()[:6000]))
    assert screen.highlighted is None
