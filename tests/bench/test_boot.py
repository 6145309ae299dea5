"""Boots side by side: who boots when, and what is compared with what."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.host.accelerator import Accelerator
from harness.machines import BOOT_PATHS, BootPath
from harness.services.registry import load_site
from harness.witness.wire import HttpExchange, read_capture
from tools.bench.boot import Boot, Way, choice, measure, summary
from tools.bench.figure import Bar
from tools.bench.result import render
from tools.bench.setting import Setting
from tools.bench.tree import Tree
from tools.bench.ways import BARE, ways, ways_beside

SITE_DIR = Path(__file__).parents[2] / "fixtures" / "showmax"
RECORDED = Path(__file__).parents[1] / "judge" / "data"
PATH = BOOT_PATHS["x64-http-ipv4"]
BOOT = Boot(
    wall_s=10.0,
    up_s=1.0,
    choice_s=5.0,
    verdict_s=3.0,
    down_s=1.0,
    cpu_s=8.0,
    guest_cpu_s=7.0,
    choice_cpu_s=4.0,
)


def way(name: str, *, bar: float | None = None, takes: bool = True) -> Way:
    """Give a way that is never gone."""

    def boot(_setting: Setting, _path: BootPath, _directory: Path) -> Boot:
        return BOOT

    bars = {} if bar is None else {"wall_s": Bar(limit=bar)}
    return Way(name=name, boot=boot, bars=bars, takes=lambda _setting, _path: takes)


def boots(*walls_s: float) -> list[Boot]:
    """Give boots that took so long."""
    return [replace(BOOT, wall_s=wall_s) for wall_s in walls_s]


@pytest.fixture
def said() -> list[str]:
    """Give what was said of each boot."""
    return []


@pytest.fixture
def setting(tmp_path: Path, said: list[str]) -> Setting:
    """Give a setting that writes nowhere else."""
    return Setting(
        site=load_site(SITE_DIR),
        accelerator=Accelerator(name="tcg", reason="asked for"),
        work_dir=tmp_path,
        say=said.append,
    )


def test_the_ways_take_turns(setting: Setting, said: list[str], tmp_path: Path) -> None:
    measure(setting, PATH, [way("a"), way("b"), way("never", takes=False)], runs=2)
    assert [line.split(", ")[-1] for line in said] == [
        *("a: 10.00 s", "b: 10.00 s", "a: 10.00 s", "b: 10.00 s"),
    ]
    assert sorted(path.name for path in (tmp_path / "boot" / PATH.id).iterdir()) == [
        *("a-1", "a-2", "b-1", "b-2"),
    ]


def test_each_way_is_compared_with_the_first_pair_by_pair() -> None:
    ways = [way("bare"), way("real", bar=1.1), way("fast", bar=0.4)]
    samples = {"bare": boots(10, 20), "real": boots(11, 22), "fast": boots(5, 10)}
    figures = {figure.name: figure for figure in summary(PATH, ways, samples).figures}
    real, fast = (figures[f"whole scenario, {name} / bare"] for name in ("real", "fast"))
    assert real.measured.median == pytest.approx(1.1)
    assert fast.measured.median == pytest.approx(0.5)
    assert [real.is_met, fast.is_met] == [True, False]
    assert figures["CPU of QEMU, real / bare"].is_met is None


def test_a_path_that_the_first_way_cannot_take_has_no_ratios() -> None:
    ways = [way("bare", takes=False), way("real", bar=1.1)]
    section = summary(PATH, ways, {"real": boots(11)})
    assert section.figures == ()
    assert "bare: cannot boot by this path" in render(section)


def test_nobody_types_for_the_bare_machine_or_gives_it_grub(setting: Setting) -> None:
    left_out = [id for id, path in BOOT_PATHS.items() if not BARE.takes(setting, path)]
    ia32 = [id for id in BOOT_PATHS if id.startswith("ia32-")]
    assert left_out == [*ia32, "bios-vendor-rom"]


def test_only_emulation_has_the_fast_clock(setting: Setting) -> None:
    real_kvm = replace(setting, accelerator=Accelerator(name="kvm", reason="asked for"))
    emulated = ["bare", "harness", "fast", "fast + warm"]
    for each, names in ((setting, emulated), (real_kvm, ["bare", "harness"])):
        assert [way.name for way in ways(PATH) if way.takes(each, PATH)] == names


@pytest.mark.parametrize("name", ["x64-http-ipv4", "bios-ipxe-rom"])
def test_the_choice_is_the_request_for_the_kernel_and_dhcpd_pings_for_a_second(name: str) -> None:
    site = load_site(SITE_DIR)
    capture_path = RECORDED / f"green-{name}" / "wire.pcap.gz"
    seen = choice(capture_path, site)
    kernel = site.menu.entries["showmax"].kernel
    asked = [
        each for each in read_capture(capture_path).of(HttpExchange) if each.path == f"/{kernel}"
    ]
    assert seen.time_s == asked[0].time_s
    assert seen.offer_s == pytest.approx(1.0, abs=0.1)


def test_a_boot_that_never_got_there_has_no_choice() -> None:
    with pytest.raises(HarnessError, match="no request for the kernel"):
        choice(RECORDED / "red-stopped-dhcpd4" / "wire.pcap.gz", load_site(SITE_DIR))


def test_what_only_one_way_measures_is_not_compared() -> None:
    ways = [way("bare"), way("other", bar=1.1)]
    samples = {"bare": boots(10), "other": [replace(BOOT, guest_cpu_s=None)]}
    names = {figure.name for figure in summary(PATH, ways, samples).figures}
    assert "CPU of everything, other / bare" in names
    assert "CPU of QEMU, other / bare" not in names


def test_a_tree_is_compared_with_bare_and_with_the_tree_before() -> None:
    trees = [Tree(name=name, dir=Path(name)) for name in ("before", "now")]
    ways = ways_beside(PATH, *trees)
    samples = {way.name: boots(2.2 if "now" in way.name else 2.0) for way in ways}
    met = {figure.name: figure.is_met for figure in summary(PATH, ways, samples).figures}
    assert met["whole scenario, now / bare"] is False
    assert met["whole scenario, now / before"] is False
    assert met["lab up, now / before"] is True
    assert met["power-on to the menu's choice, now, cold / bare"] is False


def test_a_bios_has_bars_of_its_own() -> None:
    bars = {id: ways(BOOT_PATHS[id])[-1].bars for id in ("x64-tftp-ipv4", "bios-ipxe-rom")}
    assert [bars[id]["cpu_s"].limit for id in bars] == [0.20, 0.35]
    assert [bars[id]["wall_s"].limit for id in bars] == [0.20, 0.25]
