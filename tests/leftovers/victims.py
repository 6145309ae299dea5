"""What is killed: labs as scenarios have them, of every kind. Copied to where it is run.

Everything is real but what the guests would boot at the end, which must not be fetched.
"""

import os
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from harness.assets.cache import cache_dir
from harness.assets.payload import Payload
from harness.guest.spec import Clock
from harness.lab import Lab, LabOptions
from harness.machines import BOOT_PATHS
from harness.pytest_plugin.progress import teller
from harness.pytest_plugin.run import run_of
from harness.site import Site

HOG_STEP = 16 << 20
HOG_STEPS = 64


@pytest.fixture
def site(operator_site: Site) -> Site:
    """Give the site without the loaders that would have to be fetched."""
    return replace(operator_site, supply={})


@pytest.fixture
def lab_options(request: pytest.FixtureRequest, evidence_dir: Path) -> LabOptions:
    """Give the options of a lab with a payload that nobody boots."""
    run = run_of(request.config)
    payload = Payload(
        kernel_path=Path(__file__),
        kernel_sha256="",
        kernel_version="",
        initrd_path=Path(__file__),
        initrd_sha256="",
    )
    return LabOptions(
        evidence_dir=evidence_dir,
        cache_dir=cache_dir(),
        payload=payload,
        accel=run.accelerator,
        clock=run.clock if run.accelerator == "tcg" else Clock.REAL,
        warm=run.warm,
        pace=run.pace,
        tell=teller(request.config, request.node.name),
    )


@pytest.mark.parametrize("number", range(int(os.environ.get("VICTIMS", "1"))))
class TestVictims:
    """As many of each as are asked for."""

    def test_bios_guest(self, lab: Lab, number: int) -> None:
        lab.power_on(BOOT_PATHS["bios-ipxe-rom"]).wait_for_menu()

    def test_uefi_guest(self, lab: Lab, number: int) -> None:
        lab.power_on(BOOT_PATHS["x64-tftp-ipv4"])

    def test_daemons(self, lab: Lab, number: int) -> None:
        lab.verify_alive()
        lab.service("nginx").stop()


def test_failure(lab: Lab) -> None:
    raise AssertionError("as a scenario that fails")


def test_address_space_ends(lab: Lab) -> None:
    lab.power_on(BOOT_PATHS["bios-ipxe-rom"])
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + HOG_STEP
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    grow()


def test_kernel_ends_it(lab: Lab) -> None:
    lab.power_on(BOOT_PATHS["bios-ipxe-rom"])
    Path(os.environ["VICTIMS_CGROUP"], "cgroup.procs").write_text(str(os.getpid()))
    grow()


def grow() -> None:
    """Take memory until there is no more, or more than anybody was to have."""
    taken = [bytearray(HOG_STEP) for _ in range(HOG_STEPS)]
    raise AssertionError(f"{len(taken)} steps and still alive")
