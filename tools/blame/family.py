"""The families of known faults, and which of them are tried."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.blame.bench import Bench
from tools.blame.fault import LISTS_DIR, Catalogue, Fault, read_catalogue
from tools.blame.run import Pytest
from tools.blame.scenes import Scenes
from tools.blame.sites import SiteTrial, site_of
from tools.blame.tally import Tally
from tools.blame.trial import Kept, Say, Trial

PROJECT_DIR = Path(__file__).parents[2]
SITE = PROJECT_DIR / "fixtures" / "showmax"
WORK_DIR = PROJECT_DIR / "build" / "blame"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which of the faults."""

    only: str = ""
    """Part of a file's name, of a scenario's, or of what went wrong."""
    limit: int | None = None
    """How many of each family, at most."""
    again: bool = False
    """Whether what is kept of them is forgotten first."""
    anew: bool = True
    """Whether those are tried that were not; else only what came of the others is given."""

    @property
    def is_whole(self) -> bool:
        """Whether it leaves nothing out."""
        return not self.only and self.limit is None

    def of(self, faults: Sequence[Fault]) -> list[Fault]:
        """Give the faults that are meant."""
        said = ((each, f"{each.file or each.scenario}: {each.what}") for each in faults)
        return [each for each, words in said if self.only in words][: self.limit]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How they are tried."""

    workers: int = 3
    words: Sequence[str] = ()
    """Passed on to pytest."""
    work_dir: Path = WORK_DIR
    say: Say = field(default=lambda _: None)

    def pytest(self, family: str) -> Pytest:
        """Give what runs the tests of a family."""
        return Pytest(work_dir=self.work_dir / family, workers=self.workers, words=self.words)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Faults of one kind."""

    list_path: Path
    what: str
    """For people."""
    trials: Callable[["Family", Choice, Setting], Iterator[Trial]]
    group: Callable[[Trial], str]
    """By what its trials are counted."""

    @property
    def name(self) -> str:
        """Its short name: that of its list."""
        return self.list_path.stem

    @property
    def catalogue(self) -> Catalogue:
        """Its faults."""
        return read_catalogue(self.list_path)


def _of_reference_site(family: Family, choice: Choice, setting: Setting) -> Iterator[Trial]:
    """Try faults in copies of the reference site, and those that scenarios bring about."""
    pytest, catalogue = setting.pytest(family.name), family.catalogue
    kept = Kept(directory=pytest.work_dir / "results")
    scenes = Scenes(site_dir=SITE, pytest=pytest, say=setting.say)
    bench = Bench(site_dir=SITE, catalogue=catalogue, pytest=pytest, say=setting.say)
    meant = choice.of([*catalogue.edited, *scenes.faults(catalogue.staged)])
    if choice.again:
        kept.forget(meant)
    edited = [fault for fault in meant if not fault.scenario]
    staged = [fault for fault in meant if fault.scenario]
    yield from (bench.trials if choice.anew else bench.tried_before)(edited, kept)
    yield from (scenes.trials if choice.anew else scenes.known)(staged, kept)


def _of_sites(family: Family, choice: Choice, setting: Setting) -> Iterator[Trial]:
    """Try the mistakes in sites of other shapes, site by site."""
    meant = choice.of(family.catalogue.faults)
    for name in dict.fromkeys(map(site_of, meant)):
        mine = [fault for fault in meant if site_of(fault) == name]
        if choice.anew:
            setting.say(f"{name}: {len(mine)} mistakes")
        site = SiteTrial(
            name=name,
            work_dir=setting.work_dir / family.name / name,
            workers=setting.workers,
            words=setting.words,
            list_path=family.list_path,
            say=setting.say,
        )
        yield from site.tried(mine, again=choice.again, anew=choice.anew)


def _file(trial: Trial) -> str:
    return trial.fault.file or "no file"


def _site(trial: Trial) -> str:
    return site_of(trial.fault)


def _module(trial: Trial) -> str:
    return Path(trial.fault.scenario.partition("::")[0]).parent.name


FAMILIES: Mapping[str, Family] = {
    each.name: each
    for each in (
        Family(
            list_path=LISTS_DIR / "cases.toml",
            what="cases of public bug reports",
            trials=_of_reference_site,
            group=_file,
        ),
        Family(
            list_path=LISTS_DIR / "showmax.toml",
            what="one-line mistakes in the reference site",
            trials=_of_reference_site,
            group=_file,
        ),
        Family(
            list_path=LISTS_DIR / "siblings.toml",
            what="siblings of these cases, on other sites and other servers",
            trials=_of_sites,
            group=_site,
        ),
        Family(
            list_path=LISTS_DIR / "servers.toml",
            what="one-line mistakes by other servers",
            trials=_of_sites,
            group=_file,
        ),
        Family(
            list_path=LISTS_DIR / "sites.toml",
            what="one-line mistakes in sites of other shapes",
            trials=_of_sites,
            group=_site,
        ),
        Family(
            list_path=LISTS_DIR / "scenarios.toml",
            what="faults that scenarios bring about",
            trials=_of_reference_site,
            group=_module,
        ),
    )
}


def blame(names: Sequence[str], choice: Choice, setting: Setting) -> Mapping[str, Tally]:
    """Try the faults of some families that were not tried yet; give what each comes to.

    Raises:
        HarnessError: the site is red as it is, or could not be booted.
    """
    tallies: dict[str, Tally] = {}
    for name in names:
        family = FAMILIES[name]
        tally = Tally(trials=[*family.trials(family, choice, setting)])
        for line in tally.summary(family.group):
            setting.say(line)
        tallies[name] = tally
    return tallies
