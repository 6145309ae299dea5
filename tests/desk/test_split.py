"""A guest's screen beside what is told of it, on a real pty."""

import os
import re
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.desk.split import SplitView, fits
from harness.desk.terminal import Terminal
from tests.desk.pty_screen import PtyScreen

MENU = (
    b"\x1b[44m\x1b[2J\x1b[1;5HNetwork boot\x1b[3;1H\x1b[1;46m"
    + b"one".ljust(80)
    + b"\x1b[0;44m\x1b[4;1Htwo\x1b[5;1H"
)
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:[349][0-7]|[34]8)[;m\d]*")


class Desk:
    """A person at a terminal, and a guest that has drawn a menu."""

    def __init__(self, screen: PtyScreen, place: Path) -> None:
        """Have what a view is made of."""
        self.screen = screen
        self.raw_path = place / "console.raw"
        self.raw_path.write_bytes(MENU)
        self.out = Terminal(screen.file())
        self.sent: list[bytes] = []
        self.is_on = True
        self.looks = 0

    def view(self, *told: str) -> SplitView:
        """Make a view."""
        return SplitView(
            self.out,
            name="guest0, x64-http-ipv4",
            raw_path=self.raw_path,
            send=self._take,
            is_on=lambda: self.is_on,
            stdin=self.screen.program,
            told=told,
        )

    def _take(self, keys: bytes) -> bool:
        self.sent.append(keys)
        return True

    def look(self) -> None:
        """Count it."""
        self.looks += 1

    def show(self, view: SplitView) -> list[str]:
        """Let it draw; give what stands there."""
        view.tick(self.look)
        self.screen.read_all()
        return self.screen.rows

    @property
    def settings(self) -> list[object]:
        """How the terminal handles keys and output."""
        return termios.tcgetattr(self.screen.program)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give one that is wide enough."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = PtyScreen(140, 30)
    desk = Desk(screen, tmp_path)
    yield desk
    desk.out.file.close()
    screen.close()


def test_the_screen_stands_beside_the_lines(desk: Desk) -> None:
    with desk.view("lab       4711: mysite") as view:
        view.say("   13.172  phase       the firmware asks for an address")
        rows = desk.show(view)
        assert desk.screen.taken()
        assert rows[0][:80].rstrip() == "    Network boot"
        assert rows[2].startswith("one")
        assert rows[0][80:] == "│ lab       4711: mysite"
        assert rows[1][80:] == "│    13.172  phase       the firmware asks for an address"
        assert rows[-1].startswith(" guest0, x64-http-ipv4: keys go to it. Ctrl-] ")
        assert COLOUR.search(desk.screen.said)


def test_what_comes_is_drawn_and_the_witnesses_are_looked_at_now_and_then(desk: Desk) -> None:
    with desk.view() as view:
        desk.show(view)
        with desk.raw_path.open("ab") as raw:
            raw.write(b"\x1b[10;1Hmore")
        assert desk.show(view)[9].startswith("more")
        for _ in range(8):
            view.tick(desk.look)
        assert desk.looks == 2


def test_a_line_that_is_too_long_goes_on_below_and_the_last_ones_stand(desk: Desk) -> None:
    with desk.view() as view:
        for number in range(40):
            view.say(f"    1.000  wire {number}     {'word ' * 12}end")
        view.show("/linux  [####----]  50%")
        rows = [row[82:] for row in desk.show(view)]
        assert rows[-2] == "/linux  [####----]  50%"
        assert rows[-3].startswith(" " * 11)
        assert rows[-3].endswith("end")
        assert any("wire 39" in row for row in rows)
        view.show("")
        assert desk.show(view)[-2].endswith("end")


