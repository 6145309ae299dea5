"""`make soak`: many boots under load, counted as they come."""

import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from harness import process
from harness.errors import HarnessError
from harness.host import tools
from harness.machines import USUAL_PATHS
from harness.plan.boot_text import BOOT_SUFFIX
from harness.site.approved import BOOTS_DIR
from tools.soak.load import other_load
from tools.soak.tally import Boot, Tally, read_boot

PROJECT_DIR = Path(__file__).parents[2]
FIXTURES_DIR = PROJECT_DIR / "fixtures"
BOOTS, WORKERS = 200, 8
_PERIOD_S = 1.0
_INTERRUPT_S = 30.0
"""How long pytest may take to end its labs in order, before it is killed."""

Say = Callable[[str], None]


def soak(
    *,
    boots: int,
    workers: int,
    say: Say,
    words: Sequence[str] = (),
    held: Sequence[Path] = (),
    work_dir: Path | None = None,
    cores: int | None = None,
) -> bool:
    """Boot so often, or a little more so that each has its share; say how it went.

    What boots is held to each of these files, by default to those of `every_shape`. The load
    is on `cores`, by default on all. Gives whether every boot was green; the evidence of green
    ones is not kept.

    Raises:
        HarnessError: not one boot was made.
    """
    held = held or every_shape()
    times = math.ceil(boots / len(held))
    tally = Tally(expected=times * len(held))
    place = work_dir or PROJECT_DIR / "build" / "soak"
    place.mkdir(parents=True, exist_ok=True)
    with (
        process.ended_in_order(),
        tempfile.TemporaryDirectory(dir=place) as name,
        other_load(Path(name), cores=cores) as pids,
    ):
        say(f"{len(pids)} processes of other load, {tally.expected} boots, {workers} at a time")
        results_path, log_path = Path(name) / "results", place / "pytest.log"
        log_path.unlink(missing_ok=True)
        manner = ["-n", str(workers), "--repeat", str(times), "--results", str(results_path)]
        with _started([*map(str, held), *manner, *words], log_path) as pytest:
            _follow(pytest, results_path, tally, say)
    if not tally.boots:
        raise HarnessError("no boot was made", last_lines=_tail(log_path), log_path=log_path)
    for line in tally.summary(cores=os.cpu_count() or 1):
        say(line)
    return tally.passed


def every_shape() -> Sequence[Path]:
    """Give the reference site's untouched boots by every path, and all of the other sites'."""
    reference = FIXTURES_DIR / "showmax" / BOOTS_DIR
    usual = [reference / f"{path.id}{BOOT_SUFFIX}" for path in USUAL_PATHS]
    return [*usual, *sorted(FIXTURES_DIR.glob(f"sites/*/{BOOTS_DIR}/*{BOOT_SUFFIX}"))]


def _follow(pytest: process.Process, results_path: Path, tally: Tally, say: Say) -> None:
    """Count boots until pytest ends."""
    begun_s = time.monotonic()
    results = _Results(results_path)
    ended = False
    while not ended:
        ended = pytest.wait(_PERIOD_S) is not None
        tally.loads.append(os.getloadavg()[0])
        for boot in results.fresh():
            tally.boots.append(boot)
            _drop_if_green(boot)
            now = datetime.now(tz=UTC).astimezone()
            say(tally.progress(elapsed_s=time.monotonic() - begun_s, now=now))


class _Results:
    """The results that pytest has written so far."""

    def __init__(self, path: Path) -> None:
        """Begin at the file's beginning, once there is one."""
        self._path = path
        self._read = 0

    def fresh(self) -> Iterator[Boot]:
        """Go through the whole lines that are new."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                yield read_boot(line.decode())


def _drop_if_green(boot: Boot) -> None:
    """Remove what only a red boot needs, and the run's directory with the last of it."""
    if boot.green and boot.evidence_dir is not None:
        shutil.rmtree(boot.evidence_dir, ignore_errors=True)
        with suppress(OSError):  # others are in it
            boot.evidence_dir.parent.rmdir()


@contextmanager
def _started(words: Sequence[str], log_path: Path) -> Iterator[process.Process]:
    """Run pytest; end it in order, or else at once, when this ends before it."""
    command = [sys.executable, "-m", "pytest", "--no-progress", "--require-all", *words]
    # Also when this process is killed; not by SIGINT, which what a script starts with `&` ignores.
    bound = [str(tools.path_of("setpriv")), "--pdeathsig", "TERM"]
    started = process.start([*bound, *command], log_path=log_path)
    try:
        yield started
    finally:
        try:
            started.interrupt()
            started.wait(_INTERRUPT_S)
        finally:
            started.close()


def _tail(log_path: Path) -> list[str]:
    """Give what pytest said last."""
    return log_path.read_text(errors="replace").splitlines()[-20:] if log_path.exists() else []
