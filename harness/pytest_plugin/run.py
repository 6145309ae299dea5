"""One run: decided once, by the process that people started, for all its workers.

The controller looks at the site and the options, checks the memory, chooses the
accelerator and makes the run's evidence directory; xdist's workers are handed the
result. All this only for a run about a site: other people's tests need none of it, nor
wait for what it takes to be imported.
"""

import os
import pickle
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast

import pytest

from harness import process
from harness.assets.cache import cache_dir
from harness.deadline import Pace
from harness.errors import HarnessError, PrerequisiteError, UsageError
from harness.evidence.directory import LATEST
from harness.guest.spec import DEFAULT_MEMORY_MIB, Clock
from harness.host import accelerator, memory, nfs_server
from harness.host.accelerator import AcceleratorName
from harness.machines import MACHINES
from harness.pytest_plugin.axes import columns_of
from harness.pytest_plugin.options import SETTINGS, only_looks
from harness.secret import keep_secret, kept
from harness.site import Site

_EMULATION_FACTOR = 4.0
"""How much slower than with KVM a guest is under emulation."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What all workers of one run share."""

    evidence_dir: Path
    accelerator: AcceleratorName
    reason: str
    clock: Clock
    warm: bool
    pace: Pace
    address: str
    """Prefix of the abstract unix sockets on which the controller listens."""


_RUN = pytest.StashKey[Run]()
_SITES = pytest.StashKey[dict[Path, Site]]()
_CHECKED = pytest.StashKey[set[Path]]()
_HANDED = "netboot_harness"
"""In a worker's input: the run, the sites that are read, and the words to mask, pickled."""


class Node(Protocol):
    """What is used of xdist's worker controller."""

    config: pytest.Config
    workerinput: dict[str, object]
    workeroutput: Mapping[str, object]


def worker_input(config: pytest.Config) -> dict[str, object] | None:
    """Give what the controller handed to this worker; None in the controller itself."""
    return cast("dict[str, object] | None", getattr(config, "workerinput", None))


def pytest_configure(config: pytest.Config) -> None:
    """Take over what the controller has decided, and end with it, however it ends.

    By itself a worker would notice that only when it next talks to the controller, and then
    give the scenario that runs another 15 seconds (execnet).
    """
    handed = (worker_input(config) or {}).get(_HANDED)
    if isinstance(handed, bytes):
        process.end_with_parent()
        config.stash[_RUN], config.stash[_SITES], words = pickle.loads(handed)
        config.stash[_CHECKED] = {site.dir for site in config.stash[_SITES].values()}
        keep_secret(words)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Decide, in the controller."""
    config = session.config
    if worker_input(config) is not None:
        return
    if only_looks(config) or not config.stash[SETTINGS].is_about_a_site:
        return
    try:
        _verify_options(config)
        # A tool that is missing is each scenario's to say: it is skipped, or fails.
        with suppress(PrerequisiteError):
            run_of(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no evidence directory in which there is none."""
    config = session.config
    if worker_input(config) is not None or not config.stash[SETTINGS].is_about_a_site:
        return
    run = decided_run(config)
    if run is not None:
        with suppress(OSError):  # not empty, as a rule
            run.evidence_dir.rmdir()
    # Its summary of a run that did not use it imports all of hypothesis: a second.
    manager = config.pluginmanager
    if "hypothesis" not in sys.modules and manager.has_plugin("hypothesispytest"):
        manager.unregister(name="hypothesispytest")


def run_of(config: pytest.Config) -> Run:
    """Give what was decided, deciding now if nobody has.

    Raises:
        PrerequisiteError: this host cannot run guests.
    """
    if _RUN not in config.stash:
        config.stash[_RUN] = _decide(config)
    return config.stash[_RUN]


def site_of(config: pytest.Config, site_dir: Path | None = None) -> Site:
    """Give the run's site, or one of several, read once: xdist's workers are handed the first."""
    sites = config.stash.setdefault(_SITES, {})
    chosen = site_dir or config.stash[SETTINGS].site()
    if chosen not in sites:
        from harness.learn.boots import load_with_boots

        settings = config.stash[SETTINGS]
        sites[chosen] = load_with_boots(
            chosen, boots_of=settings.boots_of, servers=settings.servers
        )
    return sites[chosen]


def checked_site_of(config: pytest.Config, site_dir: Path | None = None) -> Site:
    """Give the same, once it was seen to be complete: here, or by the controller."""
    site = site_of(config, site_dir)
    checked = config.stash.setdefault(_CHECKED, set())
    if site.dir not in checked:
        from harness.services.registry import check_site

        check_site(site)
        checked.add(site.dir)
    return site


def decided_run(config: pytest.Config) -> Run | None:
    """Give what was decided; None when nothing has been."""
    return config.stash.get(_RUN, None)


