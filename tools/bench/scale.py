"""What labs cost side by side: 1, 2, 4 ... of them brought up at once, without guests."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from harness.host import memory
from tools.bench import footprint, lab_owner
from tools.bench.busy import Sample, busy_share
from tools.bench.cpu import cores, spent_with_below_s
from tools.bench.ending import Ending
from tools.bench.figure import Figure, Spread, Unit
from tools.bench.owners import Owner, owners
from tools.bench.result import Row, Section
from tools.bench.setting import Setting

RUNS = 3
COUNTS = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What so many labs took that went up and down together."""

    count: int
    up_s: float
    """From the order to bring them up until all were ready."""
    cpu_s: float
    """Of all of them, until then."""
    busy: float
    """The share of all cores' time meanwhile that went to anybody's work."""
    processes_mib: float
    tmpfs_mib: float
    down_s: float
    """From the order to take them down until nothing of any was left."""

    @property
    def up_each_s(self) -> float:
        """How often a lab became ready, on average."""
        return self.up_s / self.count

    @property
    def cpu_each_s(self) -> float:
        """CPU seconds per lab."""
        return self.cpu_s / self.count

    @property
    def processes_each_mib(self) -> float:
        """Memory of a lab's processes."""
        return self.processes_mib / self.count

    @property
    def tmpfs_each_mib(self) -> float:
        """Memory that a lab's tmpfs hold."""
        return self.tmpfs_mib / self.count

    @property
    def each_mib(self) -> float:
        """Memory per lab."""
        return self.processes_each_mib + self.tmpfs_each_mib


MEASURES: Mapping[str, tuple[str, Unit]] = {
    "up_s": ("all ready", Unit.SECONDS),
    "up_each_s": ("  / labs", Unit.SECONDS),
    "cpu_each_s": ("CPU per lab", Unit.SECONDS),
    "busy": ("cores busy until then", Unit.SHARE),
    "each_mib": ("memory per lab", Unit.MEMORY),
    "processes_each_mib": ("  processes (PSS)", Unit.MEMORY),
    "tmpfs_each_mib": ("  tmpfs", Unit.MEMORY),
    "down_s": ("all down", Unit.SECONDS),
}
"""What is shown of a batch, by the field's name, in this order."""

_ENOUGH = 0.85
"""As in `run`: cores that are busy for so much of the time are what all else waits for."""


def measure(setting: Setting, *, runs: int = RUNS, counts: Sequence[int] = COUNTS) -> Section:
    """Let labs go up and down together; a first, cold batch of each owner's does not count."""
    samples: dict[int, list[Batch]] = {count: [] for count in counts}
    with owners(setting, max(counts)) as all_owners:
        up_and_down(setting, all_owners)
        for number in range(1, runs + 1):
            for count in counts:
                # The kernel still clears away the batch before: this lab waits for it, uncounted.
                up_and_down(setting, all_owners[:1])
                batch = up_and_down(setting, all_owners[:count])
                samples[count].append(batch)
                said = f"up {batch.up_s:.2f} s, down {batch.down_s:.2f} s"
                setting.say(f"{count} at once, {number} of {runs}: {said}")
    return summary(
        samples, core_count=os.cpu_count() or 1, available_mib=float(memory.available_mib())
    )


def up_and_down(setting: Setting, having: Sequence[Owner]) -> Batch:
    """Let each of these owners bring a lab up, look at all, and have them taken down."""
    for number, owner in enumerate(having):
        owner.tell(setting.fresh_dir(f"scale/lab-{number}"))
    for owner in having:
        owner.wait_for(lab_owner.SET)
    spent_s = _spent_s(having)
    first = Sample(at_s=time.monotonic(), cores=cores())
    for owner in having:
        owner.tell("up")
    pids = [int(owner.wait_for(lab_owner.UP)) for owner in having]
    last = Sample(at_s=time.monotonic(), cores=cores())
    return Batch(
        count=len(having),
        up_s=last.at_s - first.at_s,
        cpu_s=_spent_s(having) - spent_s,
        busy=busy_share(first, last),
        processes_mib=sum(footprint.processes_mib(owner.pid) for owner in having),
        tmpfs_mib=sum(map(footprint.tmpfs_mib, pids)),
        down_s=_take_down(having, pids),
    )


def _spent_s(having: Sequence[Owner]) -> float:
    """Give the CPU seconds of these owners and their labs so far."""
    return sum(spent_with_below_s(owner.pid) for owner in having)


def _take_down(having: Sequence[Owner], pids: Sequence[int]) -> float:
    """Have all labs taken down; give how long it took."""
    endings = [Ending(pid) for pid in pids]
    began_s = time.monotonic()
    for owner in having:
        owner.tell("down")
    for owner in having:
        owner.wait_for(lab_owner.DOWN)
    for ending in endings:
        ending.wait()
    return time.monotonic() - began_s


def summary(
    samples: Mapping[int, Sequence[Batch]], *, core_count: int, available_mib: float
) -> Section:
    """Sum up what was measured; what limits is seen by the most labs at a time."""
    most = samples[max(samples)]
    share = [batch.cpu_s / (batch.up_s * core_count) for batch in most]
    return Section(
        title=f"labs side by side, {len(most)} times each, in turn, without guests",
        headings=tuple(f"{count} lab{'s' if count > 1 else ''}" for count in samples),
        rows=tuple(
            Row(name=title, cells=tuple(_spread(samples[c], name) for c in samples), unit=unit)
            for name, (title, unit) in MEASURES.items()
        ),
        figures=(
            Figure(
                name=f"of the cores' time: labs, {most[0].count} at once",
                measured=Spread.of(share),
                unit=Unit.SHARE,
            ),
        ),
        notes=(
            _limit(most, core_count, available_mib),
            "not in it, as in nobody's account: CPU of taking down, the kernel's own memory",
        ),
        samples={str(count): [asdict(each) for each in samples[count]] for count in samples},
    )


def _spread(batches: Sequence[Batch], measure: str) -> Spread:
    """Sum up one measure."""
    return Spread.of([float(getattr(batch, measure)) for batch in batches])


def _limit(most: Sequence[Batch], core_count: int, available_mib: float) -> str:
    """Say whether cores are what limits, and how far memory would go."""
    limits = "limit" if _spread(most, "busy").median >= _ENOUGH else "do not limit"
    fit = int(available_mib / _spread(most, "each_mib").median)
    return (
        f"the {core_count} cores {limits} {most[0].count} labs at once;"
        f" {available_mib:.0f} MiB of memory would hold {fit}"
    )
