"""How busy the cores were, from samples."""

import pytest

from harness.errors import UsageError
from tools.bench.busy import Sample, busy_share, ebb, stolen_share
from tools.bench.cpu import Cores, LabUse
from tools.bench.run import summary


def use(*running: int, running_s: float = 0.0, reaped_s: float = 0.0) -> LabUse:
    """Give a lab's use."""
    return LabUse(running=running, running_s=running_s, reaped_s=reaped_s)


def sample(at_s: float, busy_s: float = 0.0, **labs: LabUse) -> Sample:
    """Give a sample of two cores, of which the host below took none."""
    cores = Cores(busy_s=busy_s, idle_s=2 * at_s - busy_s, stolen_s=0.0)
    return Sample(at_s=at_s, cores=cores, labs={int(name[3:]): lab for name, lab in labs.items()})


RUN = [
    sample(0.0),
    sample(1.0, 1.0, lab1=use(11, running_s=0.5, reaped_s=0.25)),
    sample(2.0, 3.0, lab1=use(11, running_s=1.0, reaped_s=0.25), lab2=use(21, running_s=0.5)),
    # The first guest has gone, and its lab after it; a third one begins: no ebb yet.
    sample(3.0, 5.0, lab1=use(reaped_s=1.75), lab2=use(21, running_s=1.0)),
    sample(4.0, 7.0, lab2=use(21, running_s=1.5), lab3=use(31, running_s=0.5)),
    sample(5.0, 9.0, lab2=use(21, running_s=2.0), lab3=use(31, running_s=1.0)),
    sample(6.0, 10.0, lab2=use(reaped_s=2.5), lab3=use(31, running_s=1.5)),
    sample(7.0, 10.5, lab3=use(reaped_s=2.0)),
    sample(8.0, 10.5),
]


def test_the_ebb_begins_when_the_last_guests_begin_to_finish() -> None:
    assert ebb(RUN) == 6


def test_guests_that_never_finish_have_no_ebb_before_the_end() -> None:
    assert ebb(RUN[:3]) == 2


def test_without_guests_there_is_nothing_to_say() -> None:
    with pytest.raises(UsageError, match="no guest ran"):
        ebb([sample(0.0), sample(1.0)])


def test_the_busy_share_lies_between_two_samples() -> None:
    assert busy_share(RUN[0], RUN[6]) == pytest.approx(10 / 12)
    assert busy_share(RUN[1], RUN[2]) == pytest.approx(1.0)
    assert busy_share(RUN[7], RUN[8]) == 0.0
    assert busy_share(RUN[0], RUN[0]) == 0.0


def test_what_the_host_below_took_makes_nobody_idle() -> None:
    first = Sample(at_s=0.0, cores=Cores(busy_s=0.0, idle_s=0.0, stolen_s=0.0))
    last = Sample(at_s=10.0, cores=Cores(busy_s=9.0, idle_s=1.0, stolen_s=10.0))
    assert busy_share(first, last) == pytest.approx(0.9)
    assert stolen_share(first, last, cores=2) == pytest.approx(0.5)
    assert stolen_share(first, first, cores=2) == 0.0


def test_the_run_is_judged_until_the_ebb() -> None:
    section = summary("a run", RUN, guests_s=(1.5, 2.5, 2.0), count=2)
    figures = {figure.name: figure for figure in section.figures}
    judged = figures["cores busy until the last guests began to finish"]
    assert judged.measured.median == pytest.approx(10 / 12)
    assert judged.is_met is False
    assert figures["cores busy, whole run"].measured.median == pytest.approx(10.5 / 16)
    assert figures["of the cores' time: guests"].measured.median == pytest.approx(3 / 8)
    over = figures["wall / (CPU of the guests / cores)"]
    assert over.measured.median == pytest.approx(8 / 3)
    assert over.is_met is False
    assert [row["guests"] for row in section.samples["samples"]] == [0, 1, 2, 1, 2, 2, 1, 0, 0]
