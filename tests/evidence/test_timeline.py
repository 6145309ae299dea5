"""When a boot did what, from the console and the wire of a real one."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.evidence.directory import EvidenceDirectory
from harness.evidence.timeline import PHASES, phases, timeline, verdict_lines
from harness.judge.boot import Boot
from harness.judge.facts import PowerNote
from harness.judge.judgement import judge
from harness.witness.console import ConsoleLine, ConsoleLog, read_console
from harness.witness.journal import HttpFault
from harness.witness.wire import HttpExchange
from tests.judge.recorded import DATA, record, with_events

NAME = "green-x64-http-ipv6"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> ConsoleLog:
    """Give the recorded console."""
    directory = tmp_path_factory.mktemp("console")
    for file in ("console.raw", "console.times"):
        (directory / file).write_bytes(gzip.decompress((DATA / NAME / f"{file}.gz").read_bytes()))
    return read_console(directory / "console.raw", directory / "console.times")


@pytest.fixture
def boot(console: ConsoleLog) -> Boot:
    """Give the recorded boot."""
    return replace(record(NAME), console=console)


def test_the_console_by_lines(console: ConsoleLog) -> None:
    texts = [line.text for line in console.lines]
    assert any("Start HTTP Boot over IPv6" in text for text in texts)
    assert not any("\x1b" in text for text in texts)
    times = [line.at_s for line in console.lines]
    assert times == sorted(times)
    assert console.power_on_s is not None


def test_the_phases_come_in_their_order(boot: Boot) -> None:
    times = phases(boot)
    assert list(times) == [name for name in PHASES if name not in ("menu", "choice", "off")]
    assert list(times.values()) == sorted(times.values())


def test_marks_fill_in_what_only_the_harness_knows(boot: Boot) -> None:
    marked = replace(boot, marks={"menu": 30.0, "off": 99.0})
    times = phases(marked)
    assert (times["menu"], times["off"]) == (30.0, 99.0)


def test_what_happened_to_the_power_is_in_the_timeline(boot: Boot) -> None:
    note = PowerNote(time_s=boot.power_on_s + 1.5, what="was reset")
    lines = timeline(replace(boot, power=(note,))).splitlines()
    assert "    1.500  power         the guest was reset" in lines


def test_the_timeline_merges_all_witnesses(boot: Boot) -> None:
    lines = timeline(boot).splitlines()
    witnesses = {line[11:15].strip() for line in lines}
    assert witnesses >= {"cons", "wire", "ngin", "dhcp"}
    times = [float(line[:9]) for line in lines]
    assert times == sorted(times)
    nbp = next(n for n, line in enumerate(lines) if "HTTP GET /ipxe.efi" in line)
    logged = next(n for n, line in enumerate(lines) if '"GET /ipxe.efi HTTP/1.1"' in line)
    started = next(n for n, line in enumerate(lines) if "iPXE initialising devices" in line)
    assert nbp < logged < started


def test_dhcpd_lines_stand_beside_what_they_tell_of(boot: Boot) -> None:
    lines = timeline(boot).splitlines()
    (wire,) = [line for line in lines if "DHCPv4 offer" in line][:1]
    (log,) = [line for line in lines if "DHCPOFFER on" in line][:1]
    assert wire[:9] == log[:9]


def test_both_files_are_written(boot: Boot, tmp_path: Path) -> None:
    store = EvidenceDirectory(tmp_path)
    store.write_timeline(boot, judge(boot))
    assert json.loads(store.phases_path.read_text()) == phases(boot)
    assert store.timeline_path.read_text().startswith("green: DHCPv6 as HTTPClient")
    assert "HTTP GET /script.ipxe" in store.timeline_path.read_text()


def test_a_timeline_begins_with_all_the_causes() -> None:
    verdict = judge(record("red-stopped-nginx"))
    assert len(verdict.causes) > 2
    told = [f"  cause: {cause}\n" for cause in verdict.causes]
    assert list(verdict_lines(verdict)) == [f"red: {verdict.what}\n", *told, "\n"]
    assert list(verdict_lines(None)) == ["not judged\n\n"]


def test_nothing_seen_has_no_phases() -> None:
    unseen = replace(with_events(record(NAME)), console=ConsoleLog())
    assert phases(unseen) == {}


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_every_recording_has_a_timeline(name: str) -> None:
    text = timeline(record(name))
    assert "router advertisement" in text
    assert " event\n" not in text


@pytest.mark.parametrize(
    ("times", "power_on"),
    [
        ("", None),
        ("{broken\n[]\n", None),
        ('{"power_on": "gestern"}\n', None),
        ('{"power_on": "2026-11-22T11:00:00+00:00"}\n{"at_s": 1, "offset"', 1795345200.0),
    ],
)
def test_half_written_console_files(tmp_path: Path, times: str, power_on: float | None) -> None:
    (tmp_path / "console.raw").write_bytes(b"\x1b[2Jone\r\none\r\ntwo \x1b[0mlines\x1b[")
    (tmp_path / "console.times").write_text(times)
    log = read_console(tmp_path / "console.raw", tmp_path / "console.times")
    assert [line.text for line in log.lines][:2] == ["one", "two lines"]
    assert log.power_on_s == power_on


def test_no_console_yet(tmp_path: Path) -> None:
    assert read_console(tmp_path / "a", tmp_path / "b") == ConsoleLog()


def test_no_password_is_in_a_timeline(boot: Boot, tmp_path: Path) -> None:
    line = ConsoleLine(at_s=1.0, text="Command line: rootpass=s3cret quiet")
    seen = replace(boot.console, lines=(*boot.console.lines, line))
    told = replace(boot, console=seen)
    store = EvidenceDirectory(tmp_path)
    store.write_timeline(told, None)
    assert "s3cret" in timeline(told)
    assert "rootpass=*** quiet" in store.timeline_path.read_text()


def test_what_nginx_notes_of_a_refusal_stands_after_the_request() -> None:
    """Its error log knows whole seconds only, which would put it before."""
    seen = record("red-missing-nbp-http")
    refused = next(each for each in seen.wire.of(HttpExchange) if each.status == 404)
    fault = HttpFault(
        daemon="nginx",
        line="open() failed",
        time_s=float(int(refused.time_s) - 1),
        client=refused.client,
        path=refused.path,
        why="No such file",
    )
    noted = replace(seen, journal=replace(seen.journal, events=(*seen.journal.events, fault)))
    lines = timeline(noted).splitlines()
    place = next(number for number, line in enumerate(lines) if "open() failed" in line)
    request = next(number for number, line in enumerate(lines) if f"wire {refused.frame} " in line)
    assert place > request
