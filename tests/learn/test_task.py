"""Names of boots, and the directory where tasks and results lie."""

from pathlib import Path

import pytest

from harness.learn.task import Learned, Staging, Task
from harness.site import LaidKind


@pytest.mark.parametrize(
    ("choices", "name"),
    [
        ((), "x64-http-ipv4"),
        (("Live system",), "x64-http-ipv4--live-system"),
        (("Tools ...", "Mémtest (86+)"), "x64-http-ipv4--tools--memtest-86"),
        (("启动",), "x64-http-ipv4--row"),
        (("L├╢schen",), "x64-http-ipv4--loschen"),
        (("µüóσñì",), "x64-http-ipv4--row"),
    ],
)
def test_a_boot_is_named_by_its_machine_and_rows(choices: tuple[str, ...], name: str) -> None:
    task = Task(path="x64-http-ipv4", name="x64-http-ipv4")
    for row in choices:
        task = task.choosing(row)
    assert (task.name, task.choices) == (name, choices)


def test_rows_that_spell_the_same_are_numbered() -> None:
    task = Task(machine="a", path="x64-http-ipv4", name="a")
    assert task.choosing("重启", taken={"a--row", "a--row-2"}).name == "a--row-3"


def test_what_is_handed_out_and_comes_in_is_read_again(tmp_path: Path) -> None:
    staging, task = (
        Staging(tmp_path),
        Task(machine="m", path="x64-http-ipv4", choices=("a", "b"), name="m--a--b"),
    )
    staging.hand_out([task])
    assert staging.tasks == (task,)
    assert not staging.results
    learned = Learned(task=task, text="machine   m\n", laid={"srv/k": LaidKind.KERNEL})
    staging.take_in(learned)
    assert staging.results == (learned,)
