"""What CI services run: it names what there is, and its own scripts do what they say."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from harness.host import tools
from harness.process import Completed, run
from harness.pytest_plugin.tier_file import read_matrix
from tests.report.runs import GREEN, RED
from tests.report.test_merge import shard

ROOT = Path(__file__).parents[1]
FILES = (*sorted((ROOT / ".github/workflows").glob("*.yml")), ROOT / ".gitlab-ci.yml")
ACTION, CONTAINER = ROOT / "action.yml", ROOT / "Containerfile"
SHARDS = 4


_COMMANDS = ("run", "script", "before_script", "what")
"""The keys under which commands stand; the last is a part of a matrix."""


def lines(path: Path) -> Iterator[str]:
    """Give what a file has the shell run."""
    yield from _commands(yaml.safe_load(path.read_text()))


def _commands(value: object, key: object = "") -> Iterator[str]:
    if isinstance(value, str) and key in _COMMANDS:
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _commands(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _commands(each, key)


@pytest.mark.parametrize("path", [*FILES, ACTION], ids=lambda path: path.name)
def test_what_is_run_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    found = " ".join(lines(path))
    scripts = re.findall(r"(?:\.ci|tools)/[\w-]+", found)
    assert [name for name in scripts if not (ROOT / name).is_file()] == []
    texts = "\n".join(lines(path))
    made = " ".join(re.findall(r"\bmake ((?:[a-z]+(?: |$))+)", texts, re.MULTILINE))
    assert made or scripts or path == ACTION
    assert [word for word in made.split() if word not in targets] == []


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.name)
def test_tiers_are_in_the_matrix_and_shards_are_as_many_everywhere(path: Path) -> None:
    found = " ".join(lines(path))
    tiers = set(re.findall(r"\.ci/shard (\w+)", found))
    assert tiers <= set(read_matrix(ROOT / "matrix.toml").tiers)
    assert set(re.findall(r"\.ci/night (\d+)", found)) == {str(SHARDS)}
    numbers = re.search(r"shard: \[([\d, ]+)\]|parallel: (\d+)", path.read_text())
    assert numbers is not None
    assert numbers[0] in (f"shard: {[*range(1, SHARDS + 1)]}", f"parallel: {SHARDS}")


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.name)
def test_a_night_has_what_the_installer_brings_only_where_it_is_named(path: Path) -> None:
    """Shards require all: without it, arm64's scenarios would be red there."""
    installed = " ".join(re.findall(r"tools/install (.*)", "\n".join(lines(path)))).split()
    # Its compiler brings what links and packs.
    wanted = {each.package for each in tools.TOOLS.values() if each.by_name}
    assert wanted - {"binutils-aarch64-linux-gnu"} == set(installed)


def test_what_is_kept_between_nights_is_packed_alike() -> None:
    """With zstd where it is installed, which `make` does: what is packed otherwise is not found."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text())["jobs"]
    kept = 0
    for job in jobs.values():
        steps = job["steps"]
        (made, *_) = [n for n, each in enumerate(steps) if each.get("run", "").startswith("make ")]
        caches = [n for n, e in enumerate(steps) if e.get("uses", "").startswith("actions/cache")]
        assert all(number > made for number in caches)
        kept += len(caches)
    assert kept == 4


def test_the_container_has_what_it_copies_and_runs() -> None:
    text = CONTAINER.read_text()
    for place in re.findall(r"netboot-harness/([\w./-]+)", text):
        assert (ROOT / place).exists()
    assert text.count("FROM debian:12") == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a checkout of nothing but the scripts, with our own environment."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    return tmp_path


def night(project: Path, shards: int) -> Completed:
    shutil.rmtree(project / "night", ignore_errors=True)
    return run([".ci/night", str(shards)], cwd=project, check=False, timeout_s=120)


def test_a_green_night_is_what_the_next_is_set_beside(project: Path) -> None:
    """A red one is not, and what turned red is told; its times are kept all the same."""
    shard(project / "shard-1", GREEN)
    assert night(project, 1).exit_code == 0
    assert (project / "before" / GREEN / "boot.json").is_file()
    assert not [*(project / "before").rglob("*.pcap")]
    shard(project / "shard-2", RED)
    assert night(project, 2).exit_code == 1
    assert "beside `before`" in (project / "night" / "report.md").read_text()
    assert not (project / "before" / RED).exists()
    times = json.loads((project / ".pytest_cache/v/netboot/durations").read_text())
    assert times == {GREEN: 4.5}


def test_a_shard_that_has_left_nothing_is_red(project: Path) -> None:
    shard(project / "shard-1", GREEN)
    done = night(project, 2)
    assert done.exit_code == 1
    assert "missing: shard-2 is not there: a shard is missing" in done.stdout
    assert not (project / "before").exists()


def test_a_shard_is_one_run_of_pytest(project: Path) -> None:
    (project / ".venv").unlink()
    stub = project / ".venv/bin/pytest"
    stub.parent.mkdir(parents=True)
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stub.chmod(0o755)
    said = run([".ci/shard", "nightly", "2", "4", "-k", "ipv6"], cwd=project).stdout.split()
    assert said[:3] == ["--tier", "nightly", "--require-all"]
    assert said[3:7] == ["--splits", "4", "--group", "2"]
    assert said[-2:] == ["-k", "ipv6"]
    assert (project / "shard-2").is_dir()
    assert run([".ci/shard", "nightly"], cwd=project, check=False).exit_code == 2
