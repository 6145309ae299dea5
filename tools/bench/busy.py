"""How busy a run keeps the cores: arithmetic on samples taken while it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.errors import UsageError
from tools.bench.cpu import Cores, LabUse


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One look at the machine and at the labs that are up."""

    at_s: float
    cores: Cores
    labs: Mapping[int, LabUse] = field(default_factory=dict)
    """By the pid of the lab's pid 1."""

    @property
    def guests(self) -> frozenset[int]:
        """The pids of all guests that are on."""
        return frozenset(pid for lab in self.labs.values() for pid in lab.running)


def ebb(samples: Sequence[Sample]) -> int:
    """Give the number of the sample at which the last guests began to finish.

    That is the first one after the last guest's start in which a guest is gone:
    from then on nothing new comes, and cores fall idle by nature.

    Raises:
        UsageError: no guest was seen.
    """
    started = 0
    seen: set[int] = set()
    for number, sample in enumerate(samples):
        if not sample.guests <= seen:
            started = number
            seen |= sample.guests
    if not seen:
        raise UsageError("no guest ran, so there is nothing to say of the cores")
    for number in range(started + 1, len(samples)):
        if not samples[number - 1].guests <= samples[number].guests:
            return number
    return len(samples) - 1


def busy_share(first: Sample, last: Sample) -> float:
    """Give the share of the cores' time between two samples in which they were at work.

    What a virtual machine's host took away is left out: nobody could have used it.
    """
    busy_s = last.cores.busy_s - first.cores.busy_s
    idle_s = last.cores.idle_s - first.cores.idle_s
    return busy_s / (busy_s + idle_s) if busy_s + idle_s > 0 else 0.0


def stolen_share(first: Sample, last: Sample, *, cores: int) -> float:
    """Give the share of the cores' time that a virtual machine's host took away."""
    wall_s = last.at_s - first.at_s
    stolen_s = last.cores.stolen_s - first.cores.stolen_s
    return stolen_s / (wall_s * cores) if wall_s > 0 else 0.0
