"""A run over slips, with a check and boots that are not real: each sees what it is told to."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import HarnessError
from tools.mutants.run import Choice, mutants
from tools.mutants.slip import Catalogue, Slip
from tools.mutants.trial import Bench

CHECK = """
import sys
from pathlib import Path
site = Path(sys.argv[1])
text = (site / "etc/f").read_text()
if "no such label" in text:
    sys.exit(f"error: {site}/etc/f:1: a label is not there")
for number, line in enumerate(text.splitlines(), 1):
    if line.startswith("no such name"):
        print(f"{site}/etc/f:{number}: warning: a name is not there")
    if line.startswith("as ever"):
        print(f"{site}/etc/f:{number}: warning: an old habit")
print("site: complete")
"""
PYTEST = """
import json, sys
from pathlib import Path
boots = [Path(word) for word in sys.argv if word.endswith(".boot")]
options = dict(zip(sys.argv, sys.argv[1:]))
evidence = Path(options["--evidence"])
evidence.mkdir(parents=True, exist_ok=True)
text = (boots[0].parent.parent / "etc/f").read_text()
if "nothing runs" in text:
    sys.exit("INTERNALERROR")
red = "wrong" in text
summary = {"causes": ["the router is wrong"] if "router" in text else [], "what": "no menu"}
(evidence / "summary.json").write_text(json.dumps(summary))
with Path(options["--results"]).open("w") as file:
    for boot in boots:
        row = {"test": f"{boot}::boot", "outcome": "failed" if red else "passed"}
        row |= {"evidence": str(evidence), "why": "red"}
        file.write(json.dumps(row) + "\\n")
sys.exit(2 if red else 0)
"""


def slip(new: str, *, names: str = "", survives: str = "") -> Slip:
    return Slip(file="etc/f", what=new, old="right", new=new, names=names, survives=survives)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A site of one file and two boots."""
    for name in ("etc/f", "boots/a.boot", "boots/b.boot"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("right\n")
    return Bench(
        site_dir=tmp_path / "site",
        catalogue=Catalogue(slips=(), boots={}),
        work_dir=tmp_path / "work",
        workers=1,
        check=(sys.executable, "-c", CHECK),
        pytest=(sys.executable, "-c", PYTEST),
    )


def run(bench: Bench, slips: Sequence[Slip], *, again: bool = False) -> tuple[bool, list[str]]:
    """Try these slips; give whether the goal is reached, and what was said."""
    said: list[str] = []
    listed = Catalogue(slips=tuple(slips), boots=bench.catalogue.boots)
    changed = replace(bench, catalogue=listed)
    return mutants(changed, Choice(again=again), said.append), said


def test_what_check_says_counts(bench: Bench) -> None:
    passed, said = run(bench, [slip("no such label", names="etc/f:1: a label")])
    assert passed
    assert "f:1: no such label: seen by check, named" in said[0]


def test_a_warning_of_check_counts(bench: Bench) -> None:
    passed, said = run(bench, [slip("no such name", names="^etc/f:1: warning: a name")])
    assert passed
    assert "f:1: no such name: seen by check, named" in said[0]


def test_what_check_says_of_the_site_as_it_is_does_not_count(bench: Bench) -> None:
    (bench.site_dir / "etc/f").write_text("right\nas ever\n")
    _, said = run(bench, [slip("left\nand more", names="left")])
    assert "not seen by 2 boots" in said[0]


def test_the_first_cause_is_what_must_name_it(bench: Bench) -> None:
    passed, said = run(bench, [slip("wrong router", names="router")])
    assert passed
    assert "seen by a, named" in said[0]
    assert not [*(bench.work_dir / "evidence").iterdir()]


def test_a_cause_that_names_something_else_is_not_enough(bench: Bench) -> None:
    passed, said = run(bench, [slip("wrong default", names="default")])
    assert not passed
    assert "not named by a: etc/f:1: wrong default: no menu" in said
    assert [*(bench.work_dir / "evidence").iterdir()]


def test_what_nothing_sees_is_told(bench: Bench) -> None:
    passed, said = run(bench, [slip("left", names="left")])
    assert not passed
    assert "not seen by 2 boots" in said[0]
    assert "not seen: etc/f:1: left" in said


def test_a_survivor_that_is_known_does_not_come_as_one_seen(bench: Bench) -> None:
    passed, said = run(bench, [slip("left", survives="nobody looks")])
    assert not passed
    assert "survives, as is known: etc/f:1: left" in said
    _, said = run(bench, [slip("wrong", survives="nobody looks")])
    assert "seen after all, by a: etc/f:1: wrong: no menu" in said


def test_a_run_goes_on_where_one_ended(bench: Bench) -> None:
    slips = [slip("wrong router", names="router")]
    run(bench, slips)
    assert run(bench, slips) == (True, run(bench, slips)[1])
    assert not [line for line in run(bench, slips)[1] if line.startswith("1 of 1")]
    assert run(bench, slips, again=True)[1][0].startswith("1 of 1")


def test_what_is_to_be_named_may_change_after_the_trial(bench: Bench) -> None:
    assert run(bench, [slip("wrong router", names="switch")])[0] is False
    assert run(bench, [slip("wrong router", names="router")])[0] is True


def test_boots_that_do_not_run_are_no_result(bench: Bench) -> None:
    passed, said = run(bench, [slip("nothing runs", names="."), slip("wrong router", names="r")])
    assert not passed
    assert "not tried: the boots did not run" in said[0]
    assert "seen by a, named" in said[1]


def test_a_site_that_is_red_as_it_is_shows_nothing(bench: Bench) -> None:
    (bench.site_dir / "etc/f").write_text("right or wrong\n")
    with pytest.raises(HarnessError, match="without a mistake a is red"):
        run(bench, [slip("left", names=".")])


def test_only_the_boots_that_the_file_touches_are_run(bench: Bench) -> None:
    few = replace(bench, catalogue=Catalogue(slips=(), boots={"etc/f": ("b*",)}))
    assert "seen by b" in run(few, [slip("wrong router", names="router")])[1][0]


def test_boots_that_tell_of_what_was_changed_come_first(bench: Bench) -> None:
    (bench.site_dir / "boots/b.boot").write_text("the right one\n")
    (bench.site_dir / "boots/a.boot").write_text("another\n")
    assert "seen by b" in run(bench, [slip("wrong router", names="router")])[1][0]


def test_a_file_that_no_boot_touches_is_an_error(bench: Bench) -> None:
    few = replace(bench, catalogue=Catalogue(slips=(), boots={"etc/f": ("c*",)}))
    with pytest.raises(HarnessError, match="no boots that etc/f touches"):
        run(few, [slip("wrong router", names="router")])
