"""Several firmwares, loaders or ROMs run as a matrix of the same scenarios."""

import pytest

from tests.pytest_plugin.conftest import Run

SOURCE = """
from harness.pytest_plugin.matrix import on

@on("x64-http-ipv4", "ia32-tftp-ipv4", "bios-ipxe-rom")
def test_paths(boot_path, machine_parts):
    assert machine_parts.on(boot_path) == machine_parts

def test_plain(operator_site, machine_parts):
    assert operator_site == machine_parts.of(operator_site)

def test_none(): pass
"""
TWO = ("--firmware=ovmf-x64", "--firmware=ovmf-x64@sid")


def names(run: Run, *options: str) -> list[str]:
    """Give the names of the tests that are run, all of them green."""
    result = run(SOURCE, "-v", *options)
    assert result.ret == pytest.ExitCode.OK
    lines = [line for line in result.outlines if "::test_" in line]
    return [line.split()[0].partition("::test_")[2] for line in lines]


def test_one_of_each_changes_no_name(run: Run) -> None:
    usual = ["paths[x64-http-ipv4]", "paths[ia32-tftp-ipv4]", "paths[bios-ipxe-rom]"]
    options = ("--firmware=ovmf-x64@sid", "--loader=ipxe@sid", "--rom=ipxe@sid")
    assert names(run) == names(run, *options) == [*usual, "plain", "none"]


def test_each_path_is_run_with_what_it_can_have(run: Run) -> None:
    assert names(run, *TWO, "--rom=ipxe@sid", "--rom=ipxe") == [
        "paths[x64-http-ipv4-ovmf-x64]",
        "paths[x64-http-ipv4-ovmf-x64@sid]",
        "paths[ia32-tftp-ipv4]",
        "paths[bios-ipxe-rom-ipxe@sid]",
        "paths[bios-ipxe-rom-ipxe]",
        "plain[ovmf-x64-ipxe@sid]",
        "plain[ovmf-x64-ipxe]",
        "plain[ovmf-x64@sid-ipxe@sid]",
        "plain[ovmf-x64@sid-ipxe]",
        "none",
    ]


def test_a_scenarios_own_releases_come_before_the_options(run: Run) -> None:
    source = """
from harness.pytest_plugin.matrix import on

@on("x64-http-ipv4", firmware=["ovmf-x64@2022.11", "ovmf-x64@sid"])
def test_it(boot_path, machine_parts):
    assert machine_parts.firmware["x64"] in ("ovmf-x64@2022.11", "ovmf-x64@sid")
"""
    result = run(source, "-v", "--firmware=ovmf-x64@trixie")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_it[[]x64-http-ipv4-ovmf-x64@2022.11[]]*"])


def test_what_tells_a_column_in_a_name_is_known(run: Run) -> None:
    """Nobody's where the scenario names its releases itself: they stay there."""
    source = """
from harness.pytest_plugin.axes import asked_column
from harness.pytest_plugin.matrix import on

@on("x64-http-ipv4")
def test_path(boot_path, machine_parts, request):
    assert request.node.name == f"test_path[x64-http-ipv4-{asked_column(request.node)}]"

def test_plain(machine_parts, request):
    assert request.node.name == f"test_plain[{asked_column(request.node)}]"

@on("x64-http-ipv4", firmware=["ovmf-x64@2022.11"])
def test_own(boot_path, machine_parts, request):
    assert asked_column(request.node) == ""

def test_none(request):
    assert asked_column(request.node) == ""
"""
    run(source, *TWO).assert_outcomes(passed=6)
