"""A tier runs what the project's matrix says, and says before it how long that takes."""

from collections.abc import Callable

import pytest

from harness.guest.spec import Clock
from harness.pytest_plugin.admission import core_share
from harness.pytest_plugin.forecast import crowding
from tests.pytest_plugin.conftest import Run

SOURCE = """
import pytest
from harness.pytest_plugin.matrix import on, pair

@on("x64-http-ipv4", "ia32-tftp-ipv4", "bios-ipxe-rom", slow=["x64-tftp-ipv4"])
def test_paths(boot_path, machine_parts):
    assert machine_parts.on(boot_path) == machine_parts

def test_plain(operator_site, machine_parts):
    assert operator_site == machine_parts.of(operator_site)

@pair("x64-http-ipv4", report="somebody#1", symptom="", shown_by=["ovmf-x64@sid"])
def test_bug(bug, boot_path, machine_parts): pass
"""
MATRIX = """
[axes]
firmware = ["ovmf-x64", "ovmf-x64@sid", "ovmf-ia32@trixie"]
loader = ["ipxe@sid"]
rom = ["ipxe", "ipxe@sid"]

[[exclusions]]
firmware = "ovmf-ia32@*"
path = "ia32-*"
because = "it is too old"

[tiers.usual]
what = "one of each"
limit_min = 10
[[tiers.usual.sweeps]]
scenarios = ["scenarios"]

[tiers.nightly]
what = "more"
limit_min = 1
guests = 0
payload = "stub"
[[tiers.nightly.sweeps]]
scenarios = ["scenarios"]
over = ["firmware"]
[[tiers.nightly.sweeps]]
scenarios = ["scenarios"]
over = ["rom"]
slow = true
"""
LEFT = """
from harness.pytest_plugin.matrix import on

@on("bios-ipxe-rom")
def test_left(boot_path): pass
"""
Tier = Callable[..., pytest.RunResult]


@pytest.fixture
def tier(run: Run, pytester: pytest.Pytester) -> Tier:
    """Give a way to run a tier of a project with this scenario."""

    def run_tier(*words: str, matrix: str = MATRIX, source: str = SOURCE) -> pytest.RunResult:
        (pytester.path / "matrix.toml").write_text(matrix)
        (pytester.path / "scenarios").mkdir(exist_ok=True)
        (pytester.path / "scenarios" / "test_it.py").write_text(source)
        evidence = f"--evidence={pytester.path / 'evidence'}"
        return pytester.runpytest_inprocess("--accel=tcg", evidence, "-v", *words)

    return run_tier


def names(result: pytest.RunResult) -> list[str]:
    """Give the names of the tests that were run."""
    lines = [line for line in result.outlines if "::test_" in line and "PASSED" in line]
    return [line.split()[0].partition("::test_")[2] for line in lines]


def test_one_of_each_is_run_without_a_name_more(tier: Tier) -> None:
    result = tier("--tier=usual")
    result.stdout.fnmatch_lines(["tier: usual: one of each (matrix.toml)"])
    usual = ["paths[x64-http-ipv4]", "paths[ia32-tftp-ipv4]", "paths[bios-ipxe-rom]", "plain"]
    assert sorted(names(result)) == sorted([*usual, "bug[x64-http-ipv4-ovmf-x64@sid]"])


def test_sweeps_are_run_together_each_boot_once(tier: Tier) -> None:
    """What is usual has no name; what the matrix leaves out is counted with its reason."""
    result = tier("--tier=nightly")
    assert sorted(names(result)) == sorted(
        [
            *("paths[x64-http-ipv4]", "paths[ia32-tftp-ipv4]", "paths[bios-ipxe-rom]"),
            *("paths[x64-http-ipv4-ovmf-x64@sid]", "paths[x64-tftp-ipv4]"),
            "paths[bios-ipxe-rom-rom-ipxe@sid]",
            *("plain", "plain[ovmf-x64@sid-ovmf-ia32@trixie]", "plain[ovmf-ia32@trixie]"),
            *("plain[rom-ipxe@sid]", "bug[x64-http-ipv4-ovmf-x64@sid]"),
        ]
    )
    result.stdout.fnmatch_lines(["payload: stub", "left out on site showmax: *1: it is too old*"])


