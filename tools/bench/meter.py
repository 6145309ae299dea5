"""A plugin of the pytest that `make bench` starts: what each scenario's guests have spent.

A look from outside comes too late: a guest's account ends with its lab, a moment after its own
end. So the scenario's worker looks, when nothing of the lab has been taken down yet.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from harness.lab import Lab
from tools.bench.cpu import LabUse, lab_use

_FILE = "guests-cpu-s"
"""In a scenario's evidence."""


class Item(Protocol):
    """What is used of pytest's item."""

    @property
    def funcargs(self) -> Mapping[str, object]:
        """The fixtures that its test was given."""


_before: dict[int, LabUse] = {}
"""By the pid of a lab's pid 1, which has done its mounts by then."""


def pytest_runtest_call(item: Item) -> None:
    """Look before the test begins."""
    for lab in _lab(item):
        _before[lab.namespace.pid] = lab_use(lab.namespace.pid)


def pytest_runtest_teardown(item: Item) -> None:
    """Look again when it has ended, and write down the difference."""
    for lab in _lab(item):
        before = _before.pop(lab.namespace.pid, None)
        after = lab_use(lab.namespace.pid)
        spent_s = after.running_s + after.reaped_s - (before.reaped_s if before else 0.0)
        (lab.evidence.dir / _FILE).write_text(f"{spent_s:.3f}\n")


def _lab(item: Item) -> Iterator[Lab]:
    """Give the lab that a test was given, if any."""
    lab = item.funcargs.get("lab")
    if isinstance(lab, Lab):
        yield lab


def guests_s(evidence_dir: Path) -> tuple[float, ...]:
    """Give the CPU seconds of each scenario's guests, of the runs that left evidence here."""
    # `latest` leads to one of them.
    found = {path.resolve() for path in evidence_dir.glob(f"*/*/{_FILE}")}
    return tuple(float(path.read_text()) for path in sorted(found))
