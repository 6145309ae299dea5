"""A guest's BMC, as a process of the lab; `harness.bmc` is what it runs."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from harness import bmc
from harness.bmc import Question, Setup, Told
from harness.deadline import Pace
from harness.host.tools import TOOLS
from harness.process import Process
from harness.services.base import Enclosure, Service
from harness.site import Site


class Beside(Enclosure, Protocol):
    """A lab that lets the harness's own programs into its network."""

    def start_beside(self, argv: Sequence[str], *, log_path: Path, stdin_fd: int) -> Process:
        """Start such a program."""


class BmcDaemon(Service):
    """The BMC of one machine, and the line by which it asks the lab for that machine."""

    name = "bmc"
    tool = TOOLS["ipmitool"]
    """Its clients': the BMC itself is Python."""
    ready = bmc.READY

    def __init__(
        self, beside: Beside, site: Site, log_dir: Path, pace: Pace, *, machine: str, setup: Setup
    ) -> None:
        """Keep the machine's name, and what the BMC is made with."""
        super().__init__(beside, site, log_dir, pace)
        self.log_path = log_dir / f"bmc-{machine}.log"
        self.setup = setup
        self._beside = beside
        self._socket: socket.socket | None = None
        self._line: Connection | None = None

    @property
    def addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """Where it can be reached, inside the lab."""
        return self.setup.addresses

    def command(self) -> Sequence[str]:
        """Run it on the harness's own Python."""
        return [sys.executable, "-m", "harness.bmc.served"]

    def _launch(self, _environment: Mapping[str, str]) -> Process:
        ours, theirs = socket.socketpair()
        with theirs:
            started = self._beside.start_beside(
                self.command(), log_path=self.log_path, stdin_fd=theirs.fileno()
            )
        self._socket, self._line = ours, Connection(os.dup(ours.fileno()))
        self._line.send(self.setup)
        return started

    def say(self, told: Told) -> None:
        """Tell the BMC something; raises an OSError when it is gone."""
        if self._line is None:
            raise BrokenPipeError(f"{self.name} does not run")
        self._line.send(told)

    def hear(self) -> Question | None:
        """Wait for its next question; None: it asks no more."""
        if self._line is None:
            return None
        try:
            asked = self._line.recv()
        except (EOFError, OSError):
            return None
        return asked if isinstance(asked, Question) else None

    def hang_up(self) -> None:
        """Let who waits for its next question go; the BMC ends then. Harmless the second time."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Give up its handle, and the line."""
        if self._socket is not None and self._line is not None:
            self._socket.close()
            self._line.close()
            self._socket = self._line = None
        super().forget()