@pytest.mark.parametrize("is_left", [True, False])
def test_what_a_sweep_leaves_out_is_another_tiers(
    tier: Tier, pytester: pytest.Pytester, *, is_left: bool
) -> None:
    words = '["scenarios"]\nleft_out = ["scenarios/left"]' if is_left else '["scenarios"]'
    (pytester.path / "scenarios/left").mkdir(parents=True)
    (pytester.path / "scenarios/left/test_left.py").write_text(LEFT)
    result = tier("--tier=usual", matrix=MATRIX.replace('["scenarios"]', words, 1))
    assert ("left[bios-ipxe-rom]" not in names(result)) is is_left


def test_what_a_sweep_has_not_it_cannot_leave_out(tier: Tier) -> None:
    left_out = MATRIX.replace('["scenarios"]', '["scenarios"]\nleft_out = ["elsewhere"]', 1)
    result = tier("--tier=usual", matrix=left_out)
    result.stderr.fnmatch_lines(["*tier usual leaves out elsewhere, which it would not have"])


def test_it_says_beforehand_how_long_it_takes(tier: Tier) -> None:
    guess = "[guess]\nuefi_s = 300\nbios_s = 60\n"
    result = tier("--tier=usual", matrix=MATRIX + guess)
    said = "*tier usual: 4 boots, about 16 min with -n 1 (limit: 10 min: more than it may take);"
    result.stdout.fnmatch_lines([f"{said} all of them never ran here, and are guessed"])
    shown = result.outlines
    (told,) = [place for place, line in enumerate(shown) if "tier usual: 4 boots" in line]
    assert told < next(place for place, line in enumerate(shown) if "PASSED" in line)


def test_what_is_of_several_boots_takes_as_long_as_these(tier: Tier) -> None:
    several = SOURCE.replace("def test_bug", "@pytest.mark.boots(5)\ndef test_bug")
    assert several != SOURCE
    result = tier("--tier=usual", matrix=MATRIX + "[guess]\nuefi_s = 60\n", source=several)
    result.stdout.fnmatch_lines(["*tier usual: 4 boots, about 7 min with -n 1*"])


@pytest.mark.parametrize(
    ("guests", "cpus", "times"), [(1, 2, 1.0), (2, 2, 1.0), (3, 2, 1.5), (8, 2, 1.5), (8, 8, 1.0)]
)
def test_a_guess_is_of_a_boot_alone(guests: int, cpus: int, times: float) -> None:
    """Each of more guests than there are cores waits for the others; no more are let in."""
    assert crowding(guests, cpus) == times


def test_a_live_system_that_is_emulated_keeps_a_core_busy() -> None:
    waiting = core_share("tcg", Clock.REAL)
    assert core_share("tcg", Clock.REAL, is_live=True) > waiting
    assert core_share("kvm", Clock.REAL, is_live=True) == core_share("kvm", Clock.REAL)


@pytest.mark.parametrize("workers", ["-n2", "-v"])
def test_as_many_workers_as_are_wanted_say_it_once(
    tier: Tier, pytester: pytest.Pytester, workers: str
) -> None:
    """Whatever pytest would look through where nobody names anything."""
    pytester.mkdir("others")
    matrix = MATRIX.replace("limit_min = 10", "limit_min = 10\nguests = 2")
    result = tier("--tier=usual", workers, "-o", "testpaths=others", matrix=matrix)
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] == 5
    assert len([line for line in result.outlines if "boots, about" in line]) == 1
    result.stdout.fnmatch_lines(["*with -n 2*"])


def test_who_names_tests_runs_what_the_tier_has_of_them(tier: Tier) -> None:
    wanted = "scenarios/test_it.py::test_paths[bios-ipxe-rom-rom-ipxe@sid]"
    assert names(tier("--tier=nightly", wanted)) == ["paths[bios-ipxe-rom-rom-ipxe@sid]"]


