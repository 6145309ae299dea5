"""Options are found in one place, and wrong ones are told in a line or two."""

import re

import pytest

from harness.host import memory
from tests.pytest_plugin.conftest import Run

GREEN = "def test_it(evidence_dir): pass\n"


def options_of_a_group(text: str, group: str) -> set[str]:
    """Give the options that `--help` lists under a group's title."""
    _, _, below = text.partition(f"\n{group}:\n")
    listed = re.split(r"\n\S", below)[0]
    return set(re.findall(r"^  (--[\w-]+)", listed, re.MULTILINE))


def test_all_options_are_in_one_group(run: Run) -> None:
    text = run(GREEN, "--help").stdout.str()
    ours = options_of_a_group(text, "network boot")
    assert {"--site", "--accel", "--firmware", "--evidence", "--require-all"} <= ours
    for option in ours:
        assert len(re.findall(rf"^  {option}(?![\w-])", text, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    ("option", "first_line"),
    [
        ("--site=/none", "ERROR: /none: there is no such directory"),
        ("--firmware=ovmf", "ERROR: no firmware is called ovmf"),
        (
            "--firmware=seabios",
            "ERROR: seabios is not UEFI firmware, and a BIOS guest has *",
        ),
        ("--firmware-ia32=ovmf-x64", "ERROR: ovmf-x64 is not ia32 UEFI firmware"),
        ("--evidence=/proc/none", "ERROR: cannot write evidence to /proc/none: *"),
        ("--accel=xen", "*error: argument --accel: invalid choice: 'xen'*"),
    ],
)
def test_a_wrong_option_is_a_usage_error(run: Run, option: str, first_line: str) -> None:
    result = run(GREEN, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([first_line])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()
    assert len(result.stderr.str().strip().splitlines()) <= 4


def test_a_site_with_a_fault_names_the_line(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "site.toml").write_text('name = "mine"\ncolour = "blue"\n')
    result = run(GREEN, f"--site={pytester.path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {pytester.path}/site.toml:2: *colour*"])


def test_too_little_memory_is_said_before_anything_starts(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_mib", lambda *_: 1500)
    result = run(GREEN, "-n", "8")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: too little memory for -n 8*", "*cure: use -n 2"])
    assert not (pytester.path / "evidence").exists()


@pytest.mark.parametrize("tx", [["--tx=8*popen"], ["--tx=popen"] * 8])
def test_workers_are_counted_however_they_are_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch, tx: list[str]
) -> None:
    monkeypatch.setattr(memory, "available_mib", lambda *_: 1500)
    run(GREEN, *tx).stderr.fnmatch_lines(["ERROR: too little memory for -n 8*"])


@pytest.mark.parametrize("mark", ["real_clock", "real_clock()", "real_clock('')", "real_clock(1)"])
def test_the_real_clock_wants_a_reason(run: Run, mark: str) -> None:
    result = run(f"import pytest\n\n@pytest.mark.{mark}\ndef test_it(lab): pass\n", "-n", "0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *test_it.py::test_it: real_clock wants the reason, *"])
