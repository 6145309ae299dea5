"""Guests are admitted by cores and memory, the longest first, and nobody waits for a dead one."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.pytest_plugin.admission import Broker, Capacity, Demand, admitted

ADDRESS = "netboot-harness-test-admission"
GUEST = Demand(cores=1.0, memory_mib=500)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """Give a broker that has room for one."""
    broker = Broker(ADDRESS, Capacity(cores=1.0, memory_mib=1000))
    yield broker
    broker.close()


class Worker(threading.Thread):
    """A worker with a scenario."""

    def __init__(self, demand: Demand, log: list[float]) -> None:
        """Begin to ask; note in the log when it was granted."""
        super().__init__(daemon=True)
        self.demand = demand
        self.log = log
        self.granted = threading.Event()
        self.done = threading.Event()
        self.start()

    def run(self) -> None:
        """Ask, and hold what was granted."""
        with admitted(ADDRESS, self.demand):
            self.log.append(self.demand.expected_s)
            self.granted.set()
            self.done.wait(30)


def test_what_fits_is_granted_at_once() -> None:
    capacity = Capacity(cores=2.0, memory_mib=1000)
    assert capacity.fits(GUEST)
    capacity.granted[1] = GUEST
    assert capacity.fits(GUEST)
    capacity.granted[2] = GUEST
    assert not capacity.fits(GUEST)


@pytest.mark.parametrize(
    "demand", [Demand(cores=1.5, memory_mib=1), Demand(cores=0.1, memory_mib=501)]
)
def test_cores_and_memory_both_count(demand: Demand) -> None:
    capacity = Capacity(cores=2.0, memory_mib=1000, granted={1: GUEST})
    assert not capacity.fits(demand)


def test_one_alone_always_fits() -> None:
    assert Capacity(cores=1.0, memory_mib=100).fits(Demand(cores=8.0, memory_mib=9999))


def test_one_waits_for_the_other(broker: Broker) -> None:
    log: list[float] = []
    first = Worker(GUEST, log)
    assert first.granted.wait(30)
    second = Worker(GUEST, log)
    assert not second.granted.wait(0.1)
    first.done.set()
    assert second.granted.wait(30)
    second.done.set()


def test_the_longest_goes_first(broker: Broker) -> None:
    log: list[float] = []
    holder = Worker(replace(GUEST, expected_s=99.0), log)
    assert holder.granted.wait(30)
    others = [Worker(replace(GUEST, expected_s=seconds), log) for seconds in (1.0, 3.0, 2.0)]
    for other in others:
        assert not other.granted.wait(0.05)
        other.done.set()
    holder.done.set()
    for worker in (holder, *others):
        worker.join(30)
    assert log == [99.0, 3.0, 2.0, 1.0]


def test_without_a_controller_everything_is_granted() -> None:
    with admitted(ADDRESS, GUEST):
        pass


def test_a_broker_that_ends_lets_everybody_go() -> None:
    broker = Broker(ADDRESS, Capacity(cores=1.0, memory_mib=1000))
    log: list[float] = []
    first = Worker(GUEST, log)
    assert first.granted.wait(30)
    second = Worker(GUEST, log)
    assert not second.granted.wait(0.05)
    broker.close()
    assert second.granted.wait(30)
    for worker in (first, second):
        worker.done.set()
        worker.join(30)
