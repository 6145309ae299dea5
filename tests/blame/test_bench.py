"""A run over faults, with a check and boots that are not real: each sees what it is told to."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError, SiteError
from tools.blame.bench import Bench
from tools.blame.fault import Catalogue, Edit, Fault
from tools.blame.run import Pytest
from tools.blame.tally import Tally
from tools.blame.trial import Kept

PYTEST = """
import json, sys
from pathlib import Path
boots = [Path(word) for word in sys.argv if word.endswith(".boot")]
options = dict(zip(sys.argv, sys.argv[1:]))
with Path(options["--results"]).open("w") as file:
    for boot in boots:
        site, name = boot.parent.parent, boot.stem
        text = (site / "etc/f").read_text()
        if "nothing runs" in text:
            sys.exit("INTERNALERROR")
        with Path(options["--runs"]).open("a") as runs:
            runs.write(f"{site.name[0]}{name} ")
        evidence = Path(options["--evidence"], site.name, name)
        evidence.mkdir(parents=True, exist_ok=True)
        red = "wrong" in text and f"but not in {name}" not in text
        times = Path(options["--runs"]).read_text().count(f"{site.name[0]}{name} ")
        red = red or (times == 1 and "red at first" in text)
        router, switch = "the router is wrong (etc/f:1)", "the switch is wrong"
        causes = [router] if "router" in text else [switch] if "switch" in text else []
        what = f"{site}/site.toml:1: no file" if "no file" in text else "no menu"
        summary = {"causes": causes, "what": what}
        (evidence / "summary.json").write_text(json.dumps(summary))
        row = {"test": f"{boot}::boot", "outcome": "failed" if red else "passed"}
        row |= {"evidence": str(evidence), "why": "red"}
        file.write(json.dumps(row) + "\\n")
with Path(options["--runs"]).open("a") as runs:
    runs.write("\\n")
sys.exit(1)
"""


def check(site_dir: Path, say: Callable[[str], None]) -> None:
    """Stand in for check: refuse one text, warn of others."""
    file = site_dir / "etc/f"
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line == "no such label":
            raise SiteError("a label is not there", path=file, line=number)
        if line == "no such name":
            say(f"{file}:{number}: warning: a name is not there")
        if line == "as ever":
            say(f"{file}:{number}: warning: an old habit")
    say("site: complete")


def slip(new: str, **facts: Any) -> Fault:  # noqa: ANN401
    return Fault(file="etc/f", what=new, old="right", new=new, **facts)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A site of one file and two boots."""
    for name in ("etc/f", "boots/a.boot", "boots/b.boot"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("right\n" if name == "etc/f" else "machine  x64-tftp-ipv4\n")
    return Bench(
        site_dir=tmp_path / "site",
        catalogue=Catalogue(faults=(), boots={}),
        pytest=Pytest(
            work_dir=tmp_path / "work",
            words=("--runs", str(tmp_path / "runs")),
            command=(sys.executable, "-c", PYTEST),
        ),
        check=check,
        daemons=lambda _: (),
    )


def run(bench: Bench, *faults: Fault, again: bool = False) -> tuple[bool, list[str]]:
    """Try these faults; give whether the goal is reached, and what was said."""
    said: list[str] = []
    kept = Kept(directory=bench.pytest.work_dir / "results")
    if again:
        kept.forget(faults)
    tally = Tally(trials=replace(bench, say=said.append, sound=set()).trials(faults, kept))
    return tally.passed, [*said, *tally.summary(lambda trial: trial.fault.file)]


def rounds(bench: Bench) -> list[str]:
    """Give the boots of each run: the first letter of the file, and the boot's name."""
    return [line.strip() for line in Path(bench.pytest.words[1]).read_text().splitlines()]


def test_what_check_says_counts(bench: Bench) -> None:
    passed, said = run(bench, slip("no such label", names="etc/f:1: a label"))
    assert passed
    assert "named by check: etc/f:1: no such label: error: etc/f:1: a label is not there" in said


def test_a_refused_site_is_told_of_without_where_its_copy_lay(bench: Bench) -> None:
    _, said = run(bench, slip("wrong: no file", names="."))
    assert any(line.endswith(" etc/f:1: wrong: no file: site.toml:1: no file") for line in said)


def test_a_warning_of_check_counts(bench: Bench) -> None:
    passed, said = run(bench, slip("no such name", names="^etc/f:1: warning: a name"))
    assert passed
    assert said[0].startswith("named by check: etc/f:1: no such name")


def test_what_check_says_of_the_site_as_it_is_does_not_count(bench: Bench) -> None:
    (bench.site_dir / "etc/f").write_text("right\nas ever\n")
    _, said = run(bench, slip("left\nand more", names="left"))
    assert "not seen: etc/f:1: left\nand more" in said


def test_the_first_cause_is_what_must_name_it(bench: Bench) -> None:
    passed, said = run(bench, slip("wrong router", names="router"))
    assert passed
    assert "named by a: etc/f:1: wrong router: the router is wrong (etc/f:1)" in said
    assert not [*(bench.pytest.work_dir / "evidence").rglob("summary.json")]


@pytest.mark.parametrize(
    ("new", "names", "told"),
    [
        ("wrong default", "default", "not named by a: etc/f:1: wrong default: no menu"),
        ("wrong switch", "switch", "not by its line by a: etc/f:1: wrong switch: the switch is"),
        ("ok\nwrong router", "x", "blames another by a: etc/f:2"),
    ],
)
def test_a_cause_that_does_not_name_it_is_not_enough(
    bench: Bench, new: str, names: str, told: str
) -> None:
    if told.startswith("blames"):
        (bench.site_dir / "etc/f").write_text("first\nright\n")
        new = new.removeprefix("ok\n")
    passed, said = run(bench, slip(new, names=names))
    assert not passed
    assert any(line.startswith(told) for line in said)
    assert [*(bench.pytest.work_dir / "evidence").rglob("summary.json")]


def test_a_round_holds_one_boot_of_each_that_nobody_has_seen(bench: Bench) -> None:
    slips = [slip(f"{each}, but not in a", names=".") for each in ("wrong", "wrong, too", "left")]
    _, said = run(bench, *slips, slip("wrong", names="."))
    assert rounds(bench) == ["na fa fa fa fa", "nb fb fb fb"]
    assert "not seen: etc/f:1: left, but not in a" in said
    assert "round 1: 4 of 4 boots held; 0 minutes more of it" in said
    assert not [*(bench.pytest.work_dir / "sites").iterdir()]


def test_a_survivor_that_is_known_does_not_come_as_one_seen(bench: Bench) -> None:
    passed, said = run(bench, slip("left", survives="nobody looks"))
    assert not passed
    assert "survives: etc/f:1: left" in said
    assert rounds(bench) == ["na fa"]
    _, said = run(bench, slip("wrong", survives="nobody looks"))
    assert "seen after all by a: etc/f:1: wrong: no menu" in said


def test_a_run_goes_on_where_one_ended(bench: Bench) -> None:
    slips = (slip("wrong router", names="router"), slip("wrong, but not in a", names="."))
    run(replace(bench, catalogue=Catalogue(faults=(), boots={"etc/f": ("a*",)})), *slips)
    assert rounds(bench) == ["na fa fa"]
    run(bench, *slips)
    assert rounds(bench)[1:] == ["nb fb"]
    run(bench, *slips)
    assert rounds(bench)[2:] == []
    run(bench, *slips, again=True)
    assert rounds(bench)[2:] == ["na fa fa", "nb fb"]


def test_what_is_to_be_named_may_change_after_the_trial(bench: Bench) -> None:
    assert run(bench, slip("wrong router", names="switch"))[0] is False
    assert run(bench, slip("wrong router", names="router"))[0] is True


def test_boots_that_do_not_run_are_no_result(bench: Bench) -> None:
    with pytest.raises(HarnessError, match="the boots did not run"):
        run(bench, slip("nothing runs", names="."))


def test_a_site_that_is_red_as_it_is_shows_nothing(bench: Bench) -> None:
    (bench.site_dir / "etc/f").write_text("right or wrong\n")
    with pytest.raises(HarnessError, match="without a mistake a is red"):
        run(bench, slip("left", names="."))


def test_a_boot_that_a_full_host_lets_down_is_held_once_more(bench: Bench) -> None:
    (bench.site_dir / "etc/f").write_text("right\nred at first\n")
    run(bench, slip("wrong", names="."))
    assert rounds(bench) == ["na fa", "na"]


def test_only_the_boots_that_the_file_touches_are_run(bench: Bench) -> None:
    few = replace(bench, catalogue=Catalogue(faults=(), boots={"etc/f": ("b*",)}))
    assert "named by b" in run(few, slip("wrong router", names="router"))[1][0]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("another  x", "the right"),
        ('keys  chooses "x"', "firmware  x"),
        ("answer  x  # etc/f:2", "answer  x  # etc/f:1"),
    ],
)
def test_boots_that_tell_of_what_was_changed_come_first(bench: Bench, a: str, b: str) -> None:
    head = "machine  x64-tftp-ipv4\n"
    (bench.site_dir / "boots/a.boot").write_text(f"{head}{a}\n")
    (bench.site_dir / "boots/b.boot").write_text(f"{head}{b}\n")
    assert "named by b" in run(bench, slip("wrong router", names="router"))[1][0]


