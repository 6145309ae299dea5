"""What is measured on: the site, the accelerator, and where a measurement may write."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.assets.cache import cache_dir
from harness.assets.payload import payload
from harness.assets.stub import stub
from harness.deadline import Pace
from harness.guest.spec import Clock
from harness.host.accelerator import Accelerator
from harness.lab import LabOptions
from harness.site import Site

PROJECT_DIR = Path(__file__).parents[2]
WORK_DIR = PROJECT_DIR / "build" / "bench"

PACE = Pace(slowness=8.0, crowding=2.0)
"""Generous: a deadline that is never reached costs nothing."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What all measurements of one run share."""

    site: Site
    accelerator: Accelerator
    work_dir: Path = WORK_DIR
    say: Callable[[str], None] = lambda _what: None
    """Called with what was just measured."""

    def lab_options(
        self,
        evidence_dir: Path,
        *,
        clock: Clock = Clock.REAL,
        warm: bool = False,
        linux: bool = False,
    ) -> LabOptions:
        """Look up what a lab is made with, anew for each one as the scenarios' fixture does."""
        return LabOptions(
            evidence_dir=evidence_dir,
            cache_dir=cache_dir(),
            payload=payload(),
            stub=None if linux else stub(),
            accel=self.accelerator.name,
            clock=clock,
            warm=warm,
            pace=PACE,
        )

    def fresh_dir(self, name: str) -> Path:
        """Give an empty directory to write to."""
        directory = self.work_dir / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        return directory
