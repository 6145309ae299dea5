"""One run: decided once, by the process that people started, for all its workers.

The controller chooses the accelerator, checks the memory and names the run's
evidence directory; xdist's workers are handed the result.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast

import pytest

from harness.assets.cache import cache_dir
from harness.deadline import Pace
from harness.errors import HarnessError, PrerequisiteError, UsageError
from harness.guest.spec import DEFAULT_MEMORY_MIB, Clock
from harness.host import accelerator, memory
from harness.host.accelerator import AcceleratorName
from harness.pytest_plugin.options import SETTINGS

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


RUN = pytest.StashKey[Run]()


class _Node(Protocol):
    """What is used of xdist's worker controller."""

    workerinput: dict[str, object]


def worker_input(config: pytest.Config) -> dict[str, object] | None:
    """Give what the controller handed to this worker; None in the controller itself."""
    return cast("dict[str, object] | None", getattr(config, "workerinput", None))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Decide, or take over what was decided."""
    config = session.config
    handed = worker_input(config)
    if handed is not None:
        config.stash[RUN] = Run(
            evidence_dir=Path(str(handed["evidence_dir"])),
            accelerator=cast("AcceleratorName", handed["accelerator"]),
            reason=str(handed["reason"]),
            clock=Clock(handed["clock"]),
            warm=bool(handed["warm"]),
            pace=Pace(factor=float(str(handed["pace"]))),
            address=str(handed["address"]),
        )
        return
    try:
        config.stash[RUN] = _decide(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: _Node) -> None:
    """Hand the decisions to a worker (xdist's hook)."""
    run = cast("pytest.Config", getattr(node, "config")).stash[RUN]  # noqa: B009 - not in the Protocol
    node.workerinput.update(
        evidence_dir=str(run.evidence_dir),
        accelerator=run.accelerator,
        reason=run.reason,
        clock=run.clock.value,
        warm=run.warm,
        pace=run.pace.factor,
        address=run.address,
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what was decided, and why."""
    run = config.stash.get(RUN, None)
    if run is None:
        return []
    settings = config.stash[SETTINGS]
    return [
        f"site: {settings.site_dir}",
        f"accelerator: {run.accelerator} ({run.reason})",
        f"clock: {run.clock.value}, firmware starts {'warm' if run.warm else 'cold'}",
        f"firmware: {settings.firmware}",
        f"evidence: {run.evidence_dir}",
    ]


def _decide(config: pytest.Config) -> Run:
    """Choose for this run; raises a HarnessError when it cannot work."""
    settings = config.stash[SETTINGS]
    workers = _workers(config)
    memory.require(workers=workers, guest_mib=DEFAULT_MEMORY_MIB)
    chosen = accelerator.choose(settings.accelerator, cache_dir=cache_dir())
    crowding = max(1.0, workers / (os.cpu_count() or 1))
    slowness = _EMULATION_FACTOR if chosen.name == "tcg" else 1.0
    return Run(
        evidence_dir=_new_evidence_dir(settings.evidence_dir),
        accelerator=chosen.name,
        reason=chosen.reason,
        clock=_clock(settings.clock, chosen.name),
        warm=settings.start != "cold",
        pace=Pace(factor=crowding * slowness),
        address=f"netboot-harness-{os.getpid()}",
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


def _workers(config: pytest.Config) -> int:
    """Count the processes that run scenarios."""
    return len(config.getoption("tx", None) or ()) or 1


def _new_evidence_dir(parent: Path) -> Path:
    """Make a directory for this run, and let `latest` point to it."""
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    for name in _numbered(stamp):
        try:
            (parent / name).mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise PrerequisiteError(
                f"cannot write evidence to {parent}: {error.strerror}",
                cure="choose another place with --evidence DIR",
            ) from error
        break
    latest = parent / "latest"
    with suppress(OSError):  # a convenience; another run may be making it just now
        latest.unlink(missing_ok=True)
        latest.symlink_to(name)
    return parent / name


def _numbered(stamp: str) -> Iterator[str]:
    """Give the stamp, then the stamp with a number: two runs may start in one second."""
    yield stamp
    for number in range(2, 100):
        yield f"{stamp}-{number}"
