"""A site's approved boots are tests, and so are the boots that are to be learned."""

import json
import shutil
from pathlib import Path

import pytest

from harness.evidence.values import to_json
from harness.learn.task import Task
from harness.plan.boot_text import BootText, Statement
from harness.plan.boot_words import NOBODY, choice_words, press_words
from tests.pytest_plugin.conftest import SHOWMAX

MENU = Statement(subject="menu", text="Boot\n> Live")
CHOSEN = Statement(subject="keys", text=choice_words("Live"))
GRUB_FETCHES = Statement(subject="GRUB", text="fetches grub.cfg over TFTP, IPv4, from 10.0.0.1")
ENDS = Statement(subject="ends", text="switched off by the payload")


def text(*statements: Statement) -> str:
    return str(
        BootText(statements=(Statement(subject="machine", text="x64-http-ipv4"), *statements))
    )


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    """Give a site with two approved boots, outside of any checkout."""
    site_dir = tmp_path / "site"
    shutil.copytree(SHOWMAX, site_dir, ignore=shutil.ignore_patterns("boots"))
    boots = site_dir / "boots"
    boots.mkdir()
    (boots / "untouched.boot").write_text(text(MENU, Statement(subject="keys", text=NOBODY)))
    chosen = Statement(subject="keys", text=choice_words("Live"))
    (boots / "chosen.boot").write_text(text(MENU, chosen, ENDS))
    return site_dir


def collected(pytester: pytest.Pytester, *words: str | Path) -> list[str]:
    result = pytester.runpytest_subprocess(*words, "--collect-only", "-q", "-p", "no:xdist")
    return sorted(line.rpartition("/")[2] for line in result.outlines if "::" in line)


def learning(pytester: pytest.Pytester, site_dir: Path, task: Task, *words: str) -> list[str]:
    staging = site_dir.parent / "staging"
    staging.mkdir(exist_ok=True)
    (staging / "tasks.json").write_text(json.dumps([to_json(task)]))
    return collected(pytester, site_dir / "site.toml", "--learn", staging, *words)


