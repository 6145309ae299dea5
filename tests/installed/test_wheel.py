"""The wheel in an empty environment, in an empty directory: `pytest --site DIR` boots a guest.

Marked `installed`: it fetches every dependency, and boots (`make installed`).
"""

import shutil
import sys
from pathlib import Path

import pytest

from harness import __version__
from harness.process import Completed, run
from tests.test_project import ROOT, kept_files

pytestmark = pytest.mark.installed
SHOWMAX = ROOT / "fixtures" / "showmax"
INSTALL_S, BOOT_S = 900.0, 600.0


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the programs of an environment that holds the wheel of what git keeps."""
    place = tmp_path_factory.mktemp("installed")
    for file in kept_files():
        copy = place / "source" / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps")
    run([*pip, "--wheel-dir", str(place), str(place / "source")], timeout_s=INSTALL_S)
    shutil.rmtree(place / "source")
    run([sys.executable, "-m", "venv", str(place / "venv")], timeout_s=INSTALL_S)
    (wheel,) = place.glob("*.whl")
    programs = place / "venv" / "bin"
    locked = ("--constraint", str(ROOT / "requirements.lock"))
    run([str(programs / "pip"), "install", "--quiet", *locked, str(wheel)], timeout_s=INSTALL_S)
    return programs


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Give an empty directory, beside which a site lies."""
    shutil.copytree(SHOWMAX, tmp_path / "site")
    directory = tmp_path / "empty"
    directory.mkdir()
    return directory


def call(program: Path, *words: str, cwd: Path) -> Completed:
    """Run a program of the environment there."""
    return run([str(program), *words], cwd=cwd, timeout_s=BOOT_S, check=False)


def test_it_says_its_version(programs: Path, empty: Path) -> None:
    said = call(programs / "harness", "--version", cwd=empty)
    assert said.stdout == f"netboot-harness {__version__}\n"


def test_it_brings_its_manual_page(programs: Path) -> None:
    page = (programs.parent / "share" / "man" / "man1" / "harness.1").read_text()
    assert "harness report" in page


def test_a_site_alone_is_booted(programs: Path, empty: Path) -> None:
    chosen = ("-k", "untouched and x64-tftp-ipv4", "--require-all")
    done = call(programs / "pytest", "--site", "../site", *chosen, cwd=empty)
    assert "1 passed" in done.stdout, done.output
    (boot,) = (each for each in (empty / "evidence" / "latest").iterdir() if each.is_dir())
    assert (boot / "summary.json").is_file()
    assert "report.html" in done.stdout
    assert sorted(each.name for each in (empty.parent / "site").iterdir()) == sorted(
        each.name for each in SHOWMAX.iterdir()
    )


def test_other_peoples_tests_are_left_alone(programs: Path, empty: Path) -> None:
    test = "import pytest\n\n@pytest.mark.slow\ndef test_it(): pass\n"
    (empty / "test_it.py").write_text(test)
    done = call(programs / "pytest", "-n", "1", cwd=empty)
    assert "1 passed" in done.stdout, done.output
    assert not (empty / "evidence").exists()
