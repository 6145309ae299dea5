"""Who may run a guest: what fits is granted, the longest first, and all of it comes back."""

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from harness.pytest_plugin.admission import Broker, Capacity, Demand, admitted

_SOON_S = 5.0
_LATE_S = 0.2

ADDRESS = f"test-admission-{os.getpid()}"


@pytest.fixture
def broker() -> Iterator[Broker]:
    """Grant two cores and 1000 MiB."""
    running = Broker(ADDRESS, Capacity(cores=2.0, memory_mib=1000))
    yield running
    running.close()


class Asker:
    """A worker that asks, and holds what it is granted until it is told to give it back."""

    def __init__(self, name: str, order: list[str], **demand: float) -> None:
        """Ask in a thread of its own."""
        self.granted = threading.Event()
        self._done = threading.Event()
        wanted: AbstractContextManager[None] = admitted(
            ADDRESS,
            Demand(**{"cores": 1.0, "memory_mib": 100, **demand}),  # type: ignore[arg-type]
        )

        def hold() -> None:
            with wanted:
                order.append(name)
                self.granted.set()
                self._done.wait()

        self._thread = threading.Thread(target=hold, daemon=True)
        self._thread.start()

    def give_back(self) -> None:
        """End the scenario."""
        self._done.set()
        self._thread.join()


@pytest.mark.usefixtures("broker")
def test_what_does_not_fit_waits_until_something_is_given_back() -> None:
    order: list[str] = []
    first, second = (Asker(name, order) for name in ("first", "second"))
    assert first.granted.wait(_SOON_S)
    assert second.granted.wait(_SOON_S)
    third = Asker("third", order)
    assert not third.granted.wait(_LATE_S)
    first.give_back()
    assert third.granted.wait(_SOON_S)
    second.give_back()
    third.give_back()


@pytest.mark.usefixtures("broker")
def test_the_longest_of_those_who_wait_goes_first() -> None:
    order: list[str] = []
    holder = Asker("holder", order, cores=2.0)
    assert holder.granted.wait(_SOON_S)
    short = Asker("short", order, cores=2.0, expected_s=1.0)
    assert not short.granted.wait(_LATE_S)
    long = Asker("long", order, cores=2.0, expected_s=60.0)
    assert not long.granted.wait(_LATE_S)
    holder.give_back()
    assert long.granted.wait(_SOON_S)
    long.give_back()
    assert short.granted.wait(_SOON_S)
    short.give_back()
    assert order == ["holder", "long", "short"]


@pytest.mark.usefixtures("broker")
def test_memory_counts_as_cores_do() -> None:
    order: list[str] = []
    big = Asker("big", order, memory_mib=900)
    assert big.granted.wait(_SOON_S)
    other = Asker("other", order, memory_mib=200)
    assert not other.granted.wait(_LATE_S)
    big.give_back()
    assert other.granted.wait(_SOON_S)
    other.give_back()


@pytest.mark.usefixtures("broker")
def test_what_never_fits_runs_alone() -> None:
    asker = Asker("huge", [], cores=64.0, memory_mib=1_000_000)
    assert asker.granted.wait(_SOON_S)
    asker.give_back()


def test_without_a_controller_nobody_is_kept_waiting() -> None:
    with admitted("nobody-listens-here", Demand(cores=1.0, memory_mib=1)):
        pass


def test_a_controller_that_ends_lets_everybody_go() -> None:
    running = Broker(ADDRESS, Capacity(cores=1.0, memory_mib=1000))
    order: list[str] = []
    first = Asker("first", order)
    assert first.granted.wait(_SOON_S)
    second = Asker("second", order)
    assert not second.granted.wait(_LATE_S)
    running.close()
    assert second.granted.wait(_SOON_S)
    first.give_back()
    second.give_back()
