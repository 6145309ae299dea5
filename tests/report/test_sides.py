"""Two accounts side by side: what differs is marked, and nothing else."""

from dataclasses import replace
from pathlib import Path

from harness.describe.boot import describe
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.summary import Summary
from harness.plan.boot_text import BootText, Statement
from harness.report.facts import BootFacts
from harness.report.sides import Beside, marked, promised_and_seen
from tests.judge.recorded import recorded
from tests.report.runs import GREEN, RED, TOLD, bundle


def told() -> BootText:
    """Give what a recorded machine did, in words."""
    return describe(recorded(TOLD))


def test_words_that_differ_are_marked() -> None:
    assert marked("linux rescue=web1 quiet", "linux rescu=web1 quiet") == (
        "linux <mark>rescue=web1</mark> quiet"
    )
    assert marked("a <b>", "a") == "a<mark> &lt;b&gt;</mark>"


def test_an_approved_text_beside_what_was_seen() -> None:
    text = told()
    place = next(n for n, each in enumerate(text.statements) if each.subject == "words")
    other = Statement(subject="words", text=text.statements[place].text.replace("boot", "boat"))
    statements = (*text.statements[:place], other, *text.statements[place + 1 :])
    boot = replace(recorded(TOLD), told=text, learned=replace(text, statements=statements))
    differing = [each for each in promised_and_seen(boot, Summary()) if each.differs]
    assert differing
    assert all("<mark>" in str(each.left) + str(each.right) for each in differing)
    assert "boat" in " ".join(str(each.left) for each in differing)


def test_nothing_differs_where_it_did_what_was_approved() -> None:
    boot = replace(recorded(TOLD), told=told(), learned=told())
    pairs = promised_and_seen(boot, Summary())
    assert len(pairs) > 10
    assert not any(each.differs for each in pairs)


def test_the_steps_of_a_plan(tmp_path: Path) -> None:
    for name, differ in ((GREEN, False), (RED, True)):
        summary = EvidenceDirectory(bundle(tmp_path, name)).read_summary()
        pairs = promised_and_seen(recorded(name), summary)
        assert [str(each.left) for each in pairs if each.left] == [*summary.expected_path]
        assert [str(each.right) for each in pairs if each.right] == [*summary.seen_path]
        assert any(each.differs for each in pairs) is differ


def facts(**phases: float) -> BootFacts:
    """Make a boot that took so long."""
    return BootFacts(dir=Path("it"), name="it", summary=Summary(outcome="passed"), phases=phases)


def test_paces() -> None:
    slow = Beside(here=facts(menu=9.0, off=20.0), there=facts(menu=8.9, off=10.0))
    assert [each.pace for each in slow.phases] == ["", "slower"]
    assert slow.pace == "slower"
    assert Beside(here=slow.there, there=slow.here).pace == "faster"


def test_what_was_run_otherwise_has_no_pace() -> None:
    here = facts(off=20.0)
    there = replace(facts(off=5.0), summary=Summary(options={"clock": "fast"}))
    here = replace(here, summary=Summary(options={"clock": "real"}))
    beside = Beside(here=here, there=there)
    assert beside.options == [("clock", "fast", "real")]
    assert beside.pace == ""
