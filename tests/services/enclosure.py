"""A place to run daemons in that is no lab: plain processes, files below a directory."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import process
from harness.process import Completed, Process
from harness.services.registry import SITE_DAEMONS

KINDS = {kind.name: kind for kind in SITE_DAEMONS}
"""The daemons that a site can name; of the NFS servers, nfs-ganesha."""


class FakeEnclosure:
    """Runs commands on this host as they are; `said` is what the next `run` has to say."""

    def __init__(self, root: Path) -> None:
        """Keep the directory that stands for the lab's root."""
        self.root = root
        self.pid = os.getpid()
        self.said: Completed | None = None
        self.commands: list[tuple[str, ...]] = []
        self.environments: list[Mapping[str, str]] = []
        self.started: list[Process] = []

    def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, check: bool = True) -> Completed:
        """Give what was prepared, or run the command."""
        self.commands.append(tuple(argv))
        return self.said or process.run(argv, timeout_s=timeout_s, check=check)

    def start(
        self, argv: Sequence[str], *, log_path: Path, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start the command."""
        self.commands.append(tuple(argv))
        self.environments.append(env or {})
        self.started.append(process.start(argv, log_path=log_path))
        return self.started[-1]

    def signal(self, started: Process, number: int) -> None:
        """Signal the process itself: there is no `nsenter` in between."""
        if started.alive:
            os.kill(started.pid, number)

    def path(self, inside: str | Path) -> Path:
        """Give a path below the directory."""
        return self.root / str(inside).lstrip("/")
