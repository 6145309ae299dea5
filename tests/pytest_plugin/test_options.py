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
        ("--firmware=ia32=ovmf-x64", "ERROR: ovmf-x64 is not ia32 UEFI firmware"),
        ("--loader=gpxe", "ERROR: no loader is called gpxe"),
        ("--loader=shim", "ERROR: the site showmax is supplied with nothing that shim could *"),
        ("--rom=./none", "ERROR: there is no directory ./none to take option ROMs from"),
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


@pytest.mark.parametrize("mark", ["real_clock", "needs_linux"])
@pytest.mark.parametrize("reason", ["", "()", "('')", "(1)"])
def test_a_mark_wants_its_reason(run: Run, mark: str, reason: str) -> None:
    source = f"import pytest\n\n@pytest.mark.{mark}{reason}\ndef test_it(lab): pass\n"
    result = run(source, "-n", "0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *test_it.py::test_it: {mark} wants the reason, *"])


PAYLOADS = """
import pytest

pytestmark = pytest.mark.{mark}

def test_it(lab_options):
    assert (lab_options.stub is not None) is {stub}
    assert lab_options.kernel[0x202:0x206] == b"HdrS"
    assert len(lab_options.kernel) < 20_000 or not {stub}
"""


@pytest.mark.parametrize(
    ("mark", "payload", "stub"),
    [
        ("guests(1)", "auto", True),
        ("needs_linux('its addresses')", "auto", False),
        ("live", "auto", False),
        ("guests(1)", "linux", False),
        ("guests(1)", "stub", True),
    ],
)
def test_what_guests_boot(run: Run, mark: str, payload: str, *, stub: bool) -> None:
    source = PAYLOADS.format(mark=mark, stub=stub)
    if mark == "live":
        source = f"{source}\n@pytest.fixture\ndef live_system(): pass\n"
    run(source, f"--payload={payload}").assert_outcomes(passed=1)
