"""The fixtures that scenarios ask for: value → configuration → running lab.

A scenario module that needs another site overrides `site`, and gets its lab on it:

    @pytest.fixture
    def site(site: Site) -> Site:
        return site.replaced("etc/dhcp/dhcpd.conf", "ipxe.efi", "nope.efi")

The lab is imported when a scenario asks for it: pytest loads this into everybody's runs.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.assets.cache import cache_dir, sha256_again
from harness.errors import UsageError
from harness.evidence.directory import AGAIN
from harness.evidence.scenario import Result, Scenario
from harness.guest.spec import DEFAULT_MEMORY_MIB, Clock
from harness.host.memory import WORKER_OVERHEAD_MIB
from harness.machines import BootPath
from harness.pytest_plugin.admission import Demand, admitted, broker_address, core_share
from harness.pytest_plugin.again import desk, path_of, run_again
from harness.pytest_plugin.axes import asked_column
from harness.pytest_plugin.confirm import is_confirmation
from harness.pytest_plugin.durations import expected_s
from harness.pytest_plugin.hold import stand
from harness.pytest_plugin.names import directory_name, short_name
from harness.pytest_plugin.options import SETTINGS, linux_reason, site_dir_of
from harness.pytest_plugin.progress import teller
from harness.pytest_plugin.reporting import EVIDENCE, EVIDENCE_PROPERTY, RESULT
from harness.pytest_plugin.run import checked_site_of, point_latest, run_of
from harness.site import Site

if TYPE_CHECKING:
    from harness.assets.live.image import LiveImage
    from harness.assets.parts import Parts
    from harness.lab import Lab, LabOptions

LIVE_MEMORY_MIB = 768
"""A root that was fetched lies in memory, beside the initramfs that fetched it."""
_SHORT_S = 4.0
"""A scenario with the fast clock that takes no longer waits for half of it."""


@pytest.fixture
def operator_site(request: pytest.FixtureRequest, machine_parts: "Parts") -> Site:
    """The site of `--site`, or a boot's own, complete and as in production.

    What it is supplied with is of the loaders that `--loader` names.
    """
    return machine_parts.of(checked_site_of(request.config, site_dir_of(request.node)))


@pytest.fixture
def site(operator_site: Site, request: pytest.FixtureRequest) -> Site:
    """The site that the scenario's lab runs; override it to change it."""
    only = request.node.get_closest_marker("only")
    return operator_site if only is None else operator_site.only(only.args[0])


@pytest.fixture
def default_entry(operator_site: Site) -> str:
    """The entry that boots when nobody touches a key."""
    return operator_site.menu.default


@pytest.fixture
def entry(operator_site: Site, boot_path: BootPath) -> str:
    """An entry that somebody has to choose, from the middle of the menu; never the default."""
    menu = operator_site.menu
    return middle([id for id in menu.systems(boot_path.firmware) if id != menu.default])


@pytest.fixture
def another_entry(operator_site: Site, boot_path: BootPath, entry: str) -> str:
    """An entry that boots a system, other than `entry`."""
    return middle([id for id in operator_site.menu.systems(boot_path.firmware) if id != entry])