def test_a_file_that_no_boot_touches_is_an_error(bench: Bench) -> None:
    few = replace(bench, catalogue=Catalogue(faults=(), boots={"etc/f": ("c*",)}))
    with pytest.raises(HarnessError, match="no boots that show etc/f:1"):
        run(few, slip("wrong router", names="router"))


def test_a_boot_that_is_named_is_held_whatever_check_says(bench: Bench) -> None:
    said = run(bench, slip("no such label", path="b", green="it is right"))[1]
    assert rounds(bench) == ["nb fb"]
    assert "green: etc/f:1: no such label: " in said


def test_red_where_green_is_right_is_wrong(bench: Bench) -> None:
    passed, said = run(bench, slip("wrong router", path="a", green="it is right"))
    assert not passed
    assert any(line.startswith("red, and is right: etc/f:1: wrong router") for line in said)


def test_what_stands_beside_is_changed_too_and_is_nothing_to_name(bench: Bench) -> None:
    (bench.site_dir / "etc/f").write_text("left\nright\n")
    beside = (Edit(file="etc/f", old="left", new="wrong router"),)
    passed, said = run(bench, slip("another", also=beside, names="router"))
    assert not passed
    assert any(line.startswith("not by its line by a: etc/f:2: another") for line in said)


def test_boots_with_other_options_are_runs_of_their_own(bench: Bench) -> None:
    run(bench, slip("wrong router"), slip("wrong, too", options=("--firmware", "x")))
    assert rounds(bench) == ["na fa", "fa"]


def test_results_of_the_tool_that_was_before_are_read(bench: Bench) -> None:
    """It kept the whole mistake, and no lines."""
    fault = slip("wrong router", names="router")
    results = bench.pytest.work_dir / "results"
    results.mkdir(parents=True)
    old = {"slip": {"what": "x"}, "line": 1, "seen_by": "b", "held": ["b"], "evidence": ""}
    old["causes"] = ["the router is wrong (etc/f:1)"]
    (results / f"{fault.key}.json").write_text(json.dumps(old))
    assert run(bench, fault)[0]
