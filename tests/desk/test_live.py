"""What a machine does is told while it does it, once, from a capture that grows."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from harness.desk.live import Live
from harness.evidence.directory import EvidenceDirectory
from harness.lab import Guest, Lab
from harness.loaders.base import DrawnMenu
from tests.judge.recorded import MAC, record, unpack

NAME = "green-x64-tftp-ipv4"
MENU = DrawnMenu(title="Boot", items=("one", "two"), at=0, counts_down_s=5)


class Page:
    """Keeps what is shown."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lines: list[str] = []
        self.bars: list[str] = []

    def say(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)

    def show(self, line: str) -> None:
        """Keep what changes."""
        self.bars.append(line)


class Watched:
    """A recorded boot whose capture is written bit by bit."""

    def __init__(self, place: Path) -> None:
        """Unpack it, with nothing captured yet."""
        self.store = EvidenceDirectory(unpack(NAME, place / NAME))
        self.whole = self.store.wire_path.read_bytes()
        self.page = Page()
        guest = SimpleNamespace(
            record=SimpleNamespace(boot=record(NAME), store=self.store),
            spec=SimpleNamespace(nics=[SimpleNamespace(mac=MAC)]),
            power=SimpleNamespace(is_on=False),
        )
        lab = SimpleNamespace(evidence=self.store)
        self.live = Live(cast("Lab", lab), cast("Guest", guest), self.page)

    def tick(self, size: int) -> None:
        """Let so many bytes be captured, and look."""
        self.store.wire_path.write_bytes(self.whole[:size])
        self.live.tick()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """Give one."""
    return Watched(tmp_path)


def test_all_of_a_boot_is_told_once(watched: Watched) -> None:
    for size in range(0, len(watched.whole) + 50_000, 50_000):
        watched.tick(size)
    said = watched.page.lines
    told = [line for line in said if "TFTP ipxe.efi" in line and "bytes in" in line]
    assert len(told) == 1
    assert sum("discover" in line for line in said) >= 2
    assert sum("the firmware has an address" in line for line in said) == 1
    assert sum("the kernel is fetched" in line for line in said) == 1
    assert watched.page.bars[-1] == ""
    before = list(said)
    watched.tick(len(watched.whole))
    assert said == before


def test_what_is_being_fetched_has_a_bar(watched: Watched) -> None:
    for size in range(0, len(watched.whole), 5_000):
        watched.tick(size)
    bars = [bar for bar in watched.page.bars if bar.startswith("ipxe.efi")]
    assert any("[#####---" in bar or "MB" in bar for bar in bars)
    told = next(n for n, line in enumerate(watched.page.lines) if "bytes in" in line)
    assert told < len(watched.page.lines) - 1


def test_a_menu_is_told_once_it_stands(watched: Watched) -> None:
    look = watched.live._look_at_menu
    look(DrawnMenu(title="Boot", items=("one",), at=0), 1.0)
    look(MENU, 1.1)
    look(MENU, 1.2)
    look(DrawnMenu(title="Boot", items=("one", "two"), at=1, counts_down_s=4), 2.0)
    look(None, 3.0)
    look(None, 3.1)
    assert [line.split(maxsplit=1)[1] for line in watched.page.lines] == [
        "menu        Boot (counts down 5 s)",
        "menu        > one",
        "menu          two",
        "menu        > two",
        "menu        is left",
    ]


def test_a_menu_that_was_there_between_two_looks_is_told_too(watched: Watched) -> None:
    watched.live._glanced = MENU
    watched.live._look_at_menu(None, 9.0)
    watched.live._look_at_menu(None, 9.3)
    assert [line.split(maxsplit=2)[2] for line in watched.page.lines] == [
        "Boot (counts down 5 s)",
        "> one",
        "two",
        "is left",
    ]


def test_a_menu_that_was_only_half_drawn_is_told_once(watched: Watched) -> None:
    look = watched.live._look_at_menu
    watched.live._glanced = DrawnMenu(title="Boot", items=("one",), at=0)
    look(None, 9.0)
    look(MENU, 9.3)
    look(MENU, 9.6)
    assert [line.split(maxsplit=2)[2] for line in watched.page.lines] == [
        "Boot (counts down 5 s)",
        "> one",
        "two",
    ]


def test_a_menu_that_is_just_drawn_anew_is_not_left(watched: Watched) -> None:
    look = watched.live._look_at_menu
    look(MENU, 1.0)
    look(MENU, 1.3)
    look(None, 1.6)
    moved = DrawnMenu(title="Boot", items=("one", "two"), at=1)
    look(moved, 1.9)
    look(moved, 2.2)
    assert [line.split(maxsplit=2)[2] for line in watched.page.lines[3:]] == ["> two"]


def test_a_menu_that_passed_is_told_when_the_machine_is_off(watched: Watched) -> None:
    watched.live._glanced = MENU
    watched.live._look_at_menu(None, 9.0)
    assert watched.page.lines == []
    watched.live._look_at_screen()
    assert watched.page.lines[-1].endswith("is left")


def test_a_password_is_masked(watched: Watched) -> None:
    watched.live._tell("console", "rootpass=secret", 1.0)
    assert watched.page.lines == ["    1.000  console     rootpass=***"]
