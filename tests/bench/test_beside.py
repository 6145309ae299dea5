"""Two trees side by side: each has its turn, and the later one is judged by the earlier."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.host.accelerator import Accelerator
from harness.services.registry import load_site
from tools.bench import beside
from tools.bench.setting import Setting
from tools.bench.stopwatch import Lap
from tools.bench.tree import Tree

SITE_DIR = Path(__file__).parents[2] / "fixtures" / "showmax"
SCRIPT = """\
#!/bin/sh
echo "$@" >>"$0.log"
sleep {pause}
echo "==== {count} passed in {pause}s ===="
"""


def tree(tmp_path: Path, name: str, *, pause: float, count: int) -> Tree:
    """Give a tree whose pytest takes so long."""
    directory = tmp_path / name / ".venv" / "bin"
    directory.mkdir(parents=True)
    (directory / "pytest").write_text(SCRIPT.format(pause=pause, count=count))
    (directory / "pytest").chmod(0o755)
    return Tree(name=name, dir=tmp_path / name)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """Give a setting that writes nowhere else."""
    return Setting(
        site=load_site(SITE_DIR),
        accelerator=Accelerator(name="tcg", reason="asked for"),
        work_dir=tmp_path / "work",
    )


def test_whole_runs_are_compared_by_their_walls(setting: Setting, tmp_path: Path) -> None:
    before = tree(tmp_path, "before", pause=0.4, count=112)
    now = tree(tmp_path, "now", pause=0.1, count=125)
    section = beside.whole_run(setting, before, now, words=("-k", "bios"), runs=2)
    walls = {figure.name: figure.is_met for figure in section.figures}
    assert walls == {"wall, now / before": True, "CPU, now / before": None}
    assert section.notes[:2] == ("before: 112 passed in 0.4s", "now: 125 passed in 0.1s")
    said = Path(f"{now.pytest_path}.log").read_text()
    assert said.count("scenarios -n 8 --accel tcg -k bios\n") == 2
    slower = beside.whole_run(setting, now, replace(before, name="later"))
    assert not slower.is_met


def test_labs_take_turns_few_at_a_time(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def labs_in(of: Tree, _directory: Path, *, count: int) -> list[dict[str, Lap]]:
        asked.append((of.name, count))
        up_s = {"before": 0.1, "now": 0.12}[of.name]
        return [{name: Lap(wall_s=up_s, cpu_s=0.1) for name in ("up", "body", "down")}] * count

    monkeypatch.setattr(beside, "labs_in", labs_in)
    before, now = (Tree(name=name, dir=Path(name)) for name in ("before", "now"))
    section = beside.labs(setting, before, now, runs=7)
    assert asked == [("before", 5), ("now", 5), ("before", 2), ("now", 2)]
    up = section.figures[0]
    assert (up.name, up.is_met) == ("lab up, now / before", False)
    assert up.measured.count == 7
