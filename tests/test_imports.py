"""The import contracts of pyproject.toml can fail."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from harness.process import Completed, run

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CIRCLES = {
    ancestor: each["name"]
    for each in SETTINGS["contracts"]
    if each["type"] == "acyclic_siblings"
    for ancestor in each["ancestors"]
}


def modules() -> set[str]:
    """Give every module that the contracts name, which must be there."""
    layers = next(each["layers"] for each in SETTINGS["contracts"] if "exhaustive" in each)
    named = re.findall(r"harness\.([\w.]*\w)", str(SETTINGS))
    return {*re.findall(r"\w+", " ".join(layers)), *named, "guest.hypervisor.domain"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project of empty modules under the same contracts."""
    text = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :])
    for name in modules():
        package = tmp_path / "harness" / name.replace(".", "/")
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
    for root in ("harness", "tools", "scenarios/promises", "scenarios/reference", "scenarios"):
        (tmp_path / root).mkdir(parents=True, exist_ok=True)
        (tmp_path / root / "__init__.py").touch()
    return tmp_path


def lint(project: Path) -> Completed:
    """Check the contracts on a project."""
    program = Path(sys.executable).parent / "lint-imports"
    return run([str(program), "--no-cache"], cwd=project, check=False)


def write(project: Path, module: str, text: str) -> None:
    """Give a module its text."""
    (project / "harness" / module / "__init__.py").write_text(text + "\n")


def test_what_is_allowed_passes(project: Path) -> None:
    write(project, "lab", "import harness.services\nimport harness.guest")
    write(project, "process", "import subprocess")
    write(project, "guest/hypervisor/domain", "import libvirt")
    assert lint(project).exit_code == 0


@pytest.mark.parametrize(
    ("module", "text", "broken"),
    [
        ("services", "import harness.guest", "imports point downwards only"),
        ("host", "import harness.site", "imports point downwards only"),
        ("guest", "from harness.lab import x", "imports point downwards only"),
        ("evidence", "import subprocess", "subprocess belongs to"),
        ("guest", "import libvirt", "libvirt belongs to"),
        ("lab", "from scapy.all import x", "scapy belongs to"),
        ("guest", "import pytest", "pytest belongs to"),
        ("guest", "import tools", "the installed package knows nothing"),
    ],
)
def test_what_is_not_allowed_fails(project: Path, module: str, text: str, broken: str) -> None:
    write(project, module, text)
    done = lint(project)
    assert done.exit_code == 1
    assert any(broken in line and "BROKEN" in line for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("from harness.assets import loader", "scenarios ask the lab"),
        ("from harness.services import nginx", "scenarios ask the lab"),
        ("import scenarios.reference", "promises stand alone"),
        ("import tools", "promises stand alone"),
    ],
)
def test_what_a_promise_may_not_ask_fails(project: Path, text: str, broken: str) -> None:
    (project / "scenarios" / "promises" / "test_it.py").write_text(f"{text}\n")
    done = lint(project)
    assert done.exit_code == 1
    assert any(broken in line and "BROKEN" in line for line in done.stdout.splitlines())


@pytest.mark.parametrize(("ancestor", "name"), CIRCLES.items(), ids=CIRCLES)
def test_two_that_import_each_other_fail(project: Path, ancestor: str, name: str) -> None:
    package = project / ancestor.replace(".", "/")
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    for one, other in (("chicken", "egg"), ("egg", "chicken")):
        (package / f"{one}.py").write_text(f"import {ancestor}.{other}\n")
    done = lint(project)
    assert any(name in line and "BROKEN" in line for line in done.stdout.splitlines())


def test_a_module_that_no_layer_names_fails(project: Path) -> None:
    (project / "harness" / "stray.py").touch()
    assert lint(project).exit_code == 1
