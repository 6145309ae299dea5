"""What came out otherwise, and what was otherwise around it, is said; what always varies is not."""

import json
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.evidence.directory import AGAIN, EvidenceDirectory
from harness.rerun.compare import Came, around, came_of, difference
from tests.report.runs import RED, bundle, change


def came(parent: Path, name: str, **summary: object) -> Came:
    """Give what came of a recorded boot, with some of its verdict set."""
    return Came.read(bundle(parent / name, RED, as_="it", **summary))


def test_the_same_is_the_same(tmp_path: Path) -> None:
    before, now = came(tmp_path, "before"), came(tmp_path, "now")
    assert difference(before, now) == ()
    assert tuple(around(before, now)) == ()


def test_times_and_places_in_the_capture_vary(tmp_path: Path) -> None:
    before = came(tmp_path, "before", what="no menu after 3.2 s", causes=["lost (frame 12)"])
    now = came(tmp_path, "now", what="no menu after 4 s", causes=["lost (frame 9)"])
    assert difference(before, now) == ()


@pytest.mark.parametrize(
    ("cause", "other"),
    [
        (
            "no DHCPv4 offer: 4 of its firmware's discovers unanswered (from frame 10)",
            "no DHCPv4 offer: 11 of its firmware's discovers unanswered (from frame 7)",
        ),
        (
            "192.0.2.1 port 80 does not answer: 3 SYN unanswered (from frame 9)",
            "192.0.2.1 port 80 does not answer: 5 SYN unanswered (from frame 9)",
        ),
        ("a was fetched 7 times: it loops (frame 3)", "a was fetched 31 times: it loops (frame 9)"),
    ],
    ids=["discovers", "segments", "rounds"],
)
def test_so_does_how_often_it_was_in_vain(cause: str, other: str, tmp_path: Path) -> None:
    before, now = came(tmp_path, "before", causes=[cause]), came(tmp_path, "now", causes=[other])
    assert difference(before, now) == ()


def test_each_machine_of_a_lab_counts(tmp_path: Path) -> None:
    for name, cause in (("before", "one"), ("now", "another")):
        came(tmp_path, name)
        bundle(tmp_path / name / "it", RED, as_="guest1", causes=[cause])
    before, now = (Came.read(tmp_path / name / "it") for name in ("before", "now"))
    lines = difference(before, now)
    assert lines == ("- guest1: cause: one", "+ guest1: cause: another")


def test_a_port_does_not(tmp_path: Path) -> None:
    before = came(tmp_path, "before", causes=["192.0.2.1 port 80: 3 SYN unanswered"])
    now = came(tmp_path, "now", causes=["192.0.2.1 port 8080: 3 SYN unanswered"])
    assert difference(before, now)


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("outcome", "passed", "+ passed"),
        ("verdict", "green", "+ verdict: green"),
        ("what", "something else", "+ something else"),
        ("causes", ["another"], "+ cause: another"),
        ("seen_path", ["a detour"], "+ step: a detour"),
    ],
)
def test_each_way_to_come_out_otherwise(
    field: str, value: object, line: str, tmp_path: Path
) -> None:
    lines = difference(came(tmp_path, "before"), came(tmp_path, "now", **{field: value}))
    assert line in lines
    assert any(each.startswith("- ") for each in lines)


def test_what_was_otherwise_around_it(tmp_path: Path) -> None:
    before = came(tmp_path, "before", options={"clock": "fast", "accelerator": "tcg"})
    now = came(tmp_path, "now", options={"clock": "real", "accelerator": "tcg"})
    store = EvidenceDirectory(now.dir)
    change(
        store.versions_path,
        {
            "firmware ovmf-x64": {"version": "2022.11-6", "sha256": "c2" * 32, "path": "/P"},
            "daemon nginx": {"version": "1.22", "sha256": "d3" * 32, "path": "/N"},
        },
    )
    assert tuple(around(before, Came.read(now.dir))) == (
        "clock: fast before, real now",
        "firmware ovmf-x64: 2022.11-6 b1b1b1b1b1b1 before, 2022.11-6 c2c2c2c2c2c2 now",
        "daemon nginx: - before, 1.22 d3d3d3d3d3d3 now",
    )


def test_a_file_elsewhere_is_no_difference(tmp_path: Path) -> None:
    before, now = came(tmp_path, "before"), came(tmp_path, "now")
    same = {"version": "2022.11-6", "sha256": "b1" * 32, "path": "/elsewhere"}
    change(EvidenceDirectory(now.dir).versions_path, {"firmware ovmf-x64": same})
    assert tuple(around(before, Came.read(now.dir))) == ()


def test_nor_is_another_name_of_the_same(tmp_path: Path) -> None:
    before, now = came(tmp_path, "before"), came(tmp_path, "now")
    same = {"version": "", "sha256": "b1" * 32, "path": "/scratch/OWN_CODE.fd"}
    path = EvidenceDirectory(now.dir).versions_path
    path.write_text(json.dumps({"firmware /scratch/OWN_CODE.fd": same}))
    assert tuple(around(before, Came.read(now.dir))) == ()


def test_of_two_boots_the_confirmed_one_counts(tmp_path: Path) -> None:
    for name in ("it", f"it{AGAIN}"):
        bundle(tmp_path / "run", RED, as_=name)
    assert came_of(tmp_path / "run").dir.name == f"it{AGAIN}"


def test_a_run_without_a_boot_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="has booted nothing"):
        came_of(tmp_path)
