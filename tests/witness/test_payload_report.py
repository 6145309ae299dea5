"""The payload's own word, found on a noisy console."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model import HandedFile, PayloadReport
from harness.witness.payload import PAYLOAD_PATTERN, last_report, probes, reports

CONTENT = {
    "token": "cafe",
    "entry": "showmax",
    "firmware": "uefi",
    "mac": "52:54:00:12:34:56",
    "cmdline": 'boot=live quoted="a b"',
    "ipv4": ["192.0.2.64"],
    "ipv6": ["2001:db8::1:3399"],
    "kernel": "6.1.0",
}
LINE = f"@@HARNESS-PAYLOAD {json.dumps(CONTENT)}@@"
REPORT = PayloadReport(
    token="cafe",
    entry="showmax",
    firmware="uefi",
    mac="52:54:00:12:34:56",
    cmdline='boot=live quoted="a b"',
    ipv4=("192.0.2.64",),
    ipv6=("2001:db8::1:3399",),
)


def test_a_clean_line() -> None:
    assert last_report(f"\r\n{LINE}\r\n") == REPORT


@pytest.mark.parametrize("noise", ["\r\n", "\x1b[0m", "\x1b[2J\x1b[01;01H", "\0", "\x1b[=3h", "\r"])
def test_noise_inside_the_report(noise: str) -> None:
    for at in range(LINE.index("{") + 1, len(LINE) - 3):
        assert last_report(LINE[:at] + noise + LINE[at:]) == REPORT, at


@given(before=st.text(max_size=50), after=st.text(max_size=50))
def test_noise_around_the_report(before: str, after: str) -> None:
    assert last_report(before + LINE + after) == REPORT


def test_this_run_behind_another() -> None:
    other = LINE.replace("cafe", "beef")
    assert [report.token for report in reports(f"{other}\n{LINE}")] == ["beef", "cafe"]
    assert last_report(f"{other}\n{LINE}") == REPORT


def test_a_report_that_was_broken_off_does_not_swallow_the_next() -> None:
    assert last_report(LINE[:-9] + "\r\n" + LINE) == REPORT


def test_an_at_sign_in_the_command_line_is_escaped() -> None:
    content = {**CONTENT, "cmdline": "a@@b"}
    text = json.dumps(content).replace("@", "\\u0040")
    report = last_report(f"@@HARNESS-PAYLOAD {text}@@")
    assert report is not None
    assert report.cmdline == "a@@b"


@pytest.mark.parametrize("lacking", ["token", "entry", "firmware", "mac", "cmdline"])
def test_a_report_that_lacks_something_is_none(lacking: str) -> None:
    content = {name: value for name, value in CONTENT.items() if name != lacking}
    assert last_report(f"@@HARNESS-PAYLOAD {json.dumps(content)}@@") is None


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"token": 5}', "{broken}"])
def test_what_is_no_report(text: str) -> None:
    assert last_report(f"@@HARNESS-PAYLOAD {text}@@") is None


@given(text=st.text(alphabet='@HARNESS-PYLOD {}"\\:,\r\n\x1b[', max_size=400))
def test_any_console_is_read_without_a_word(text: str) -> None:
    assert last_report(text) is None


def test_the_menu_alone_is_no_report() -> None:
    assert PAYLOAD_PATTERN.search("Showmax Boot  GRML  @@HARNESS-PAYLOAD") is None


def test_what_was_tried_and_answered() -> None:
    said = (
        "\n@@HARNESS-PROBE ping/192.0.2.1 answered@@\r\n@@HARNESS-PROBE dns/x/2001:db8::1 silent@@"
    )
    assert probes(said) == {"ping/192.0.2.1": True, "dns/x/2001:db8::1": False}
    assert probes("probe=ping/192.0.2.1 @@HARNESS-PROBE ping/192.0.2.1 answe") == {}


STUB = {
    "payload": "stub",
    "initrds": [{"size": 9, "sha256": "ab"}, "odd"],
    "archives": [{"size": 4, "sha256": "cd"}],
    "memory_mib": 255,
    "secure_boot": "off",
    "uuid": "11223344-5566-7788-99aa-bbccddeeff00",
    "error": "",
}


def test_what_only_the_stub_tells() -> None:
    (report,) = reports(f"@@HARNESS-PAYLOAD {json.dumps(CONTENT | STUB)}@@")
    assert (report.payload, report.error, report.secure_boot) == ("stub", "", "off")
    assert report.initrds == (HandedFile(size=9, sha256="ab"),)
    assert report.archives == (HandedFile(size=4, sha256="cd"),)
    assert (report.memory_mib, report.uuid) == (255, STUB["uuid"])


def test_linux_tells_nothing_of_it() -> None:
    (report,) = reports(LINE)
    assert (report.payload, report.initrds, report.memory_mib) == ("linux", (), 0)
