"""What a faulty link did is added up, and told of a boot that came through."""

from dataclasses import replace
from pathlib import Path

from harness.judge.judgement import judge
from harness.services.logs.registry import read_logs
from harness.witness.journal import LinkStruck
from tests.judge.recorded import record

LOG = """\
1795641570.100 forwarding between tap0 and tap0-wire by a process of the lab
1795641570.110 rules in force: [{"do": "lose", "every": 50, "of": "http"}]
1795641570.153 lose http 50 to the guest
1795641570.256 lose http 100 to the server
1795641570.325 lose http 150 to the guest
1795641571.000 delay any 1 to the guest
1795641572.000 cut at tftp-data 100 to the guest
1795641572.500 plugged in for what comes after this
"""
TOLD = [
    "lost 2 frames (http) on their way to the guest",
    "lost 1 frame (http) on their way to the server",
    "was slow",
    "was cut for a while",
]


def struck(log_dir: Path) -> list[LinkStruck]:
    (log_dir / "link-tap0.log").write_text(LOG)
    return list(read_logs(log_dir).of(LinkStruck))


def test_each_thing_is_told_once(tmp_path: Path) -> None:
    events = struck(tmp_path)
    assert [event.text for event in events] == TOLD
    assert {event.daemon for event in events} == {"link-tap0"}
    assert events[0].time_s == 1795641570.153


def test_a_lab_without_faulty_links_has_none(tmp_path: Path) -> None:
    assert list(read_logs(tmp_path).of(LinkStruck)) == []


def test_a_boot_that_came_through_says_so(tmp_path: Path) -> None:
    boot = record("green-bios-ipxe-rom")
    events = (*boot.journal.events, *struck(tmp_path))
    verdict = judge(replace(boot, journal=replace(boot.journal, events=events)))
    assert verdict.green
    assert set(verdict.recovered) >= {f"the link tap0 {text}" for text in TOLD}
