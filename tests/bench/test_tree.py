"""Another checkout is measured by its own pytest."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import CommandError, HarnessError, UsageError
from harness.machines import BOOT_PATHS
from tools.bench.tree import Tree, checkout, labs_in

PROJECT_DIR = Path(__file__).parents[2]
CONFTEST = '''
from collections.abc import Iterator

import pytest


@pytest.fixture
def lab() -> Iterator[str]:
    """Give a lab that burns cores on its way up."""
    sum(range(3_000_000))
    yield "up"
'''
SCENARIOS = """
import pytest


@pytest.mark.needs_linux("as much as any")
def test_with_a_lab(lab: str, request: pytest.FixtureRequest) -> None:
    assert lab == "up"
    assert request.node.get_closest_marker("needs_linux") is None


def test_without() -> None:
    pass
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Give a checkout with scenarios that boot nothing, and the real pytest."""
    root = tmp_path / "tree"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "pytest").symlink_to(Path(sys.executable).with_name("pytest"))
    (root / "fixtures").symlink_to(PROJECT_DIR / "fixtures")
    (root / "pyproject.toml").write_text('[tool.pytest]\naddopts = ["--import-mode=importlib"]\n')
    (root / "conftest.py").write_text(CONFTEST)
    (root / "test_it.py").write_text(SCENARIOS)
    return checkout(root)


@pytest.fixture
def evidence_dir(tmp_path: Path) -> Path:
    """Give an empty directory."""
    (tmp_path / "evidence").mkdir()
    return tmp_path / "evidence"


def test_each_lab_is_timed_and_boots_the_default_payload(tree: Tree, evidence_dir: Path) -> None:
    ((laps, power_on_s),) = tree.probed(("test_it.py",), evidence_dir)
    assert list(laps) == ["up", "body", "down"]
    assert laps["up"].cpu_s > laps["body"].cpu_s
    assert power_on_s > tree.pytest_path.stat().st_ctime


def test_the_first_lab_of_a_run_does_not_count(tree: Tree, evidence_dir: Path) -> None:
    # It lies beside the evidence, so the tree's conftest.py is not its.
    (evidence_dir / "conftest.py").write_text(CONFTEST)
    assert len(labs_in(tree, evidence_dir, count=2)) == 2


def test_a_red_run_is_no_measurement(tree: Tree, evidence_dir: Path) -> None:
    (tree.dir / "test_it.py").write_text("def test_red() -> None:\n    raise ValueError\n")
    with pytest.raises(CommandError):
        tree.pytest(("test_it.py",), evidence_dir)


def test_a_path_is_booted_untouched_by_its_approved_boot(tree: Tree) -> None:
    path = BOOT_PATHS["x64-http-ipv4"]
    assert tree.untouched(path) == [f"{tree.dir}/fixtures/showmax/boots/x64-http-ipv4.boot"]
    with pytest.raises(HarnessError, match=r"neither test_default_entry\.py nor .*ipv4\.boot"):
        replace(tree, dir=tree.dir / "empty").untouched(path)


def test_a_tree_from_before_approved_boots_has_a_module_for_them(tree: Tree) -> None:
    module = tree.dir / "scenarios" / "promises" / "test_default_entry.py"
    module.parent.mkdir(parents=True)
    module.touch()
    paths = [BOOT_PATHS[id] for id in ("x64-http-ipv4", "bios-ipxe-rom")]
    assert tree.untouched(*paths) == [str(module), "-k", "x64-http-ipv4 or bios-ipxe-rom"]


def test_a_tree_without_an_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"make -C {tmp_path} venv"):
        checkout(tmp_path)
