"""The sites of fixtures/sites: learned anew, held to what is approved, and broken."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from harness import process
from harness.learn.boots import approved_boots
from harness.plan.boot_text import BOOT_SUFFIX
from harness.site.approved import BOOTS_DIR
from tools.mutants.run import Choice
from tools.mutants.slip import Catalogue, Slip, read_catalogue
from tools.mutants.tally import Tally
from tools.mutants.trial import Bench, Kept, Say, Trial

PROJECT_DIR = Path(__file__).parents[2]
SITES_DIR = PROJECT_DIR / "fixtures" / "sites"
MISTAKES = Path(__file__).with_name("sites.toml")
WORK_DIR = PROJECT_DIR / "build" / "mutants" / "sites"
_LEARN_TIMEOUT_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class SiteTrial:
    """One of the sites, and a directory to try its mistakes in."""

    name: str
    work_dir: Path
    workers: int = 2
    words: Sequence[str] = ()
    """Passed on to pytest."""
    say: Say = field(default=lambda _: None)

    @property
    def dir(self) -> Path:
        """The site's directory."""
        return SITES_DIR / self.name

    @cached_property
    def bench(self) -> Bench:
        """Where its mistakes are tried."""
        return Bench(
            site_dir=self.dir,
            catalogue=_mistakes(self.name),
            work_dir=self.work_dir,
            workers=self.workers,
            words=self.words,
            say=self.say,
        )

    @property
    def slips(self) -> Sequence[Slip]:
        """Its mistakes, by the paths of its own files."""
        return self.bench.catalogue.slips

    def tried(self, slips: Sequence[Slip], *, again: bool = False) -> list[Trial]:
        """Try some of its mistakes, then hold the boots that were red to the site as it is.

        Raises:
            HarnessError: one is red as it is.
        """
        kept = Kept(directory=self.work_dir / "results")
        new = [slip for slip in slips if again or not self.bench.is_over(kept.get(slip))]
        for slip in new if again else ():
            kept.forget(slip)
        trials = self.bench.trials(slips, kept)
        self.bench.control({trial.seen_by for trial in trials if trial.slip in new})
        return trials

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


def mutants_of_sites(
    choice: Choice,
    workers: int,
    words: Sequence[str],
    say: Say,
    work_dir: Path = WORK_DIR,
) -> bool:
    """Try the mistakes that are meant, site by site; give whether the goal is reached.

    Raises:
        HarnessError: a site is red as it is, or could not be booted.
    """
    listed = choice.of(read_catalogue(MISTAKES))
    trials: list[Trial] = []
    for name in dict.fromkeys(_site_of(slip) for slip in listed):
        mine = {_by_its_own_path(slip): slip for slip in listed if _site_of(slip) == name}
        say(f"{name}: {len(mine)} mistakes")
        site = SiteTrial(name=name, work_dir=work_dir / name, workers=workers, words=words, say=say)
        tried = site.tried([*mine], again=choice.again)
        trials += [replace(trial, slip=mine[trial.slip]) for trial in tried]
    tally = Tally(trials=trials)
    for line in tally.summary():
        say(line)
    return tally.passed


def _mistakes(site: str) -> Catalogue:
    """Give the mistakes of one site, by the paths of its own files."""
    slips = read_catalogue(MISTAKES).slips
    mine = tuple(_by_its_own_path(slip) for slip in slips if _site_of(slip) == site)
    return Catalogue(slips=mine, boots={})


def _site_of(slip: Slip) -> str:
    return slip.file.partition("/")[0]


def _by_its_own_path(slip: Slip) -> Slip:
    return replace(slip, file=slip.file.partition("/")[2])


def _texts(site_dir: Path) -> Mapping[str, str]:
    found = sorted((site_dir / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}"))
    return {path.name: path.read_text(encoding="utf-8") for path in found}
