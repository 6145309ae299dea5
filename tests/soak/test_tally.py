"""The arithmetic of many boots."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.soak.tally import Boot, Tally, read_boot

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def boot(name: str = "showmax/bios-ipxe-rom", *, green: bool = True, took_s: float = 10.0) -> Boot:
    """Make a boot."""
    return Boot(name=name, green=green, duration_s=took_s, evidence_dir=Path("/evidence/x"))


@pytest.mark.parametrize("name", ["held", "held[12]"])
def test_a_result_of_pytest_is_read(name: str) -> None:
    fact = {
        "test": f"fixtures/showmax/boots/x64-http-ipv6.boot::{name}",
        "outcome": "failed",
        "duration_s": 3.5,
        "evidence": "/evidence/run/name",
        "why": "no menu",
    }
    assert read_boot(json.dumps(fact)) == Boot(
        name="showmax/x64-http-ipv6",
        green=False,
        duration_s=3.5,
        evidence_dir=Path("/evidence/run/name"),
        why="no menu",
    )


def test_all_green_is_a_pass() -> None:
    tally = Tally(expected=2, boots=[boot(), boot()], loads=[4.0, 12.0, 8.0])
    assert tally.passed
    assert list(tally.summary(cores=2)) == [
        "showmax/bios-ipxe-rom: 2 boots, median 10.0 s, longest 10.0 s",
        "worst stretch: 1.0 times the quickest boot of showmax/bios-ipxe-rom",
        "load average: median 8.0, most 12.0, on 2 cores",
        "2 boots under load: 2 green, 0 red",
    ]


def test_one_red_boot_is_named_with_its_evidence() -> None:
    tally = Tally(expected=2, boots=[boot(), boot(green=False)])
    assert not tally.passed
    said = list(tally.summary(cores=2))
    assert said[:3] == [
        "red: showmax/bios-ipxe-rom: no reason was given",
        "     evidence: /evidence/x",
        "flaky: showmax/bios-ipxe-rom: 1 of 2 red",
    ]
    assert said[-1] == "2 boots under load: 1 green, 1 red"


def test_a_boot_that_is_always_red_is_not_flaky() -> None:
    reds = [boot(green=False), boot(green=False)]
    assert Tally(expected=3, boots=[*reds, boot("x64-http-ipv4")]).flaky() == {}


def test_a_boot_that_was_not_made_is_no_pass() -> None:
    tally = Tally(expected=3, boots=[boot(), boot()])
    assert not tally.passed
    assert "ended early: 1 boots were not made" in list(tally.summary(cores=2))


def test_the_worst_stretch_compares_the_same_boot() -> None:
    boots = [boot(took_s=10.0), boot(took_s=15.0), boot("x64-http-ipv4", took_s=90.0)]
    boots += [boot(green=False, took_s=400.0)]
    assert Tally(expected=4, boots=boots).worst_stretch() == (1.5, "showmax/bios-ipxe-rom")


def test_the_progress_says_rate_and_end() -> None:
    tally = Tally(expected=10, boots=[boot(), boot(green=False)], loads=[3.25])
    assert tally.progress(elapsed_s=60.0, now=NOON) == (
        "2 of 10 boots, 1 red, 2.0 a minute, to end at 12:04, load 3.2"
    )


def test_the_progress_before_the_first_boot() -> None:
    assert Tally(expected=10).progress(elapsed_s=0.0, now=NOON) == "0 of 10 boots, 0 red"