def test_keys_are_the_guests_until_ctrl_bracket_and_enter_brings_it_back(desk: Desk) -> None:
    before = desk.settings
    with desk.view("told before") as view:
        assert desk.settings != before
        view.typed(b"\x03\x1b[B\r")
        view.say("told meanwhile")
        view.typed(b"x\x1dy")
        assert desk.sent == [b"\x03\x1b[B\r", b"x"]
        rows = desk.show(view)
        assert not desk.screen.taken()
        assert desk.settings == before
        assert rows[:2] == ["told meanwhile", "Enter shows the screen again, Ctrl-C ends the lab."]
        view.say("told later")
        view.typed(b"no key of the guest's")
        assert "told later" in desk.show(view)
        view.typed(b"\n")
        rows = desk.show(view)
        assert desk.screen.taken()
        assert [row[82:] for row in rows[:3]] == ["told before", "told meanwhile", "told later"]
    desk.screen.read_all()
    assert len(desk.sent) == 2
    assert desk.screen.said.count(b"told later\r\n") == 1


def test_a_window_that_becomes_small_has_the_screen_alone(desk: Desk) -> None:
    with desk.view("lab       4711") as view:
        desk.show(view)
        desk.screen.resize(90, 20)
        rows = desk.show(view)
        assert rows[0] == "    Network boot"
        assert "4711" not in desk.screen.text
        assert rows[-1].startswith(" guest0")
        desk.screen.resize(60, 4)
        assert desk.show(view)[-1].startswith(" guest0")
        desk.screen.resize(140, 30)
        assert "4711" in desk.show(view)[0]


def test_of_a_screen_that_is_higher_than_the_window_the_cursors_row_is_seen(desk: Desk) -> None:
    with desk.raw_path.open("ab") as raw:
        raw.write(b"\x1b[25;1Hprompt>")
    with desk.view() as view:
        desk.screen.resize(140, 12)
        assert any(row.startswith("prompt>") for row in desk.show(view))


def test_a_guest_that_is_off_is_said_to_be(desk: Desk) -> None:
    with desk.view() as view:
        desk.show(view)
        desk.is_on = False
        assert ": it is off. " in desk.show(view)[-1]


def test_without_colours_what_is_chosen_stands_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with desk.view("console   yellow elsewhere") as view:
        desk.show(view)
    assert not COLOUR.search(desk.screen.said)
    assert re.search(rb"\x1b\[1;7mone {77}\x1b\[0m", desk.screen.said)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_it_the_terminal_is_as_it_was(desk: Desk, error: type[BaseException]) -> None:
    before = desk.settings
    view = desk.view("told before")

    def fail() -> None:
        with view:
            view.say("told meanwhile")
            desk.show(view)
            raise error

    with pytest.raises(error):
        fail()
    desk.screen.read_all()
    assert desk.settings == before
    assert not desk.screen.taken()
    assert not desk.screen.cursor_hidden
    assert desk.screen.rows[0] == "told meanwhile"
    view.close()


def test_a_view_that_cannot_be_opened_takes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.settings

    def refused(*_: object, **__: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("harness.desk.split.Live.start", refused)
    view = desk.view()
    with pytest.raises(OSError, match="no"):
        view.open()
    assert desk.settings == before
    view.say("a line")
    desk.screen.read_all()
    assert desk.screen.rows[0] == "a line"


@pytest.mark.parametrize(
    ("columns", "rows", "term", "is_enough"),
    [
        (120, 26, "xterm", True),
        (119, 26, "xterm", False),
        (120, 25, "xterm", False),
        (140, 40, "dumb", False),
    ],
)
def test_it_wants_a_terminal_that_is_large_enough(
    columns: int, rows: int, term: str, is_enough: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    screen = PtyScreen(columns, rows)
    with screen.file() as file:
        assert fits(Terminal(file)) is is_enough
    screen.close()


def test_a_log_is_not_one(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as file:
        assert not fits(Terminal(file))
    read, write = os.pipe()
    with os.fdopen(write, "w") as file:
        assert not fits(Terminal(file))
    os.close(read)


def test_a_change_of_screens_may_arrive_in_pieces() -> None:
    """A pty gives out what has come so far; the screen of these tests is right all the same."""
    screen = PtyScreen(80, 24)
    for byte in b"own\x1b[?1049hother\x1b[1m!\x1b[?1049l\x1b[?25h.":
        os.write(screen.program, bytes([byte]))
        assert screen.read(60.0)
    assert screen.rows[0] == "own."
    os.write(screen.program, b"\x1b[?1049h")
    screen.read_all()
    assert screen.taken()
    assert screen.rows[0] == "other!"
    screen.close()
