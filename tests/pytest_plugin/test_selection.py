"""What a site cannot be asked is left out, and one line says how many and why."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.services.registry import load_site
from tests.pytest_plugin.conftest import SHOWMAX, Run

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TWO = """
import pytest
from harness.pytest_plugin.matrix import on

@pytest.mark.reference
def test_of_the_reference_site(): pass

@on({fast}, slow=[{slow}])
def test_promise(boot_path): pass
"""

Site = Callable[[str, str], str]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give `--site` with a copy of the reference site, one text of its `site.toml` changed."""

    def changed(old: str, new: str) -> str:
        copy = shutil.copytree(SHOWMAX, tmp_path / "site")
        before = (copy / "site.toml").read_text()
        assert old in before
        (copy / "site.toml").write_text(before.replace(old, new))
        return f"--site={copy}"

    return changed


def promise(*fast: str, slow: tuple[str, ...] = ()) -> str:
    """Give a scenario about the reference site, and one of any site on these boot paths."""
    return TWO.format(fast=", ".join(map(repr, fast)), slow=", ".join(map(repr, slow)))


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("--collect-only", "-q")])
def test_a_foreign_site_is_told_what_was_left_out_in_one_line(
    run: Run, site: Site, options: tuple[str, ...]
) -> None:
    foreign = site('x64-http = "ipxe.efi"\n', "")
    result = run(promise("x64-tftp-ipv4", "x64-http-ipv4", "x64-http-ipv6"), foreign, *options)
    line = (
        "left out on site showmax: 3 (2: [loaders] names no x64-http; "
        "1: about the reference site and the harness's own honesty)"
    )
    assert [each for each in result.outlines if each.startswith("left out")] == [line]


def test_what_needs_linux_is_left_out_where_the_stub_is_forced(run: Run) -> None:
    source = """
import pytest

@pytest.mark.needs_linux("its addresses")
def test_linux(lab): pass

@pytest.mark.live
def test_live(lab): pass

def test_any(site): pass
"""
    result = run(source, "--payload=stub")
    result.assert_outcomes(passed=1, deselected=2)
    line = (
        "left out on site showmax: 2 (1: needs Linux: its addresses; 1: needs Linux: a live system)"
    )
    assert [each for each in result.outlines if each.startswith("left out")] == [line]


def test_a_site_without_a_menu_is_asked_nothing_about_one(run: Run, tmp_path: Path) -> None:
    copy = shutil.copytree(SHOWMAX, tmp_path / "site")
    told = (copy / "site.toml").read_text()
    (copy / "site.toml").write_text(told.partition("[menu]")[0])
    result = run(promise("x64-tftp-ipv4"), f"--site={copy}")
    result.assert_outcomes(passed=0, deselected=2)
    result.stdout.fnmatch_lines(["left out on site showmax: 2 (*: site.toml tells no [[]menu]*"])


def test_they_are_deselected_not_failed(run: Run, site: Site) -> None:
    foreign = site('"dhcpd6", ', "")
    result = run(promise("x64-tftp-ipv4", "x64-tftp-ipv6"), foreign, "-v")
    result.assert_outcomes(passed=1, deselected=2)
    result.stdout.fnmatch_lines(["*test_promise*x64-tftp-ipv4* PASSED*"])


def test_a_slow_path_stands_in_for_a_fast_one_that_is_not_there(run: Run, site: Site) -> None:
    foreign = site('x64-http = "ipxe.efi"\n', "")
    source = promise("x64-http-ipv4", slow=("x64-tftp-ipv4", "x64-tftp-ipv6"))
    result = run(source, foreign, "-v")
    result.assert_outcomes(passed=1, deselected=3)
    result.stdout.fnmatch_lines(["*test_promise*x64-tftp-ipv4* PASSED*"])


def test_each_entry_of_a_foreign_menu_is_asked_for(run: Run, site: Site) -> None:
    source = """
from harness.pytest_plugin.matrix import each_entry, on
from harness.site.menu import EntryKind

@each_entry(EntryKind.PAYLOAD)
@on("bios-ipxe-rom")
def test_promise(boot_path, entry): pass
"""
    result = run(source, site("[menu.entries.grml]", "[menu.entries.mine]"), "-v")
    result.assert_outcomes(passed=3)
    for entry in ("sysrescd", "mine", "gparted"):
        result.stdout.fnmatch_lines([f"*bios-ipxe-rom-{entry}* PASSED*"])


def test_a_site_is_asked_only_for_what_it_says_it_has(run: Run, site: Site) -> None:
    source = """
from harness.pytest_plugin.matrix import each_entry, needs, on
from harness.site.menu import EntryKind

@needs("failure_text")
@on("bios-ipxe-rom")
def test_failure(boot_path): pass

@each_entry(EntryKind.SHELL)
@on("x64-http-ipv4", "bios-ipxe-rom")
def test_shell(boot_path, entry): assert entry == "efishell"
"""
    foreign = site('failure_text = "Back to the menu in 10 seconds."\n', "")
    result = run(source, foreign)
    result.assert_outcomes(passed=1, deselected=2)
    result.stdout.fnmatch_lines(["left out on site showmax: 2 (*1: [[]menu] has no failure_text*"])


def test_a_site_that_cannot_be_read_is_told_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("name = 1\n")
    result = run(promise("bios-ipxe-rom"), f"--site={tmp_path}", "--collect-only")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith(f"ERROR: {tmp_path}/site.toml:1: 'name'")


def named(folder: str) -> set[tuple[str, str]]:
    """Give what a folder's scenarios name of the reference site: entries, files, addresses."""
    site = load_site(SHOWMAX)
    addresses = (site.server.ipv4, site.server.ipv6)
    words = {
        *(site.name, site.server.hostname, site.script, site.data_root, *site.daemons),
        *(str(address.ip) for address in addresses if address is not None),
        *(*site.loaders.values(), *site.supply),
        *(word for e in site.menu.entries.values() for word in (e.id, e.text, *e.files)),
    }
    texts = {path.name: path.read_text() for path in (SCENARIOS / folder).rglob("*.py")}
    return {(name, word) for name, text in texts.items() for word in words if word in text}


def test_no_promise_names_anything_of_the_reference_site() -> None:
    assert named("reference")
    assert named("promises") == set()
