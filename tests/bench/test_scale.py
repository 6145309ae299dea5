"""What is said of labs that went up side by side."""

import pytest

from tools.bench.figure import Spread
from tools.bench.footprint import own_tmpfs, parse_pss_mib
from tools.bench.owners import answer
from tools.bench.result import Section, render
from tools.bench.scale import Batch, summary

MOUNTINFO = """\
20 1 0:30 / / ro - overlay root rw
21 20 0:31 / /run rw shared:1 - tmpfs lab-run rw,mode=755
22 20 0:32 / /tmp rw - tmpfs lab-scratch rw
23 21 0:31 /harness/dev /dev rw - tmpfs lab-run rw,mode=755
24 23 0:5 /null /dev/null rw - tmpfs tmpfs rw
25 20 0:33 / /etc ro - overlay lab-etc ro
"""


def batch(count: int, *, up_s: float, busy: float = 1.0) -> Batch:
    """Give a batch of labs that cost the same each."""
    return Batch(
        count=count,
        up_s=up_s,
        cpu_s=0.5 * count,
        busy=busy,
        processes_mib=30.0 * count,
        tmpfs_mib=10.0 * count,
        down_s=0.1 * count,
    )


def sum_up(busy: float = 1.0) -> Section:
    """Sum up batches of one lab and of four on two cores."""
    four = [batch(4, up_s=up_s, busy=busy) for up_s in (2.0, 1.25, 1.0)]
    return summary({1: [batch(1, up_s=0.4)], 4: four}, core_count=2, available_mib=1000.0)


def medians(section: Section, name: str) -> list[float | None]:
    """Give a row's medians."""
    row = next(row for row in section.rows if row.name.strip() == name)
    return [None if cell is None else cell.median for cell in row.cells]


def test_costs_are_given_per_lab_and_waits_of_all() -> None:
    section = sum_up()
    assert section.headings == ("1 lab", "4 labs")
    assert medians(section, "all ready") == pytest.approx([0.4, 1.25])
    assert medians(section, "/ labs") == pytest.approx([0.4, 0.3125])
    assert medians(section, "CPU per lab") == pytest.approx([0.5, 0.5])
    assert medians(section, "memory per lab") == pytest.approx([40.0, 40.0])
    assert medians(section, "all down") == pytest.approx([0.1, 0.4])
    assert "40.0 MiB" in render(section)
    assert section.samples["4"][0]["cpu_s"] == 2.0


def test_the_labs_share_of_the_cores_is_of_the_most_at_once() -> None:
    [share] = sum_up().figures
    assert share.measured == Spread(low=0.5, median=0.8, high=1.0, count=3)


@pytest.mark.parametrize(("busy", "words"), [(0.9, "cores limit"), (0.5, "cores do not limit")])
def test_cores_limit_only_when_they_are_busy(busy: float, words: str) -> None:
    said = sum_up(busy).notes[0]
    assert words in said
    assert said.endswith("would hold 25")


def test_a_lab_has_the_tmpfs_of_its_own_once_each() -> None:
    assert own_tmpfs(MOUNTINFO) == ("/run", "/tmp")


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("55d0-7ffe ---p 0 00:00 0 [rollup]\nRss: 9 kB\nPss:   2048 kB\nPss_Anon: 1 kB\n", 2),
        ("", 0),
    ],
)
def test_the_share_of_memory_is_read(text: str, mib: float) -> None:
    assert parse_pss_mib(text) == mib


@pytest.mark.parametrize(
    ("said", "found"),
    [("", None), ("up 1", None), ("a warning\nup 12\n", "12"), ("upwards\n", None), ("up\n", "")],
)
def test_an_answer_is_a_whole_line(said: str, found: str | None) -> None:
    assert answer(said, "up") == found