@pytest.mark.parametrize(
    ("said", "instead", "refused"),
    [
        (
            '"ovmf-ia32@*"',
            '"ovmf-ia23@*"',
            "8: exclusion 1 leaves out nothing: no firmware",
        ),
        ('"ovmf-ia32@*"', '"ovmf-x64@2021"', "8: exclusion 1 leaves out nothing: no firmware"),
        ('"ia32-*"', '"ia23-tftp-*"', "9: exclusion 1 leaves out nothing: no path here is 'ia23-"),
        ('path = "ia32-*"', 'rom = "ipxe@1"', "9: exclusion 1 leaves out nothing: no rom here is"),
        ('path = "ia32-*"', 'loader = "ipx"', "9: exclusion 1 leaves out nothing: no loader"),
        ('path = "ia32-*"', 'scenario = "*/test_that.py"', "9: exclusion 1 leaves out nothing: no"),
        ('firmware = "ovmf-ia32@*"\npath = "ia32-*"\n', "", "7: exclusion 1 leaves out everything"),
    ],
)
def test_an_exclusion_that_can_match_nothing_is_refused_by_its_line(
    tier: Tier, said: str, instead: str, refused: str
) -> None:
    """Silently, what it was to leave out would be run."""
    result = tier("--tier=nightly", matrix=MATRIX.replace(said, instead))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"matrix.toml:{refused}" in "\n".join(result.errlines)


@pytest.mark.parametrize(
    "said",
    [
        'firmware = "ovmf-x64*"',
        'rom = "ipxe@si*"',
        'scenario = "scenarios/test_it.py"',
        'path = "bios-ipxe-rom-e1000-*"',
        'path = "x64-http-ipv[46]"',
    ],
)
def test_an_exclusion_may_be_of_anything_that_there_is(tier: Tier, said: str) -> None:
    before = 'firmware = "ovmf-ia32@*"\npath = "ia32-*"'
    result = tier("--tier=usual", matrix=MATRIX.replace(before, said))
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        (MATRIX.replace("limit_min = 1\n", "limit = 1\n"), "matrix.toml:20: unknown key 'limit'*"),
        (MATRIX.replace('"scenarios"', '"scenario"'), "*names scenario, which is not there*"),
        (MATRIX.replace('["ipxe", "ipxe@sid"]', "[]"), "*goes over rom, of which ?axes? says*"),
        (MATRIX.replace('loader = ["ipxe@sid"]', 'loader = ["lilo@1"]'), None),
        (MATRIX.replace('"ovmf-x64@sid"', '"ovmf-x65"'), "*no firmware is called ovmf-x65*"),
        (MATRIX.replace("tiers.nightly", "tiers.weekly"), "*has no tier nightly"),
    ],
)
def test_a_matrix_that_cannot_be_meant_is_refused(
    tier: Tier, matrix: str, said: str | None
) -> None:
    """An axis that nothing goes over is asked nobody."""
    result = tier("--tier=nightly", matrix=matrix)
    if said is None:
        assert result.ret == pytest.ExitCode.OK
        return
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}"])


def test_what_the_tier_decides_is_not_said_twice(tier: Tier) -> None:
    result = tier("--tier=nightly", "--firmware=ovmf-x64@sid")
    result.stderr.fnmatch_lines(["*--tier says itself what --firmware would: leave one out"])


def test_a_project_without_a_matrix_is_told_what_to_write(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run("def test_it(): pass", "--tier=nightly")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no matrix.toml in *", "*cure: write one *"])


def test_what_is_red_is_run_again_by_its_tier_on_its_own_parts(tier: Tier) -> None:
    red = """
from harness.errors import BootError
from harness.pytest_plugin.matrix import on

@on(slow=["x64-http-ipv4"])
def test_red(boot_path, machine_parts, guest):
    if machine_parts.choices:
        raise BootError("it does not")
"""
    matrix = MATRIX.replace('over = ["firmware"]', 'over = ["firmware"]\nslow = true')
    name = "test_red[x64-http-ipv4-ovmf-x64@sid]"
    result = tier("--tier=nightly", matrix=matrix, source=red)
    said = "\n".join(result.outlines)
    assert f"pytest 'scenarios/test_it.py::{name}' --tier nightly --accel tcg" in said
    assert "--boot x64-http-ipv4 --accel tcg --payload stub --firmware ovmf-x64@sid" in said
    assert " -m slow" not in said
