"""Who may run a guest now: by memory and by cores, not by hope.

Emulated guests burn a core each while they boot; eight at a time on two cores are
not faster, only harder to keep deadlines for. So a scenario asks before it starts
its lab. The controller grants, and takes back what it granted when the worker's
connection closes, however the worker ended. Of those who wait, the one that takes
longest goes first.
"""

import json
import os
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

import pytest

from harness.guest.spec import Clock
from harness.host import memory
from harness.host.accelerator import AcceleratorName
from harness.pytest_plugin.run import decided_run, run_of, worker_input

OVERSUBSCRIPTION = 1.5
"""Guests for each core: while one waits for a daemon, or is held, another can go on.

Late servers hold guests, so more of them are green as well, but not faster: emulation takes all of
a core. 22 scenarios with -n 8 took 134 s so on two cores, and 153 s with twice as many.
"""
_MESSAGE_BYTES = 4096
_GRANTED = b"go"


_SHARES = {("tcg", Clock.FAST): 1.0, ("tcg", Clock.REAL): 0.3}
_LIVE_SHARE = 0.6


def core_share(accelerator: AcceleratorName, clock: Clock, *, is_live: bool = False) -> float:
    """Say how much of a core a guest keeps busy: with the real clock it waits most of its time.

    Half of 28 kept a quarter of one busy, or less. A live system that is emulated has a great deal
    to unpack and to start: 150 s of a core in 240 s.
    """
    if is_live and accelerator == "tcg":
        return _LIVE_SHARE
    return _SHARES.get((accelerator, clock), 0.25)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a scenario needs while it runs."""

    cores: float
    """Cores that its guest keeps busy: 1 for one that never waits."""
    memory_mib: int
    expected_s: float = 0.0
    """How long it took the last time; 0 when that is not known."""


@dataclass(kw_only=True)
class Capacity:
    """What is left to grant."""

    cores: float
    memory_mib: int
    granted: dict[int, Demand] = field(default_factory=dict)
    """By whom it was granted to."""

    def fits(self, demand: Demand) -> bool:
        """Whether a demand can be granted now; one alone always can, or it never could."""
        if not self.granted:
            return True
        cores = sum(held.cores for held in self.granted.values())
        memory_mib = sum(held.memory_mib for held in self.granted.values())
        return (
            cores + demand.cores <= self.cores and memory_mib + demand.memory_mib <= self.memory_mib
        )


class Broker:
    """Grants demands, in a thread of the process that people started."""

    def __init__(self, address: str, capacity: Capacity) -> None:
        """Listen on an abstract unix socket: there is no file to leave behind."""
        self._capacity = capacity
        self._waiting: dict[socket.socket, Demand] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.bind(f"\0{address}")
        self._socket.listen(os.cpu_count() or 1)
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        for listened in (self._socket, self._woken):
            self._selector.register(listened, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="admission", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop granting."""
        self._wake.send(b"end")
        self._thread.join()
        for key in tuple(self._selector.get_map().values()):
            cast("socket.socket", key.fileobj).close()
        self._wake.close()
        self._selector.close()

    def _serve(self) -> None:
        """Take demands and what is given back, until told to stop."""
        while True:
            ready = [key.fileobj for key, _ in self._selector.select()]
            if self._woken in ready:
                return
            for each in ready:
                if each is self._socket:
                    client, _ = self._socket.accept()
                    self._selector.register(client, selectors.EVENT_READ)
                elif isinstance(each, socket.socket):
                    self._hear(each)
            self._grant()

    def _hear(self, client: socket.socket) -> None:
        """Note a demand, or that its scenario is over."""
        message = b""
        with suppress(OSError):
            message = client.recv(_MESSAGE_BYTES)
        if message:
            self._waiting[client] = Demand(**json.loads(message))
            return
        self._waiting.pop(client, None)
        self._capacity.granted.pop(client.fileno(), None)
        self._selector.unregister(client)
        client.close()

    def _grant(self) -> None:
        """Grant what fits, the longest first; what does not fit is not overtaken."""
        for client, demand in sorted(
            self._waiting.items(), key=lambda item: item[1].expected_s, reverse=True
        ):
            if not self._capacity.fits(demand):
                return
            del self._waiting[client]
            self._capacity.granted[client.fileno()] = demand
            with suppress(OSError):  # it has ended meanwhile; its end is heard next
                client.send(_GRANTED)


@contextmanager
def admitted(address: str, demand: Demand) -> Iterator[None]:
    """Wait until a demand is granted; give it back at the end.

    A controller that is gone grants everything: the run is ending.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        with suppress(OSError):
            connection.connect(f"\0{address}")
            connection.send(json.dumps(vars(demand)).encode())
            connection.recv(len(_GRANTED))
        yield


_BROKER = pytest.StashKey[Broker]()


def broker_address(config: pytest.Config) -> str:
    """Give the address at which this run's broker listens."""
    return f"{run_of(config).address}-admission"


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Grant, in the process that people started."""
    config = session.config
    if worker_input(config) is None and decided_run(config) is not None:
        capacity = Capacity(
            cores=(os.cpu_count() or 1) * OVERSUBSCRIPTION,
            memory_mib=memory.available_mib() - memory.RESERVE_MIB,
        )
        config.stash[_BROKER] = Broker(broker_address(config), capacity)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop granting."""
    broker = config.stash.get(_BROKER, None)
    if broker is not None:
        broker.close()
