"""What a console leaves: every byte, when it came, and a text for people."""

import json
from pathlib import Path

import pytest

from harness.guest.console.keyboard import Key
from harness.guest.console.transcript import readable
from tests.guest.fake_guest import DATA, attached


def test_the_times_tell_when_which_byte_came_and_which_key_went(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("first")
        console.wait_for("first", timeout_s=5)
        console.send(Key.DOWN)
        guest.wait_until_heard(b"\x1b[B")
        guest.say("second")
        console.wait_for("second", timeout_s=5)
    power_on, *facts = map(json.loads, (tmp_path / "console.times").read_text().splitlines())
    assert list(power_on) == ["power_on"]
    assert {"sent": "\x1b[B", "offset": 5}.items() <= facts[1].items()
    assert [fact["at_s"] for fact in facts] == sorted(fact["at_s"] for fact in facts)
    assert facts[-1]["offset"] >= 5


def test_the_text_for_people_has_the_lines_once_and_the_last_screen(tmp_path: Path) -> None:
    redraws = "".join(f"\x1b[3;1H\x1b[0;41m  Boot    ({left})" for left in (5, 4, 3))
    with attached(tmp_path) as (_, guest):
        guest.say("\x1b[2J\x1b[1;1Hhello\r\n\r\n", redraws)
    text = (tmp_path / "console.txt").read_text()
    lines, screen = text.split("----- the screen at the end -----\n")
    assert lines.split("\n")[:3] == ["hello", "  Boot    (5)", ""]
    assert screen.splitlines()[2].split() == ["Boot", "(3)"]


@pytest.mark.parametrize("name", ["bios-ipxe-rom", "x64-tftp"])
def test_a_real_boot_reads_as_a_person_would_tell_it(name: str) -> None:
    lines = readable((DATA / f"{name}.raw").read_bytes()).split("\n")
    assert "http://192.0.2.1/script.ipxe... ok" in lines
    assert sum("No such file or directory (http://ipxe.org/2d0c6" in line for line in lines) >= 2
    assert not any("\x1b" in line or "\b" in line for line in lines)
    assert len(lines) < 90
