"""Where a boot stands in a run's matrix: by its machine, what it boots, and its firmware."""

from pathlib import Path

import pytest

from harness.evidence.directory import Version
from harness.evidence.summary import Summary
from harness.report.facts import BootFacts, last_run
from harness.report.matrix import counted, matrix, place_of
from harness.report.run import Run
from tests.report.runs import GREEN, RED, run


def boot(
    test: str,
    path: str = "x64-http-ipv4",
    *,
    outcome: str = "passed",
    name: str = "it",
    version: str = "",
) -> BootFacts:
    """Make a boot as its bundle sums it up."""
    return BootFacts(
        dir=Path(name),
        name=name,
        summary=Summary(test=test, boot_path=path, outcome=outcome),
        versions={"firmware ovmf-x64": Version(version=version)} if version else {},
    )


@pytest.mark.parametrize(
    ("test", "path", "place"),
    [
        (
            "s/boots/web1.boot::held",
            "x64-http-ipv4",
            ("approved boots", "nobody presses a key", "web1"),
        ),
        (
            "s/boots/web1--rescue.boot::held[3]",
            "x64-http-ipv4",
            ("approved boots", "rescue", "web1"),
        ),
        (
            "scenarios/promises/test_entries.py::test_it_fails[bios-ipxe-rom]",
            "bios-ipxe-rom",
            ("promises", "entries: it fails", "bios-ipxe-rom"),
        ),
        (
            "scenarios/reference/test_nics.py::TestOld::test_boots[x64-tftp-ipv4-e1000-uefi-rom-2]",
            "x64-tftp-ipv4-e1000-uefi-rom",
            ("reference", "nics: TestOld: boots e1000-uefi-rom", "x64-tftp-ipv4"),
        ),
        (
            "scenarios/test_it.py::test_it[x64-http-ipv4-ovmf-x64@2025.02]",
            "x64-http-ipv4",
            ("scenarios", "it", "x64-http-ipv4"),
        ),
        ("", "x64-http-ipv4", ("labs", "it", "x64-http-ipv4")),
    ],
)
def test_places(test: str, path: str, place: tuple[str, str, str]) -> None:
    assert place_of(boot(test, path)) == place


def test_versions_of_a_firmware_have_columns_of_their_own() -> None:
    old, new = boot("a.boot::held", version="1"), boot("a.boot::held", version="2")
    found = [each.versions for each in matrix([new, old]).columns]
    assert found == [("ovmf-x64 1",), ("ovmf-x64 2",)]
    other = boot("a--rescue.boot::held", version="2")
    assert [each.versions for each in matrix([old, other]).columns] == [()]


def test_machines_stand_in_the_order_in_which_people_list_them() -> None:
    paths = ("bios-ipxe-rom", "x64-http-ipv6", "web1", "x64-tftp-ipv4")
    boots = [boot(f"t.py::t[{path}]", path) for path in paths]
    named = [each.machine for each in matrix(boots).columns]
    assert named == ["x64-tftp-ipv4", "x64-http-ipv6", "bios-ipxe-rom", "web1"]


def test_of_several_boots_in_a_cell_the_red_one_counts() -> None:
    red = boot("t", outcome="failed", name="two")
    assert counted([boot("t", name="one"), red]) is red


def test_of_a_confirmed_one_the_second_counts() -> None:
    first, second = boot("t", outcome="failed"), boot("t", name="it-real-clock")
    assert counted([first, second]) is second


def test_the_last_run_is_one_of_the_same_boots(tmp_path: Path) -> None:
    from harness.report.facts import read_facts

    run(tmp_path, GREEN, stamp="20261127T100000Z")
    run(tmp_path, RED, stamp="20261128T100000Z")
    (tmp_path / "latest").symlink_to("20261128T100000Z")
    now = run(tmp_path, GREEN)
    run(tmp_path, GREEN, stamp="20261130T100000Z")
    assert last_run(now, read_facts(now)) == tmp_path / "20261127T100000Z"
    assert last_run(tmp_path / "20261127T100000Z", read_facts(now)) is None


def test_versions_are_told_shortly_and_once() -> None:
    first = boot("a.boot::held", version="1.21.1+git2025.dfsg-1")
    matrix_of = matrix([first, boot("a.boot::held", version="2.0.0+dfsg-1")])
    assert [matrix_of.short[each.versions[0]] for each in matrix_of.columns] == ["1.21.1", "2.0.0"]
    assert matrix_of.told_of(first) == "1.21.1"
    same = matrix([boot("a.boot::held", version=each) for each in ("1.0+git1-1", "1.0+git2-1")])
    assert [same.short[each.versions[0]] for each in same.columns] == ["1.0+git1", "1.0+git2"]


@pytest.mark.parametrize(
    ("outcomes", "headline", "colour"),
    [
        (["passed", "xfailed"], "All 2 boots green", "green"),
        (["passed"], "The boot is green", "green"),
        (["passed", "failed"], "1 of 2 boots red", "red"),
        (["passed", "failed", ""], "1 of 3 boots red, 1 without a verdict", "red"),
        (["passed", "skipped"], "1 of 2 boots green, 1 without a verdict", "grey"),
        (["", "interrupted"], "0 of 2 boots green, 2 without a verdict", "grey"),
    ],
)
def test_what_has_no_verdict_is_not_green(outcomes: list[str], headline: str, colour: str) -> None:
    boots = [boot(f"t{n}", name=f"{n}", outcome=each) for n, each in enumerate(outcomes)]
    run = Run(dir=Path("run"), boots=boots, matrix=matrix(boots), numbers={})
    assert (run.headline, run.colour) == (headline, colour)
