"""Sites of other shapes: learned anew, held to what is approved, and broken."""

import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from harness import process
from harness.learn.boots import approved_boots
from harness.plan.boot_text import BOOT_SUFFIX
from harness.site.approved import BOOTS_DIR
from tools.blame.bench import Bench
from tools.blame.fault import LISTS_DIR, Catalogue, Fault, read_catalogue
from tools.blame.run import Pytest
from tools.blame.trial import Kept, Say, Trial

FIXTURES_DIR = Path(__file__).parents[2] / "fixtures"
SITES_DIR = FIXTURES_DIR / "sites"
MISTAKES = LISTS_DIR / "sites.toml"
_LEARN_TIMEOUT_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class SiteTrial:
    """One of the sites, and a directory to try its mistakes in."""

    name: str
    work_dir: Path
    workers: int = 2
    words: Sequence[str] = ()
    """Passed on to pytest."""
    list_path: Path = MISTAKES
    """Where its mistakes are listed."""
    say: Say = field(default=lambda _: None)

    @property
    def dir(self) -> Path:
        """The site's directory."""
        other_servers = FIXTURES_DIR / self.name
        return other_servers if other_servers.is_dir() else SITES_DIR / self.name

    @cached_property
    def bench(self) -> Bench:
        """Where its mistakes are tried."""
        return Bench(
            site_dir=self.dir,
            catalogue=Catalogue(faults=tuple(self._listed), boots={}),
            pytest=Pytest(work_dir=self.work_dir, workers=self.workers, words=self.words),
            say=self.say,
        )

    @cached_property
    def _listed(self) -> Mapping[Fault, Fault]:
        """Its mistakes, by the paths of its own files → as they are listed."""
        listed = read_catalogue(self.list_path).faults
        return {_by_its_own_path(each): each for each in listed if site_of(each) == self.name}

    @property
    def faults(self) -> Sequence[Fault]:
        """Its mistakes, as they are listed."""
        return tuple(self._listed.values())

    def tried(
        self, faults: Collection[Fault], *, again: bool = False, anew: bool = True
    ) -> list[Trial]:
        """Try some of its mistakes; without `anew` only give what came of them before.

        Raises:
            HarnessError: a boot is red as it is.
        """
        kept = Kept(directory=self.work_dir / "results")
        own = [each for each, listed in self._listed.items() if listed in faults]
        if again:
            kept.forget(own)
        trials = self.bench.trials(own, kept) if anew else self.bench.tried_before(own, kept)
        return [replace(trial, fault=self._listed[trial.fault]) for trial in trials]

    @property
    def approved(self) -> Mapping[str, str]:
        """The texts of its boots, by the names of their files."""
        return _texts(self.dir)

    def learned_anew(self) -> Mapping[str, str]:
        """Learn the approved boots in a copy of it that has none, and give the texts."""
        copy = self.work_dir / self.name
        shutil.copytree(self.dir, copy, symlinks=True, ignore=shutil.ignore_patterns(BOOTS_DIR))
        harness = str(Path(sys.executable).with_name("harness"))
        where = ("--evidence", str(self.work_dir / "evidence"))
        command = [harness, "learn", str(copy), *self._which, "--", "-n", str(self.workers), *where]
        process.run(command, timeout_s=_LEARN_TIMEOUT_S)
        return _texts(copy)

    @property
    def _which(self) -> Sequence[str]:
        """Which machines and rows the approved boots are of."""
        boots = approved_boots(self.dir).values()
        machines = dict.fromkeys(each.machine or each.path for each in boots)
        rows = dict.fromkeys(row for each in boots for row in each.choices)
        of_machines = (word for each in machines for word in ("--machine", each))
        of_rows = [word for each in rows for word in ("--row", each)]
        return (*of_machines, *(of_rows or ("--untouched",)))


def sites() -> tuple[str, ...]:
    """Give the names of the sites that have boots."""
    return tuple(sorted(path.parent.name for path in SITES_DIR.glob(f"*/{BOOTS_DIR}")))


def approved_in(name: str) -> int:
    """Count a site's approved boots."""
    return len(list((SITES_DIR / name / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}")))


def site_of(fault: Fault) -> str:
    """Give the name of the site that a listed mistake is in."""
    return fault.file.partition("/")[0]


def _by_its_own_path(fault: Fault) -> Fault:
    return replace(fault, file=fault.file.partition("/")[2])


def _texts(site_dir: Path) -> Mapping[str, str]:
    found = sorted((site_dir / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}"))
    return {path.name: path.read_text(encoding="utf-8") for path in found}
