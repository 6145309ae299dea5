"""The sites of fixtures/sites: learned anew, held to what is approved, and each broken once."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from harness import process
from harness.learn.boots import approved_boots
from harness.plan.boot_text import BOOT_SUFFIX
from harness.site.approved import BOOTS_DIR
from tools.mutants.slip import Catalogue, Slip, read_catalogue
from tools.mutants.trial import Bench, Kept, Trial

PROJECT_DIR = Path(__file__).parents[2]
SITES_DIR = PROJECT_DIR / "fixtures" / "sites"
_MISTAKES = Path(__file__).with_name("sites.toml")
_LEARN_TIMEOUT_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class SiteTrial:
    """One of the sites, with its one mistake, and a directory to try it in."""

    name: str
    work_dir: Path
    workers: int = 2

    @property
    def dir(self) -> Path:
        """The site's directory."""
        return SITES_DIR / self.name

    @cached_property
    def bench(self) -> Bench:
        """Where its mistake is tried."""
        return Bench(
            site_dir=self.dir,
            catalogue=_mistakes(self.name),
            work_dir=self.work_dir,
            workers=self.workers,
        )

    @property
    def slip(self) -> Slip:
        """Its mistake."""
        return self.bench.catalogue.slips[0]

    def tried(self) -> Trial:
        """Hold it as it is, then with its mistake.

        Raises:
            HarnessError: it is red as it is.
        """
        self.bench.control()
        return self.bench.trials([self.slip], Kept(directory=self.work_dir / "results"))[0]

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


def _mistakes(site: str) -> Catalogue:
    """Give the mistakes of one site, by the paths of its own files."""
    listed = read_catalogue(_MISTAKES)
    mine = f"{site}/"
    slips = tuple(
        replace(slip, file=slip.file.removeprefix(mine))
        for slip in listed.slips
        if slip.file.startswith(mine)
    )
    boots = {
        file.removeprefix(mine): each
        for file, each in listed.boots.items()
        if file.startswith(mine)
    }
    return Catalogue(slips=slips, boots=boots)


def _texts(site_dir: Path) -> Mapping[str, str]:
    found = sorted((site_dir / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}"))
    return {path.name: path.read_text(encoding="utf-8") for path in found}
