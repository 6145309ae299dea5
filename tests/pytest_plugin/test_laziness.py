"""What needs no lab leaves nothing, decides nothing and says nothing."""

import sys
from pathlib import Path

import pytest

from harness import process
from harness.host import accelerator
from tests.pytest_plugin.conftest import Run

PROJECT = Path(__file__).parents[2]
APPROVED = PROJECT / "fixtures/showmax/boots/bios-ipxe-rom.boot"
PLAIN = "def test_it(): pass\n"
WITH_EVIDENCE = "def test_it(evidence_dir): pass\n"


@pytest.fixture
def evidence(pytester: pytest.Pytester) -> Path:
    """Give the place where evidence would be left."""
    return pytester.path / "evidence"


@pytest.fixture
def choices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a list of the accelerators that are asked for while a test runs."""
    asked: list[str] = []
    choose = accelerator.choose

    def noted(requested: str, *, cache_dir: Path) -> accelerator.Accelerator:
        asked.append(requested)
        return choose(requested, cache_dir=cache_dir)

    monkeypatch.setattr(accelerator, "choose", noted)
    return asked


def test_the_harness_own_tests(run: Run, evidence: Path, choices: list[str]) -> None:
    result = run(PLAIN, path="tests/test_it.py")
    result.assert_outcomes(passed=1)
    assert "accelerator" not in result.stdout.str()
    assert choices == []
    assert not evidence.exists()


@pytest.mark.parametrize("option", ["--collect-only", "--fixtures", "--setup-plan"])
def test_only_looking(run: Run, evidence: Path, choices: list[str], option: str) -> None:
    run(WITH_EVIDENCE, option, "--site=/none")
    assert choices == []
    assert not evidence.exists()


def test_no_scenario_is_left(run: Run, evidence: Path) -> None:
    result = run(WITH_EVIDENCE, "-k", "nothing")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert list(evidence.iterdir()) == []


def test_a_scenario(run: Run, evidence: Path, choices: list[str]) -> None:
    result = run(WITH_EVIDENCE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["site: *showmax", "accelerator: tcg (asked for)", "evidence: *"])
    assert choices == ["tcg"]
    (run_dir,) = (path for path in evidence.iterdir() if not path.is_symlink())
    assert (evidence / "latest").readlink() == Path(run_dir.name)
    assert [path.name for path in run_dir.iterdir()] == ["it-it"]


def test_a_test_of_the_harness_that_wants_evidence_gets_it(run: Run, evidence: Path) -> None:
    result = run(WITH_EVIDENCE, path="tests/test_it.py")
    result.assert_outcomes(passed=1)
    assert (evidence / "latest" / "it-it").is_dir()


def test_an_older_run_does_not_take_latest_back(run: Run, evidence: Path) -> None:
    evidence.mkdir()
    (evidence / "latest").symlink_to("99991231T235959Z")
    run(WITH_EVIDENCE)
    assert (evidence / "latest").readlink() == Path("99991231T235959Z")


def test_a_test_may_be_named_by_its_id(run: Run, evidence: Path) -> None:
    run(PLAIN, "tests/test_it.py::test_it", path="tests/test_it.py").assert_outcomes(passed=1)
    assert not evidence.exists()


def test_other_peoples_runs_import_no_lab(pytester: pytest.Pytester) -> None:
    heavy = ("harness.lab", "harness.services", "libvirt", "scapy", "virt", "pydantic")
    pytester.makepyfile(
        f"import sys\ndef test_it():\n    assert 'harness.pytest_plugin.fixtures' in sys.modules\n"
        f"    assert [name for name in {heavy} if name in sys.modules] == []\n"
    )
    pytester.runpytest_subprocess("-p", "harness.pytest_plugin").assert_outcomes(passed=1)


def test_nothing_is_imported_that_a_warm_machine_is_switched_on_without() -> None:
    """Its first instruction waits for no library but libvirt's, and for nothing that judges."""
    heavy = (
        *("scapy", "virt", "cryptography", "pyte", "harness.judge", "harness.witness"),
        *("harness.services.logs", "harness.describe.boot", "harness.evidence.boot_json"),
        *("harness.lab.guest", "harness.guest.menus"),
    )
    needed = "harness.lab, harness.lab.machine_maker, harness.learn.boots, harness.learn.hold"
    code = f"import sys, {needed}; print([each for each in {heavy} if each in sys.modules])"
    assert process.run([sys.executable, "-c", code]).stdout == "[]\n"


def test_who_only_looks_does_not_wait_for_the_summary_of_hypothesis() -> None:
    """Half of the time of `--collect-only` was its: it imports all of itself to say nothing."""
    looked = process.run(
        [sys.executable, "-X", "importtime", "-m", "pytest", "--collect-only", str(APPROVED)],
        cwd=PROJECT,
    )
    assert "1 test collected" in looked.stdout
    assert "hypothesis-" in looked.stdout
    assert "hypothesis.core" not in looked.stderr


def test_a_worker_is_handed_the_site(run: Run) -> None:
    source = (
        "import sys\ndef test_it(operator_site):\n"
        "    assert operator_site.name == 'showmax'\n    assert 'pydantic' not in sys.modules\n"
    )
    run(source, "-n", "1").assert_outcomes(passed=1)
