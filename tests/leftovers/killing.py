"""Runs of pytest that are killed: started, struck at a moment, followed to their end."""

import os
import random
import secrets
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from harness import process
from harness.deadline import Deadline
from harness.evidence.directory import EvidenceDirectory
from tests.leftovers.look import PROC, Look, born, descendants, state
from tests.signals import AS_AT_A_TERMINAL

ROOT = Path(__file__).parents[2]
VICTIMS = Path(__file__).with_name("victims.py")
SITE = ROOT / "fixtures" / "showmax"
"""Named, so that the run is about a site: else the plugin leaves it alone, and its end too."""
GONE_TIMEOUT_S = 10.0
"""How long the kernel and the survivors may take to clear away, on a machine under load."""
END_TIMEOUT_S = 120.0
_PAUSE_S = 0.02
_STOOD_STILL_S = 2.0


class Whom(Enum):
    """Who is struck."""

    MAIN = "the main process"
    GROUP = "everybody in the terminal's foreground"
    WORKER = "a worker"


@dataclass(frozen=True, kw_only=True)
class Blow:
    """One signal, to whom, and when: in seconds since what it waits for."""

    number: signal.Signals
    whom: Whom
    after_s: float

    def __str__(self) -> str:
        """Say it, for messages."""
        return f"{self.number.name} to {self.whom.value} after {self.after_s:.2f} s"


@dataclass(kw_only=True)
class Run:
    """One run of pytest over the victims, and the look that follows it."""

    main: process.Process
    look: Look
    evidence_dir: Path
    log_path: Path
    hits: int = 0
    """How many blows met somebody alive."""

    def strike(self, blow: Blow, rng: random.Random) -> list[str]:
        """Wait for the moment and strike; give what is left of a worker while the run goes on.

        Whoever is to be struck may have ended already.
        """
        with suppress(ProcessLookupError):
            if blow.whom is Whom.WORKER:
                return self._strike_worker(blow, rng)
            self.main.wait(blow.after_s)
            self.look.follow(self.main.pid)
            self.hits += self.main.alive
            send = os.killpg if blow.whom is Whom.GROUP else os.kill
            send(self.main.pid, blow.number)
        return []

    def workers(self) -> list[int]:
        """Give xdist's living workers: they read their program from standard input."""
        return [pid for pid in descendants(self.main.pid) if _is_worker(pid)]

    def end(self) -> int | None:
        """Wait for the end of the main process; it is killed when it does not come."""
        code = self.main.wait(END_TIMEOUT_S)
        self.main.close()
        return code

    def left(self) -> list[str]:
        """Wait until nothing is left; give what still is."""
        return _settled(self.look)

    def unreadable(self) -> list[str]:
        """Read all evidence as reports do; give what cannot be read."""
        found = []
        for directory in sorted(self.evidence_dir.glob("2*/*/")):
            store = EvidenceDirectory(directory)
            for read in (store.read_console, store.read_wire, store.read_logs, store.read_summary):
                try:
                    read()
                except Exception as error:  # any at all is what is looked for
                    found.append(f"{directory}: {read.__name__}: {error!r}")
        return found

    def _strike_worker(self, blow: Blow, rng: random.Random) -> list[str]:
        """Strike one worker, and look for what was its own."""
        while not self.workers() and self.main.alive:
            self.main.wait(_PAUSE_S)
        self.main.wait(blow.after_s)
        workers = self.workers()
        if not workers:
            return []
        struck = rng.choice(workers)
        own = Look(self.look.word, self.look.scratch_dir, self.look.work_dir)
        own.follow(struck, worker_alone=True)
        self.look.follow(self.main.pid)
        self.hits += _is_worker(struck)
        os.kill(struck, blow.number)
        return [f"of the worker: {line}" for line in _settled(own, worker_alone=True)]


@contextmanager
def started(directory: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Run]:
    """Run the victims with pytest's `options`, in a place of their own."""
    word = f"leftovers-{secrets.token_hex(6)}"
    work_dir, scratch_dir = directory / word, directory / word / "tmp"
    scratch_dir.mkdir(parents=True)
    module_path = work_dir / "scenarios" / "test_victims.py"
    module_path.parent.mkdir()
    shutil.copyfile(VICTIMS, module_path)
    evidence_dir, log_path = work_dir / "evidence", work_dir / "log"
    main = process.start(
        [
            *AS_AT_A_TERMINAL,
            *(sys.executable, "-m", "pytest", str(module_path), "-n", "2", "--dist=load"),
            *("-c", str(ROOT / "pyproject.toml"), f"--rootdir={ROOT}", "-p", "no:cacheprovider"),
            *("-p", "harness.pytest_plugin", f"--site={SITE}", f"--evidence={evidence_dir}"),
            *options,
        ],
        log_path=log_path,
        env={
            **os.environ,
            "HARNESS_CACHE": str(directory / "cache"),
            "TMPDIR": str(scratch_dir),
            "LEFTOVERS": word,
            **(env or {}),
        },
    )
    look = Look(word, scratch_dir, directory)
    try:
        yield Run(main=main, look=look, evidence_dir=evidence_dir, log_path=log_path)
    finally:
        main.close()
        for pid in look.followed:  # the next must not suffer from what this one has left
            with suppress(OSError, IndexError):
                if look.followed[pid] == born(pid):
                    os.kill(pid, signal.SIGKILL)


def _settled(look: Look, *, worker_alone: bool = False) -> list[str]:
    """Look until nothing is left, or the time is over."""
    deadline = Deadline(GONE_TIMEOUT_S, "the end of everything")
    while (left := look.left(worker_alone=worker_alone)) and not deadline.expired:
        select.select((), (), (), _PAUSE_S)
    if left:  # a virtual machine may have stood still, and nobody in it had the time
        select.select((), (), (), _STOOD_STILL_S)
        left = look.left(worker_alone=worker_alone)
    return left


def _is_worker(pid: int) -> bool:
    """Whether a process is one of xdist's that has not ended."""
    with suppress(OSError, IndexError):
        words = (PROC / str(pid) / "cmdline").read_bytes()
        return b"sys.stdin.readline" in words and state(pid) != "Z"
    return False
