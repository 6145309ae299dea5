"""A stopwatch that knows the wall and the CPU seconds of each lap."""

import time
from dataclasses import dataclass

# Relative, as `probe` takes this module into the pytest of another checkout.
from . import cpu


@dataclass(frozen=True, kw_only=True)
class Lap:
    """One lap."""

    wall_s: float
    cpu_s: float
    """Of this process and all below it; of those that a lab's end cut off, not all."""


class Stopwatch:
    """Runs from the moment it is made; what it spends on looking is in no lap."""

    def __init__(self) -> None:
        """Start."""
        self.laps: dict[str, Lap] = {}
        self._own_s = self._cpu_s = self._at_s = 0.0
        self._look()

    def lap(self, name: str) -> None:
        """End a lap and begin the next."""
        wall_s = time.perf_counter() - self._at_s
        own_s, cpu_s = self._own_s, self._cpu_s
        now_own_s, now_cpu_s = self._look()
        # A daemon that is killed takes its account with it, so all may be less than our own.
        spent_s = max(now_own_s - own_s, now_cpu_s - cpu_s)
        self.laps[name] = Lap(wall_s=wall_s, cpu_s=spent_s)

    @property
    def total(self) -> Lap:
        """All laps together."""
        return Lap(
            wall_s=sum(lap.wall_s for lap in self.laps.values()),
            cpu_s=sum(lap.cpu_s for lap in self.laps.values()),
        )

    def _look(self) -> tuple[float, float]:
        """Give our own CPU seconds and all, until now; the next lap begins after the look."""
        own_s, cpu_s = time.process_time(), cpu.spent_s()
        self._own_s = time.process_time()
        self._cpu_s = cpu_s + self._own_s - own_s
        self._at_s = time.perf_counter()
        return own_s, cpu_s
