"""The screen through time: what stood longest, in its colours, and only what changes."""

import json
from pathlib import Path

from harness.evidence.directory import EvidenceDirectory
from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder
from harness.report.screens import Drawing, pictures, steps
from harness.secret import keep_secret
from tests.report.runs import TOLD, bundle


def screen(text: str) -> list[str]:
    """Give the rows of a screen that shows this."""
    found = Screen(fills=True)
    found.feed(Decoder().feed(text.encode()))
    drawing = Drawing()
    drawing.take(found.take_changed())
    return [str(row) for row in drawing.rows]


def store(place: Path, *said: tuple[float, str]) -> EvidenceDirectory:
    """Leave a console's files: what came, and when."""
    found, raw = EvidenceDirectory(place), b""
    notes: list[dict[str, object]] = [{"power_on": "2026-11-29T10:00:00+00:00"}]
    for at_s, text in said:
        notes.append({"at_s": at_s, "offset": len(raw)})
        raw += text.encode()
    found.console_raw_path.write_bytes(raw)
    found.console_times_path.write_text("".join(f"{json.dumps(note)}\n" for note in notes))
    return found


def test_colours() -> None:
    row = screen(
        "\x1b[1;37;44m Network boot \x1b[0m <plain> \x1b[7m chosen \x1b[0m \x1b[38;5;208mx"
    )[0]
    assert '<i class="f-white b-blue bold"> Network boot </i>' in row
    assert " &lt;plain&gt; " in row
    assert '<i class="f-black b-white"> chosen </i>' in row
    assert '<i class="" style="color:#ff8700">x</i>' in row


def test_blanks_at_the_end_are_left_out_unless_they_have_a_colour() -> None:
    first, second = screen("a  \r\n\x1b[41mb  \x1b[0m")[:2]
    assert first == "a"
    assert second == '<i class="b-red">b  </i>'


def test_what_is_erased_takes_the_colour_behind_it() -> None:
    rows = screen("\x1b[44m\x1b[2J\x1b[1;3Hmenu")
    assert rows[0] == f'<i class="b-blue">{"  menu".ljust(80)}</i>'
    assert rows[24] == f'<i class="b-blue">{"".ljust(80)}</i>'


def test_a_password_is_covered_where_the_screen_breaks_it() -> None:
    keep_secret(["correct-horse"])
    rows = screen(f"{'x' * 74}correct-horse and rootpass=abc")
    assert rows[0].endswith("x" + "*" * 6)
    assert rows[1] == "*" * 7 + " and rootpass=***"


def test_what_stood_longest_and_what_is_asked_for(tmp_path: Path) -> None:
    said = [(n / 1000, f"\x1b[2J\x1b[1;1H{n}") for n in range(100)]
    found = store(tmp_path, *said, (5.0, "\x1b[2J\x1b[1;1Hmenu"), (9.0, "\x1b[2J\x1b[1;1Hend"))
    seen = pictures(found, [5.0])
    assert [str(each.rows[0]) for each in seen][-3:] == ["99", "menu", "end"]
    assert len(seen) <= 42


def test_only_what_changes_is_kept(tmp_path: Path) -> None:
    found = store(tmp_path, (1.0, "one\r\ntwo\r\n"), (2.0, "three"), (3.0, "\x1b[2J"))
    first, second, third = steps(pictures(found, []))
    assert first[0] == 1.0
    assert isinstance(first[1], dict)
    assert first[1]["1"] == "two"
    assert second == [2.0, {"2": "three"}]
    assert third == [3.0, {"0": "", "1": "", "2": ""}]


def test_a_recorded_one(tmp_path: Path) -> None:
    seen = pictures(EvidenceDirectory(bundle(tmp_path, TOLD)), [37.0])
    assert any("Showmax Boot" in row for each in seen for row in each.rows)
    times = [each.at_s for each in seen]
    assert times == sorted(times)


def test_no_console(tmp_path: Path) -> None:
    assert pictures(EvidenceDirectory(tmp_path), [1.0]) == []