def middle(ids: Sequence[str]) -> str:
    """Give the one in the middle: above and below it there is something to slip to."""
    return ids[len(ids) // 2]


@pytest.fixture
def evidence_dir(request: pytest.FixtureRequest) -> Path:
    """The directory that alone explains how the scenario went."""
    run_dir = run_of(request.config).evidence_dir
    node: pytest.Item = request.node
    again = AGAIN if is_confirmation(node) else ""
    directory = _of_its_site(node, run_dir) / f"{directory_name(node.nodeid)}{again}"
    directory.mkdir(parents=True, exist_ok=True)
    point_latest(run_dir)
    node.stash[EVIDENCE] = directory
    node.user_properties.append((EVIDENCE_PROPERTY, str(directory)))
    return directory


def _of_its_site(item: pytest.Item, run_dir: Path) -> Path:
    """Give where a scenario's evidence lies: of several sites each has a directory."""
    sites = item.config.stash[SETTINGS].sites
    if len(sites) < 2:
        return run_dir
    return run_dir / site_dir_of(item).relative_to(os.path.commonpath(sites))


@pytest.fixture(scope="session")
def live_system() -> "LiveImage":
    """The live image, made now unless `make images` has made it."""
    from harness.assets.live.image import live_image

    return live_image()


@pytest.fixture
def lab_options(
    request: pytest.FixtureRequest, evidence_dir: Path, machine_parts: "Parts"
) -> "LabOptions":
    """What a lab of this run is made with."""
    from harness.assets.payload import payload
    from harness.assets.stub import stub
    from harness.lab import LabOptions

    config, settings = request.config, request.config.stash[SETTINGS]
    run = run_of(config)
    live = request.node.get_closest_marker("live") is not None
    # A live system gives up on an answer that a busy host sends late.
    needs_real_clock = live or request.node.get_closest_marker("real_clock") is not None
    needs_real_clock = needs_real_clock or is_confirmation(request.node)
    return LabOptions(
        evidence_dir=evidence_dir,
        cache_dir=cache_dir(),
        payload=payload(),
        stub=None if settings.payload == "linux" or linux_reason(request.node) else stub(),
        live=request.getfixturevalue("live_system") if live else None,
        memory_mib=LIVE_MEMORY_MIB if live else DEFAULT_MEMORY_MIB,
        firmware=machine_parts.firmware,
        rom=machine_parts.rom,
        qemu=machine_parts.qemu,
        accel=run.accelerator,
        clock=Clock.REAL if needs_real_clock else run.clock,
        warm=run.warm,
        nfs=settings.nfs,
        pace=run.pace,
        scenario=_scenario(request.node),
        tell=teller(config, short_name(request.node.nodeid)),
    )


@pytest.fixture
def admitted_options(
    request: pytest.FixtureRequest, lab_options: "LabOptions"
) -> Iterator["LabOptions"]:
    """The same, once there are a core and memory for such a lab: until the scenario's end."""
    lab_options.tell("waiting for a core and memory")
    with admitted(broker_address(request.config), _demand(request, lab_options)):
        yield lab_options


@pytest.fixture
def lab(
    site: Site, admitted_options: "LabOptions", request: pytest.FixtureRequest
) -> Iterator["Lab"]:
    """A running lab on the scenario's site."""
    from harness.lab import Lab

    with Lab(site, admitted_options) as running:
        yield running
        stand(running, request.node)


def _scenario(item: pytest.Item) -> Scenario:
    """Say what the evidence of a scenario is of."""
    return Scenario(
        test=item.nodeid,
        column=asked_column(item),
        source=sha256_again(item.path),
        run_again=run_again(item),
        desk=desk(item, path_of(item)),
        result=lambda: item.stash.get(RESULT, Result()),
    )


def _demand(request: pytest.FixtureRequest, options: "LabOptions") -> Demand:
    """Say what a scenario takes: a guest that never waits keeps a core busy."""
    took_s = expected_s(request.config, request.node.nodeid)
    # The shorter it is, the more of it is its daemons' start and end.
    is_short = options.clock is Clock.FAST and 0 < took_s < _SHORT_S
    guests = guests_of(request.node)
    is_live = request.node.get_closest_marker("live") is not None
    share = core_share(options.accel, options.clock, is_live=is_live)
    cores = 0.5 if is_short else share
    return Demand(
        cores=guests * cores,
        memory_mib=guests * max(options.memory_mib, _memory_mib(request)) + WORKER_OVERHEAD_MIB,
        expected_s=took_s,
    )


def guests_of(item: pytest.Item) -> int:
    """Say how many guests a scenario has at a time: one, unless it is marked `guests(n)`."""
    mark = item.get_closest_marker("guests")
    if mark is None:
        return 1
    if mark.kwargs or len(mark.args) != 1 or type(mark.args[0]) is not int or mark.args[0] < 1:
        raise UsageError(f"{item.name} is marked guests, but not with how many: guests(2)")
    return mark.args[0]


def _memory_mib(request: pytest.FixtureRequest) -> int:
    """Say how much memory the scenario's guest has, by its boot path when it names one."""
    path = path_of(request.node)
    return DEFAULT_MEMORY_MIB if path is None else path.machine.memory_mib