def test_a_sites_directory_is_run_as_its_approved_boots(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    assert collected(pytester, site_dir) == ["chosen.boot::held", "untouched.boot::held"]


def test_each_boot_is_held_with_each_firmware_that_is_asked_for(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    """The same text for all: what one of them does otherwise is a difference."""
    two = ("--firmware=ovmf-x64", "--firmware=ovmf-x64@sid")
    assert collected(pytester, site_dir / "boots" / "chosen.boot", *two) == [
        "chosen.boot::held-ovmf-x64",
        "chosen.boot::held-ovmf-x64@sid",
    ]
    assert collected(pytester, site_dir / "boots" / "chosen.boot", two[1]) == ["chosen.boot::held"]


def test_one_boot_can_be_named(pytester: pytest.Pytester, site_dir: Path) -> None:
    named = collected(pytester, site_dir / "boots" / "chosen.boot")
    assert named == ["chosen.boot::held"]


@pytest.mark.parametrize(
    ("statements", "wants"),
    [
        ([MENU, CHOSEN], False),
        ([GRUB_FETCHES, MENU], False),
        ([GRUB_FETCHES, MENU, CHOSEN], True),
        ([MENU, CHOSEN, Statement(subject="prompt", text="UEFI Shell v2.2")], True),
        ([Statement(subject="keys", text=press_words("b", "Press b"))], True),
    ],
)
def test_some_programs_want_the_hosts_clock(
    pytester: pytest.Pytester, site_dir: Path, statements: list[Statement], wants: bool
) -> None:
    (site_dir / "boots" / "chosen.boot").write_text(text(*statements))
    named = ["chosen.boot::held"] if wants else []
    assert collected(pytester, site_dir, "-m", "real_clock") == named


def test_what_a_system_has_is_seen_by_a_system(pytester: pytest.Pytester, site_dir: Path) -> None:
    has = Statement(subject="has", text="{address}")
    (site_dir / "boots" / "system.boot").write_text(text(MENU, has))
    assert collected(pytester, site_dir, "-m", "needs_linux") == ["system.boot::held"]
    task = Task(path="x64-http-ipv4", name="system")
    assert learning(pytester, site_dir, task, "-m", "needs_linux") == ["site.toml::system"]
    task = Task(path="x64-http-ipv4", name="chosen")
    assert learning(pytester, site_dir, task, "-m", "needs_linux") == []


def test_each_boot_can_be_held_several_times(pytester: pytest.Pytester, site_dir: Path) -> None:
    named = collected(pytester, site_dir / "boots" / "chosen.boot", "--repeat", "2")
    assert named == ["chosen.boot::held[1]", "chosen.boot::held[2]"]


def test_boots_that_nobody_touches_go_by_a_word(pytester: pytest.Pytester, site_dir: Path) -> None:
    assert collected(pytester, site_dir, "-k", "not untouched") == ["chosen.boot::held"]


def test_a_boot_that_cannot_be_read_is_told_by_its_line(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    (site_dir / "boots" / "chosen.boot").write_text("machine\n")
    result = pytester.runpytest_subprocess(site_dir, "--collect-only")
    assert "chosen.boot:1" in result.stdout.str() + result.stderr.str()


def test_boots_are_learned_instead_of_held_when_tasks_are_handed_out(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    task = Task(path="x64-http-ipv4", name="x64-http-ipv4--live", choices=("Live",))
    assert learning(pytester, site_dir, task) == ["site.toml::x64-http-ipv4--live"]


def test_untouched_boots_and_one_of_each_other_end_are_in_the_fast_tier(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    reset = Statement(subject="ends", text="reset")
    for name, path, *ends in (
        ("another", "x64-tftp-ipv6", ENDS),
        ("legacy", "bios-ipxe-rom", ENDS),
        ("rare", "ia32-http-ipv4", reset),
        ("reset", "x64-http-ipv6", reset),
        ("by-itself", "ia32-http-ipv6"),
        ("second-by-itself", "ia32-tftp-ipv6"),
    ):
        keys = [Statement(subject="keys", text=choice_words("Live"))] if ends else []
        written = text(MENU, *keys, *ends).replace("x64-http-ipv4", path)
        (site_dir / "boots" / f"{name}.boot").write_text(written)
    pytester.makepyprojecttoml(
        f"[tool.pytest]\nnetboot_site = '{site_dir}'\nnetboot_scenarios = ['scenarios']\n"
    )
    (pytester.path / "scenarios").mkdir()
    fast = ("another", "by-itself", "legacy", "reset", "untouched")
    assert collected(pytester, "scenarios") == [f"{name}.boot::held" for name in fast]
    slow = [f"{name}.boot::held" for name in ("chosen", "rare", "second-by-itself")]
    assert collected(pytester, "scenarios", "-m", "slow") == slow


def test_a_site_may_be_named_by_way_of_another_directory(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    pytester.makepyprojecttoml("[tool.pytest]\nnetboot_scenarios = ['scenarios']\n")
    (pytester.path / "scenarios").mkdir()
    way = site_dir.parent / "site" / ".." / "site"
    assert "untouched.boot::held" in collected(pytester, "scenarios", "--site", way)


def test_what_a_machine_takes_is_known_before_it_is_admitted(
    pytester: pytest.Pytester, site_dir: Path
) -> None:
    text_of_ia32 = text(MENU).replace("x64-http-ipv4", "ia32-http-ipv4")
    (site_dir / "boots" / "ia32.boot").write_text(text_of_ia32)
    pytester.makeconftest(
        "from harness.pytest_plugin.again import BOOT_PATH\n"
        "def pytest_collection_finish(session):\n"
        "    for item in session.items:\n"
        "        print('takes', item.path.stem, item.stash[BOOT_PATH].machine.memory_mib)\n"
    )
    words = (site_dir, pytester.path, "--collect-only", "-q", "-p", "no:xdist", "--site", site_dir)
    taken = pytester.runpytest_subprocess(*words).outlines
    assert {"takes ia32 512", "takes chosen 256"} <= set(taken)


def test_it_works_without_pytests_cache(pytester: pytest.Pytester, site_dir: Path) -> None:
    assert collected(pytester, site_dir, "-p", "no:cacheprovider", "-k", "untouched") != []


def test_boots_of_several_sites_are_each_held_to_their_own(
    pytester: pytest.Pytester, site_dir: Path, tmp_path: Path
) -> None:
    shutil.copytree(site_dir, tmp_path / "other")
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.fixture\n"
        "def lab(operator_site, evidence_dir, request):\n"
        "    raise AssertionError(f'{operator_site.dir.name} in {evidence_dir.parent.name}')\n"
    )
    words = (site_dir, tmp_path / "other" / "boots" / "chosen.boot", "--evidence", tmp_path / "ev")
    # -rN: where CI is set, pytest says each error once more.
    seen = pytester.runpytest_subprocess(*words, "-rN", "-p", "no:xdist").stdout.str()
    assert seen.count("E       AssertionError: site in site") == 2
    assert seen.count("E       AssertionError: other in other") == 1
    assert [line for line in seen.splitlines() if line.startswith("site: ")] == [
        f"site: {site_dir}",
        f"site: {tmp_path / 'other'}",
    ]