def point_latest(run_dir: Path) -> None:
    """Let `latest` lead to a run's evidence directory, beside which it lies, if it is."""
    latest = run_dir.with_name(LATEST)
    with suppress(OSError):  # a convenience; another run may be making it just now
        if latest.is_symlink() and latest.readlink().name >= run_dir.name:
            return
        fresh = run_dir.with_name(f".latest-{os.getpid()}")
        fresh.symlink_to(run_dir.name)
        fresh.replace(latest)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Node) -> None:
    """Hand the decisions to a worker (xdist's hook)."""
    run = decided_run(node.config)
    if run is not None:
        site_of(node.config)
        handed = (run, node.config.stash[_SITES], kept())
        node.workerinput[_HANDED] = pickle.dumps(handed)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what was decided, and why."""
    run = decided_run(config)
    if run is None:
        return []
    from harness.loaders.registry import loader_names

    settings = config.stash[SETTINGS]
    site_dir = settings.site()
    places = (site_dir, cache_dir())
    return [
        *(f"site: {each}" for each in settings.sites),
        f"accelerator: {run.accelerator} ({run.reason})",
        f"clock: {run.clock.value}, firmware starts {'warm' if run.warm else 'cold'}",
        f"payload: {settings.payload}",
        f"NFS server: {nfs_server.describe(settings.nfs, places=places)}",
        f"firmware: {', '.join(_made_of(config))}",
        f"loaders: {loader_names(site_of(config))}",
        f"evidence: {run.evidence_dir}",
    ]


def _made_of(config: pytest.Config) -> Iterator[str]:
    """Say what machines are made of: of a matrix, all its columns."""
    from harness.assets.catalogue import Part

    every = columns_of(config)
    for machine in MACHINES.values():
        if machine.is_uefi:
            yield from dict.fromkeys(
                each.firmware.get(machine.id, machine.default_firmware) for each in every
            )
    others = (each for column in every for each in column.choices if each.part is not Part.FIRMWARE)
    yield from dict.fromkeys(f"{each.part.value} {each.word}" for each in others)
    if len(every) > 1:
        yield f"{len(every)} columns"


def _verify_options(config: pytest.Config) -> None:
    """Raise a HarnessError when site, firmware or number of workers cannot be meant."""
    site = checked_site_of(config)
    for each in columns_of(config):
        each.of(site)
    memory.require(workers=worker_count(config), guest_mib=DEFAULT_MEMORY_MIB)


def _decide(config: pytest.Config) -> Run:
    """Choose for this run; raises a HarnessError when it cannot work."""
    settings = config.stash[SETTINGS]
    chosen = accelerator.choose(settings.accel, cache_dir=cache_dir())
    crowding = max(1.0, worker_count(config) / (os.cpu_count() or 1))
    slowness = _EMULATION_FACTOR if chosen.name == "tcg" else 1.0
    return Run(
        evidence_dir=_new_evidence_dir(settings.evidence_dir),
        accelerator=chosen.name,
        reason=chosen.reason,
        clock=_clock(settings.clock, chosen.name),
        warm=settings.start != "cold",
        pace=Pace(slowness=slowness, crowding=crowding),
        # Containers may share a network, and so these names, but not the numbering of processes.
        address=f"netboot-harness-{os.getpid()}-{secrets.token_hex(4)}",
    )


def _clock(requested: str, accelerator_name: AcceleratorName) -> Clock:
    """Choose what guests' clocks go by: only emulation can count instructions."""
    if requested != "auto":
        clock = Clock(requested)
    else:
        clock = Clock.FAST if accelerator_name == "tcg" else Clock.REAL
    if clock is Clock.FAST and accelerator_name != "tcg":
        raise UsageError(
            f"--clock fast counts emulated instructions, but the accelerator is {accelerator_name}",
            cure="use --accel tcg with it, or --clock real",
        )
    return clock


def worker_count(config: pytest.Config) -> int:
    """Count the processes that run scenarios: xdist's `--tx` is `popen`, or `8*popen`."""
    counts = (tx.partition("*")[0] for tx in config.getoption("tx", None) or ())
    return sum(int(count) if count.isdecimal() else 1 for count in counts) or 1


def worker_total(config: pytest.Config) -> int:
    """Count all processes that run scenarios, in one of them as well."""
    worker = worker_input(config)
    if worker is not None:
        return cast("int", worker["workercount"])
    return getattr(config.option, "numprocesses", None) or worker_count(config)


def _new_evidence_dir(parent: Path) -> Path:
    """Make a directory for this run."""
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    for name in _numbered(stamp):
        try:
            (parent / name).mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(
                f"cannot write evidence to {parent}: {error.strerror}",
                cure="choose another place with --evidence DIR",
            ) from error
        return parent / name
    raise UsageError(f"{parent} has too many runs of {stamp}")


def _numbered(stamp: str) -> Iterator[str]:
    """Give the stamp, then the stamp with a number: two runs may start in one second."""
    yield stamp
    for number in range(2, 100):
        yield f"{stamp}-{number}"
