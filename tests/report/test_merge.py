"""The shards of a CI job become one run: one page, one JUnit file, and what is missing is told."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from harness import cli
from harness.errors import UsageError
from harness.report.merge import DURATIONS, JUNIT, merge
from tests.report.runs import GREEN, RED, bundle, change, run

CASE = (
    '<testcase classname="scenarios.test_it" name="{name}" time="{time}">'
    '<properties><property name="test" value="{name}" /></properties>{bad}</testcase>'
)


def shard(place: Path, *names: str, junit: bool = True) -> Path:
    """Make what a shard leaves: a run's evidence, and pytest's JUnit file."""
    for name in names:
        bundle(place / "20261129T100000Z", name)
    cases = (
        CASE.format(name=name, time="4.5", bad="<failure/>" if name == RED else "")
        for name in names
    )
    counts = f'tests="{len(names)}" failures="{names.count(RED)}" errors="0" skipped="0" time="4.5"'
    if junit:
        suite = f"<testsuite {counts}>{''.join(cases)}</testsuite>"
        (place / JUNIT).write_text(f"<testsuites>{suite}</testsuites>")
    return place


def test_shards_become_one_run(tmp_path: Path) -> None:
    shards = [shard(tmp_path / "1", GREEN), shard(tmp_path / "2", RED)]
    night = tmp_path / "night"
    merged = merge(shards, night)
    assert (merged.missing, merged.tests, merged.red) == ((), 2, 1)
    assert sorted(path.name for path in night.iterdir()) == sorted([DURATIONS, GREEN, JUNIT, RED])
    (suite,) = Xml.parse(night / JUNIT).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("time")) == ("2", "1", "9.000")
    assert json.loads((night / DURATIONS).read_text()) == {GREEN: 4.5}


def test_what_is_packed_by_who_follows_links_is_taken_once(tmp_path: Path) -> None:
    """A run leaves a link to its newest evidence, and CI services make a copy of that."""
    shards = [shard(tmp_path / "1", GREEN), shard(tmp_path / "2", RED)]
    for each in shards:
        shutil.copytree(each / "20261129T100000Z", each / "latest")
        shutil.copy(each / JUNIT, each / "latest")
    night = tmp_path / "night"
    merged = merge(shards, night)
    assert (merged.missing, merged.tests, merged.red) == ((), 2, 1)
    assert sorted(path.name for path in night.iterdir()) == sorted([DURATIONS, GREEN, JUNIT, RED])


def test_the_page_has_all_boots_beside_the_night_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = run(tmp_path, RED, GREEN, stamp="before")
    change(before / RED / "summary.json", {"outcome": "passed", "verdict": "green"})
    bundle(before, GREEN, as_="other", test="scenarios/test_other.py::test_other")
    shards = [str(shard(tmp_path / "1", GREEN)), str(shard(tmp_path / "2", RED))]
    night = tmp_path / "night"
    words = ["report", *shards, "--into", str(night), "--beside", str(before)]
    assert cli.main(words) == 1
    assert f"2 shards: 2 tests, 1 red\n{night / 'report.html'}\n" in capsys.readouterr().out
    text = (night / "report.md").read_text()
    assert text.startswith("## 1 of 2 boots red\n")
    assert "1 of them new, beside `before`" in text
    assert "- scenarios/test\\_other.py::test\\_other was not run\n" in text
    assert "1 of the other run were not run" in (night / "report.html").read_text()


@pytest.mark.parametrize(
    ("names", "junit", "said"),
    [
        ((), False, "is not there: a shard is missing"),
        ((GREEN,), False, "has no whole junit.xml: its run did not come to its end"),
        ((), True, "has booted nothing"),
    ],
)
def test_a_shard_that_is_missing_is_no_green_one(
    tmp_path: Path, names: tuple[str, ...], junit: bool, said: str
) -> None:
    first, second = shard(tmp_path / "1", GREEN), tmp_path / "2"
    if junit or names:
        second.mkdir()
        for name in names:
            bundle(second / "20261129T100000Z", name, as_="another")
        shard(second, junit=junit)
    night = tmp_path / "night"
    assert cli.main(["report", str(first), str(second), "--into", str(night)]) == 1
    text = (night / "report.md").read_text()
    assert text.partition("\n")[0].endswith("green; 1 of its shards is missing")
    assert said in text.replace("\\", "")
    page = (night / "report.html").read_text()
    assert "<title>incomplete" in page
    assert said in page


def test_a_shard_that_somebody_has_ended_is_no_green_one(tmp_path: Path) -> None:
    """Even then pytest writes its file, as if the tests that were left had never been."""
    ended = shard(tmp_path / "1", GREEN)
    change(ended / "20261129T100000Z" / GREEN / "summary.json", {"outcome": "interrupted"})
    (said,) = merge([ended], tmp_path / "night").missing
    assert said.endswith("1 was ended during 1 of its tests: what was left of it is not here")


@pytest.mark.parametrize("text", ["", "<testsuites><testsu"])
def test_results_that_are_cut_off_are_none(tmp_path: Path, text: str) -> None:
    cut = shard(tmp_path / "1", GREEN)
    (cut / JUNIT).write_text(text)
    merged = merge([cut], tmp_path / "night")
    assert [each.partition("has ")[2] for each in merged.missing] == [
        "no whole junit.xml: its run did not come to its end"
    ]


def test_what_would_be_mixed_up_is_refused(tmp_path: Path) -> None:
    first = shard(tmp_path / "1", GREEN)
    with pytest.raises(UsageError, match="and in a shard before it"):
        merge([first, shard(tmp_path / "2", GREEN)], tmp_path / "night")
    with pytest.raises(UsageError, match="is not empty"):
        merge([first], tmp_path / "night")
    with pytest.raises(UsageError, match=r"junit\.xml is not a directory"):
        merge([first], first / JUNIT)


def test_several_runs_want_a_place_to_be_put_together_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(run(tmp_path, GREEN, stamp=stamp)) for stamp in ("1", "2")]
    assert cli.main(["report", *words]) == 2
    assert "name it with --into NEW" in capsys.readouterr().err
