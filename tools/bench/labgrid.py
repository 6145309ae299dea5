"""A UEFI boot by the harness beside one by labgrid's QEMU driver, to the menu's choice.

Both have the same firmware, loader, machine and daemons. labgrid starts QEMU on a network that it
is given: a lab's, which is up before its clock runs, and whose daemons are not in its account.
The harness's account is of everything: lab up and down, daemons, capture, payload and verdict.
"""

import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness import process
from harness.guest import nvram
from harness.guest.spec import Clock, GuestSpec
from harness.host import tools
from harness.lab import Lab
from harness.machines import BOOT_PATHS
from tools.bench import bare
from tools.bench.boot import Boot
from tools.bench.figure import Bar
from tools.bench.result import Section, side_by_side
from tools.bench.scenario import boot_by_harness, choice_words
from tools.bench.setting import Setting

RUNS = 5
_SCRIPT = Path(__file__).with_name("labgrid_boot.py")
"""Not to be imported here: this environment has no labgrid."""
_PATH = BOOT_PATHS["x64-tftp-ipv4"]
_INSTALL_TIMEOUT_S = 300.0
_BOOT_TIMEOUT_S = 400.0
_TAP = "labgrid"
_MEASURES = {
    "choice_s": "to the menu's choice",
    "wall_s": "whole",
    "cpu_s": "CPU of everything",
}
"""What both measure, by the name in `Boot` and in what `labgrid_boot` says."""
_BARS = {"wall_s": Bar(limit=0.3), "cpu_s": Bar(limit=0.35)}

Took = Mapping[str, float]


def measure(setting: Setting, *, runs: int = RUNS) -> Section:
    """Boot in turn by labgrid and by the harness; each one's first boot does not count."""
    labgrid: list[Took] = []
    harness: list[Took] = []
    with _labgrid() as python_path:
        for number in range(runs + 1):
            directory = setting.fresh_dir(f"labgrid/labgrid-{number}")
            labgrid.append(boot_by_labgrid(setting, directory, python_path))
            directory = setting.fresh_dir(f"labgrid/harness-{number}")
            harness.append(_took(_boot_by_default(setting, directory)))
            said = ", ".join(f"{took['wall_s']:.2f} s" for took in (labgrid[-1], harness[-1]))
            setting.say(f"labgrid and harness, {number} of {runs}: {said}")
    return summary(labgrid[1:], harness[1:])


@contextmanager
def _labgrid() -> Iterator[Path]:
    """Give an interpreter that has labgrid, from PyPI, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="bench-labgrid-") as place:
        process.run([sys.executable, "-m", "venv", place], timeout_s=_INSTALL_TIMEOUT_S)
        python_path = Path(place, "bin", "python")
        process.run(
            [str(python_path), "-m", "pip", "install", "--quiet", "labgrid"],
            timeout_s=_INSTALL_TIMEOUT_S,
        )
        yield python_path


def boot_by_labgrid(setting: Setting, directory: Path, python_path: Path) -> Took:
    """Boot once on the network of a lab that has no guest of its own."""
    spec = bare.machine(setting, _PATH, directory)
    options = setting.lab_options(directory / "lab")
    if spec.flash is not None:
        nvram.make(spec, options.vars_template_for(_PATH), spec.flash.nvram_path)
    configuration = directory / "labgrid.yaml"
    configuration.write_text(json.dumps(configured(spec)))
    with Lab(setting.site, options) as lab:
        lab.network.have_tap(_TAP)
        user = ("--user",) if lab.namespace.has_user_namespace else ()
        done = process.run(
            [
                # The host's files, and the lab's network; it ends with the lab.
                *("nsenter", f"--target={lab.namespace.pid}", *user, "--net", "--pid"),
                *(str(python_path), "-I", str(_SCRIPT)),
                *(str(configuration), choice_words(setting)),
            ],
            timeout_s=_BOOT_TIMEOUT_S,
        )
    took = json.loads(done.stdout)
    return {measure: float(took[measure]) for measure in _MEASURES}


def configured(spec: GuestSpec) -> dict[str, object]:
    """Give labgrid's configuration of the machine that bare.sh starts; JSON of it is YAML."""
    words = ["-nodefaults", "-accel", spec.accel, "-smp", "1"]
    if spec.flash is not None:
        flashes = (f"readonly=on,file={spec.flash.code_path}", f"file={spec.flash.nvram_path}")
        for unit, flash in enumerate(flashes):
            words += ["-drive", f"if=pflash,unit={unit},format=raw,{flash}"]
    card = f"virtio-net-pci,netdev=net0,mac={spec.mac},bus=pcie.0,addr=3,romfile="
    words += ["-netdev", f"tap,id=net0,ifname={_TAP},script=no,downscript=no", "-device", card]
    words += ["-object", "rng-builtin,id=rng0"]
    words += ["-device", "virtio-rng-pci,rng=rng0,bus=pcie.0,addr=4"]
    emulated = "max,migratable=off,erms=off,fsrm=off,la57=off"
    driver = {
        "qemu_bin": "qemu",
        "machine": "q35,usb=off",
        "cpu": emulated if spec.accel == "tcg" else "host,migratable=off",
        "memory": f"{spec.memory_mib}M",
        "extra_args": shlex.join(words),
    }
    return {
        "targets": {"main": {"drivers": {"QEMUDriver": driver}}},
        "tools": {"qemu": str(tools.path_of("qemu-system-x86_64"))},
    }


def _boot_by_default(setting: Setting, directory: Path) -> Boot:
    """Boot once with the clock, start and payload that a run has by default."""
    emulated = setting.accelerator.name == "tcg"
    clock = Clock.FAST if emulated else Clock.REAL
    return boot_by_harness(setting, _PATH, directory, clock=clock, warm=emulated)


def _took(boot: Boot) -> Took:
    """Give what labgrid's boot measures, too."""
    return {measure: float(getattr(boot, measure)) for measure in _MEASURES}


def summary(labgrid: Sequence[Took], harness: Sequence[Took]) -> Section:
    """Give medians side by side, and ratios pair by pair."""
    samples = {
        name: [{_MEASURES[measure]: took[measure] for measure in _MEASURES} for took in side]
        for name, side in (("labgrid", labgrid), ("harness", harness))
    }
    note = (
        "labgrid's whole ends with QEMU, on a network that was there; the harness's begins and"
        " ends without a lab, and has daemons, capture, payload and verdict in it"
    )
    title = f"{_PATH} to the menu's choice, {len(labgrid)} times each, in turn"
    bars = {_MEASURES[measure]: bar for measure, bar in _BARS.items()}
    return side_by_side(title, samples, bars, notes=(note,))
