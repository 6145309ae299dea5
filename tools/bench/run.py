"""The whole of `scenarios/` in one run: whether it keeps the cores busy."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from harness import process
from harness.errors import HarnessError
from tools.bench import meter
from tools.bench.busy import Sample, busy_share, ebb, stolen_share
from tools.bench.cpu import cores, lab_use, labs_below
from tools.bench.figure import Bar, Figure, Spread, Unit
from tools.bench.result import Row, Section
from tools.bench.setting import PROJECT_DIR, Setting

WORKERS = 8
_PERIOD_S = 1.0
"""Between two looks: short beside any guest's life, long beside the look itself (10 ms)."""
_BARS = {
    "cores busy until the last guests began to finish": Bar(limit=0.85, at_least=True),
}
_MOST_OVER_GUESTS = Bar(limit=1.15)
"""What the run may take beyond what its guests alone would keep all cores busy for."""


def measure(setting: Setting, *, words: Sequence[str] = ()) -> Section:
    """Run all scenarios with these words more for pytest, and watch the cores meanwhile.

    Raises:
        HarnessError: a scenario is red: what stops half-way says nothing of speed.
    """
    log_path = setting.fresh_dir("run") / "pytest.log"
    evidence_dir = log_path.parent / "evidence"
    words = ("-n", str(WORKERS), *words)
    command = [
        *(sys.executable, "-m", "pytest", str(PROJECT_DIR / "scenarios"), *words),
        *("--no-progress", "--accel", setting.accelerator.name),
        *("--evidence", str(evidence_dir), "-p", meter.__name__),
    ]
    started = process.start(command, log_path=log_path)
    try:
        samples = [_look(started.pid)]
        while started.wait(_PERIOD_S) is None:
            samples.append(_look(started.pid))
        samples.append(_look(started.pid))
        exit_code = started.exit_code
    finally:
        started.close()
    if exit_code != 0:
        raise HarnessError(
            f"the run that was measured ended with {exit_code}",
            cure="measure again when all scenarios are green",
            last_lines=_said(log_path),
            log_path=log_path,
        )
    setting.say(_said(log_path)[-1])
    title = f"pytest scenarios/ {' '.join(words)}"
    return summary(title, samples, guests_s=meter.guests_s(evidence_dir))


def _said(log_path: Path) -> list[str]:
    """Give the lines that pytest wrote."""
    return log_path.read_text(errors="replace").splitlines()


def _look(pid: int) -> Sample:
    """Look at the machine, and at the labs below a process."""
    labs = {lab: lab_use(lab) for lab in labs_below(pid)}
    return Sample(at_s=time.monotonic(), cores=cores(), labs=labs)


def summary(
    title: str, samples: Sequence[Sample], *, guests_s: Sequence[float], count: int | None = None
) -> Section:
    """Sum up what was seen; `guests_s` are the CPU seconds of each lab's guests, `count` cores."""
    count = count or os.cpu_count() or 1
    first, turn, last = samples[0], samples[ebb(samples)], samples[-1]
    wall_s = last.at_s - first.at_s
    ideal_s = sum(guests_s) / count
    rows = {
        "wall": wall_s,
        "until the last guests began to finish": turn.at_s - first.at_s,
        "CPU of the whole machine": last.cores.busy_s - first.cores.busy_s,
        "CPU of the guests": sum(guests_s),
        "CPU of the guests / cores": ideal_s,
    }
    return Section(
        title=title,
        headings=("measured",),
        rows=tuple(Row(name=name, cells=(Spread.of([value]),)) for name, value in rows.items()),
        figures=(
            _share("cores busy until the last guests began to finish", busy_share(first, turn)),
            _share("cores busy, whole run", busy_share(first, last)),
            _share("of the cores' time: guests", ideal_s / wall_s),
            _share("of the cores' time: taken by the host", stolen_share(first, last, cores=count)),
            Figure(
                name="wall / (CPU of the guests / cores)",
                measured=Spread.of([wall_s / ideal_s]),
                unit=Unit.RATIO,
                bar=_MOST_OVER_GUESTS,
            ),
        ),
        samples={"samples": [_flat(sample) for sample in samples]},
    )


def _share(name: str, value: float) -> Figure:
    """Give a share, with the bar that is set for it."""
    return Figure(name=name, measured=Spread.of([value]), unit=Unit.SHARE, bar=_BARS.get(name))


def _flat(sample: Sample) -> dict[str, float]:
    """Give a sample as the JSON has it."""
    return {
        "at_s": round(sample.at_s, 3),
        "busy_s": round(sample.cores.busy_s, 2),
        "idle_s": round(sample.cores.idle_s, 2),
        "stolen_s": round(sample.cores.stolen_s, 2),
        "labs": len(sample.labs),
        "guests": len(sample.guests),
    }
