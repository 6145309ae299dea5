"""What is printed of a boot is what is stored of it, however its scenario ends."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from harness.errors import BootError
from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.rejudge import rejudge
from harness.evidence.scenario import Result, Scenario
from harness.evidence.summary import NOT_JUDGED
from harness.guest.console.failure import BootFailedError, Finding
from harness.guest.console.failure_table import FailureTable
from harness.judge.boot import Boot
from harness.judge.verdict import When
from harness.lab.record import Record
from harness.lab.witnesses import Witnesses
from harness.loaders import LOADERS
from harness.model import EntryEnding
from tests.judge.recorded import record, unpack

RED, GREEN = "red-stopped-nginx", "green-x64-http-ipv6"


@dataclass(frozen=True)
class Seen:
    """Witnesses that have written everything."""

    store: EvidenceDirectory

    def read(self, boot: Boot) -> Boot:
        """Give the boot with what they have seen."""
        return replace(boot, wire=self.store.read_wire(), journal=self.store.read_logs())


def recording(name: str, place: Path) -> Record:
    """Give the record of a guest whose boot was recorded, before anything was judged."""
    store = EvidenceDirectory(unpack(name, place / name))
    store.summary_path.unlink()
    store.boot_path.unlink()
    seen = record(name)
    boot = Boot(path=seen.path, site=seen.site, entry=seen.entry, mac=seen.mac, token=seen.token)
    return Record(
        boot=boot,
        witnesses=cast("Witnesses", Seen(store)),
        store=store,
        scenario=Scenario(test="scenarios/it.py"),
    )


def failed(line: str) -> BootError:
    """Make the error of a wait that a line of the guest's has ended."""
    failure = FailureTable(LOADERS).find(line)
    assert failure is not None
    finding = Finding(failure=failure, line=line, at_s=9.0, start=0, end=len(line))
    return BootFailedError(finding, "the menu", last_lines=(), log_path=Path("console.txt"))


ERRORS = [
    (failed("No more network devices"), When.WAITING, False),
    (failed("imgfre: command not found"), When.WAITING, True),
    (BootError("wrong default", causes=("look at `item`",)), When.SHOWN, True),
    (BootError("the menu did not come in 60 s"), When.WAITING, False),
]


@pytest.mark.parametrize(("error", "when", "leads"), ERRORS)
def test_what_is_printed_is_what_is_stored(
    error: BootError, when: When, leads: bool, tmp_path: Path
) -> None:
    guest, own = recording(RED, tmp_path), error.causes
    guest.explain(error, when)
    guest.finish(Result(outcome="failed", why=error.what), {})
    summary = guest.store.read_summary()
    assert any("the web server does not listen" in cause for cause in error.causes)
    assert (error.causes[: len(own)] == own) is (leads or not own)
    assert summary.causes == error.causes
    assert (summary.what, summary.judged) == (error.what, when.value)
    printed = [line for line in str(error).splitlines() if line.startswith("  cause: ")]
    timeline = guest.store.timeline_path.read_text()
    assert timeline.startswith("\n".join((f"red: {error.what}", *printed, "\n")))
    again = rejudge(guest.store.dir)
    assert again.differences == ()
    assert again.verdict is not None
    assert again.verdict.causes == error.causes


def test_what_is_noted_after_the_verdict_is_not_of_the_boot_that_was_judged(
    tmp_path: Path,
) -> None:
    guest = recording(GREEN, tmp_path)
    verdict = guest.judge()
    guest.came_back("showmax", EntryEnding.RETURNED)
    guest.expect("grml")
    guest.mark("off", 99.0)
    guest.finish(Result(outcome="passed"), {})
    assert guest.store.read_summary().entry == "showmax"
    assert guest.store.read_json(guest.store.phases_path)["off"] == 99.0
    found = rejudge(guest.store.dir)
    assert found.differences == ()
    assert found.verdict == verdict


def test_a_green_boot_of_a_scenario_that_then_failed(tmp_path: Path) -> None:
    guest = recording(GREEN, tmp_path)
    assert guest.judge().green
    guest.finish(Result(outcome="error", why="KeyError: 1"), {})
    summary = guest.store.read_summary()
    assert (summary.verdict, summary.outcome, summary.why) == ("green", "error", "KeyError: 1")
    assert BootFile.read(guest.store).result.outcome == "error"
    assert rejudge(guest.store.dir).differences == ()


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (Result(outcome="error", why="OSError: full"), "OSError: full"),
        (Result(outcome="passed"), "the scenario has ended without asking for a verdict"),
    ],
)
def test_a_boot_that_was_never_judged_leaves_the_reason(
    result: Result, why: str, tmp_path: Path
) -> None:
    guest = recording(GREEN, tmp_path)
    guest.finish(result, {})
    summary = guest.store.read_summary()
    assert (summary.verdict, summary.outcome, summary.test) == (
        NOT_JUDGED,
        result.outcome,
        "scenarios/it.py",
    )
    assert summary.why.startswith(why)
    assert rejudge(guest.store.dir).verdict is None


@dataclass
class SeenTwice:
    """Witnesses of a machine that does the same again once it was switched on again."""

    once: Boot
    again: bool = False

    @property
    def store(self) -> EvidenceDirectory:
        """Whatever the wire has besides is not asked for."""
        raise AssertionError

    def read(self, boot: Boot) -> Boot:
        """Give the boot with what they have seen up to now."""
        wire, journal = self.once.wire, self.once.journal
        if self.again:
            frames, last_s = wire.frames, wire.events[-1].time_s + 60
            later = [
                replace(each, frame=each.frame + frames, time_s=each.time_s + last_s)
                for each in wire.events
            ]
            wire = replace(wire, events=(*wire.events, *later), frames=2 * frames)
            journal = replace(journal, events=journal.events * 2)
        return replace(boot, wire=wire, journal=journal)


@pytest.mark.parametrize("is_told", [True, False])
def test_each_power_on_begins_a_boot(is_told: bool, tmp_path: Path) -> None:
    guest, seen = recording(GREEN, tmp_path), SeenTwice(record(GREEN))
    guest.witnesses = cast("Witnesses", seen)
    assert guest.judge().green
    if is_told:
        guest.begin_again()
    seen.again = True
    with guest.store.console_raw_path.open("ab") as console:
        console.write(guest.store.console_raw_path.read_bytes())
    assert guest.judge().green is is_told


def test_what_was_judged_is_stored_though_it_was_switched_on_again(tmp_path: Path) -> None:
    guest = recording(GREEN, tmp_path)
    verdict = guest.judge()
    guest.begin_again()
    guest.mark("menu", 99.0)
    guest.finish(Result(outcome="passed"), {})
    assert guest.store.read_summary().causes == verdict.causes
    assert rejudge(guest.store.dir).verdict == verdict
    assert "menu" not in BootFile.read(guest.store).boot.marks


def test_what_came_before_the_last_power_on_is_not_judged_again(tmp_path: Path) -> None:
    guest = recording(GREEN, tmp_path)
    guest.begin_again()
    verdict = guest.judge()
    assert not verdict.green
    guest.finish(Result(outcome="failed"), {})
    assert rejudge(guest.store.dir).verdict == verdict
