"""Whatever stands in a log or on a console: no line is an error, and none makes a boot green."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.evidence.directory import EvidenceDirectory
from harness.evidence.summary import Summary
from harness.judge.judgement import judge
from harness.services.logs.atftpd import AtftpdParser
from harness.services.logs.dhcpd import message4, message6
from harness.services.logs.dnsmasq import query
from harness.services.logs.registry import read_logs
from harness.services.logs.relay import passed
from harness.services.logs.tftpd import request
from harness.services.logs.web import apache_fault, combined
from harness.witness.journal import HttpServed, Journal, LogEvent, TftpAsked
from harness.witness.payload import PAYLOAD_MARK, reports
from tests.fuzz import examples
from tests.judge.mutate import Spoiling, spoilings, spoilt
from tests.judge.recorded import DATA, explained, record, reported
from tests.witness.test_fuzz import ALL, GREEN, RED, right_payload

PARSERS = {
    "dhcpd4.log": message4,
    "dhcpd6.log": message6,
    "syslog": request,
    "nginx/access.log": combined("nginx"),
    "dnsmasq.log": query,
    "atftpd.log": AtftpdParser(),
    "apache2/error.log": apache_fault,
    "relay.log": passed,
}
WORDS = ["DHCPACK on ", "192.0.2.64", " to 52:54:00:12:34:56", " via eth0", ": ", "no free leases"]
WORDS += ["Sending Reply to ", "fe80::5054:ff:fe12:3456", " port 546", "::", "9" * 5000]
WORDS += [
    "vm atftpd[7.140]: ",
    "Serving ",
    ":49152",
    "File /srv not found",
    "[core:error] ",
    "[pid 1]",
]
WORDS += ["[Sun Nov 29 14:49:00.224233 2026] ", "[client 192.0.2.64:9] ", "AH01630: ", "[client :]"]
WORDS += ["Nov 22 11:40:15 ", "Feb 30 99:99:99 ", "in.tftpd[84]: ", "RRQ from ", " filename ", "x"]
WORDS += ["sending NAK (1, ", ") to ", "dnsmasq[7]: ", "query[A] ", " from ", "config ", " is "]
WORDS += [
    " - - [",
    "22/Nov/2026:11:40:21 +0000",
    "01/Jan/0001:00:00:00 +2359",
    '] "GET /',
    '" 200 ',
]
WORDS += ["31/Dec/9999:23:59:59 -2359", "HTTP/1.1", ' "-" "iPXE/1"', "\u0663", "\x00", "\udcff"]


def lines_of(name: str, file: str) -> list[bytes]:
    """Give the lines of a recorded log; none when the boot left no such log."""
    path = DATA / name / "log" / file
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


def read(parts: Iterable[tuple[str, list[bytes]]]) -> Journal:
    """Read logs of these lines."""
    with TemporaryDirectory() as directory:
        for file, lines in parts:
            path = Path(directory) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(lines))
        return read_logs(Path(directory))


def spoilt_journal(name: str, how: list[Spoiling]) -> Journal:
    """Give a recording's logs after all that was done to their lines."""
    every = [(file, line) for file in PARSERS for line in lines_of(name, file)]
    by_line = dict.fromkeys(PARSERS, b"")
    tagged = [file.encode().ljust(20) + line for file, line in every]
    for piece in spoilt(tagged, how):
        file = next((file for file in PARSERS if piece[:20].strip() == file.encode()), "syslog")
        by_line[file] += piece[20:]
    return read((file, [text]) for file, text in by_line.items())


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
@given(line=st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=12).map("".join))
@example(line=f'192.0.2.64 - - [x] "GET / HTTP/1.1" 200 {"9" * 5000} "-" "iPXE/1"')
@examples(60)
def test_any_line(parser: object, line: str) -> None:
    assert callable(parser)
    event = parser(line, 2026)
    assert event is None or isinstance(event, LogEvent)


@given(name=st.sampled_from(ALL), how=spoilings)
@examples(60)
def test_spoilt_logs_are_judged_without_an_error(name: str, how: list[Spoiling]) -> None:
    boot = replace(record(name), journal=spoilt_journal(name, how))
    assert judge(boot).headline
    explained(boot)


@given(name=st.sampled_from(RED), how=spoilings)
@examples(60)
def test_no_spoilt_log_makes_a_red_boot_green(name: str, how: list[Spoiling]) -> None:
    boot = replace(record(name), journal=spoilt_journal(name, how))
    assert not judge(replace(boot, payload=right_payload(boot))).green


def told(journal: Journal) -> list[tuple[object, ...]]:
    """Give what two logs say of a boot: who fetched what, and how it ended."""
    facts: list[tuple[object, ...]] = [
        (each.client, each.method, each.path, each.status, each.bytes)
        for each in journal.of(HttpServed)
        if each.status == 200
    ]
    return sorted([*facts, *((each.client, each.file) for each in journal.of(TftpAsked))], key=str)


@given(name=st.sampled_from(GREEN), how=spoilings)
@examples(60)
def test_a_log_that_tells_of_other_downloads_is_never_green(name: str, how: list[Spoiling]) -> None:
    boot = record(name)
    other = spoilt_journal(name, how)
    lost = [fact for fact in told(boot.journal) if fact not in told(other)]
    if lost:
        assert not judge(replace(boot, journal=other)).green


REPORTS = [reported(name) for name in GREEN]
BITS = ["\x1b[0m", "\r\n", "@@", PAYLOAD_MARK, "{", "}", "[" * 4000, '"\\ud800"', '"', ",", ":"]


@given(
    text=st.sampled_from(REPORTS),
    parts=st.lists(st.tuples(st.integers(0, 2000), st.sampled_from(BITS), st.integers(0, 9))),
)
@example(text=REPORTS[0].replace('"entry":"', '"entry":"\\ud800'), parts=[])
@example(text=PAYLOAD_MARK + '{"token":' + "[" * 4000 + "}@@", parts=[])
@examples(100)
def test_any_report_can_be_read_and_written(text: str, parts: list[tuple[int, str, int]]) -> None:
    for at, bit, gone in parts:
        text = text[:at] + bit + text[at + gone :]
    for report in reports(text):
        said = f"{report.token}{report.entry}{report.firmware}{report.mac}{report.cmdline}"
        assert said.encode()
        assert "".join((*report.ipv4, *report.ipv6)).encode() is not None


@given(raw=st.binary(max_size=300), times=st.text(max_size=200) | st.just("[" * 20_000))
@example(raw=b" " * 15_000 + b"x" + b"1" * 15_000 + b"x", times='{"offset": 0, "at_s": 1e999}')
@examples(40)
def test_any_console_can_be_read(raw: bytes, times: str) -> None:
    with TemporaryDirectory() as directory:
        store = EvidenceDirectory(Path(directory))
        store.console_raw_path.write_bytes(raw)
        store.console_times_path.write_bytes(times.encode(errors="surrogateescape"))
        store.read_console()


@given(text=st.text(max_size=80) | st.just("[" * 20_000) | st.just('{"a": ' * 5_000))
@examples(40)
def test_half_written_facts_are_read_without_an_error(text: str) -> None:
    with TemporaryDirectory() as directory:
        store = EvidenceDirectory(Path(directory))
        for path in (store.summary_path, store.versions_path, store.phases_path):
            path.write_bytes(text.encode(errors="surrogateescape"))
        assert isinstance(store.read_summary(), Summary)
        assert isinstance(store.read_json(store.versions_path), dict)
