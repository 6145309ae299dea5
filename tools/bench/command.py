"""`make bench`: measure what was asked for, print each result, write all of it down."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.assets.cache import cache_dir
from harness.errors import UsageError
from harness.host import accelerator
from harness.machines import BOOT_PATHS, BootPath
from harness.machines.x86_64 import PC
from harness.services.registry import check_site, load_site
from tools.bench import beside, boot, lab, labgrid, machine, run, scale, servers, start, tree
from tools.bench.result import Section, render, write_json
from tools.bench.setting import PROJECT_DIR, Setting
from tools.bench.ways import ways, ways_beside

JSON_PATH = PROJECT_DIR / "build" / "bench.json"
SITE_DIR = PROJECT_DIR / "fixtures" / "showmax"
"""The reference site; `bare.sh` knows its addresses."""
SUBJECTS = ("lab", "boot", "start", "run")
"""What is measured unless something is named."""
ALONE = ("servers", "scale", "labgrid")
"""What must be named, as it takes minutes or fetches a package; of this tree alone."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for on the command line."""

    subjects: Sequence[str] = ()
    """None means `SUBJECTS`."""
    runs: int | None = None
    path_ids: Sequence[str] = ()
    beside_dir: Path | None = None
    """Another checkout, which is measured in turn with this one."""
    only: str = ""
    """What pytest's -k takes of the run of all scenarios."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words more for pytest, in that run."""
        return ("-k", self.only) if self.only else ()

    def has(self, subject: str) -> bool:
        """Whether a subject is to be measured."""
        return subject in (self.subjects or SUBJECTS)


def bench(
    asked: Asked, *, say: Callable[[str], None], print_section: Callable[[str], None]
) -> bool:
    """Measure; give whether every bar is kept to."""
    chosen_paths(asked.path_ids)
    before = tree.checkout(asked.beside_dir) if asked.beside_dir else None
    site = load_site(SITE_DIR)
    check_site(site)
    chosen = accelerator.choose(cache_dir=cache_dir())
    facts = machine.describe(chosen)
    print_section(machine.line(facts))
    setting = Setting(site=site, accelerator=chosen, say=say)
    sections: list[Section] = []
    for section in _beside(setting, asked, before) if before else _alone(setting, asked):
        sections.append(section)
        print_section(f"\n{render(section)}")
        # After each one: what is measured stays, whatever becomes of the next.
        write_json(JSON_PATH, facts, sections)
    return all(section.is_met for section in sections)


def _alone(setting: Setting, asked: Asked) -> Iterator[Section]:
    """Measure one thing after the other."""
    if asked.has("lab"):
        yield lab.measure(setting, runs=asked.runs or lab.RUNS)
    if asked.has("boot"):
        for path in chosen_paths(asked.path_ids):
            yield boot.measure(setting, path, ways(path), runs=asked.runs or boot.RUNS)
    if asked.has("start"):
        yield _start(setting, asked, tree.here())
    if asked.has("servers"):
        yield servers.measure(setting, runs=asked.runs or servers.RUNS)
    if asked.has("scale"):
        yield scale.measure(setting, runs=asked.runs or scale.RUNS)
    if asked.has("labgrid"):
        yield labgrid.measure(setting, runs=asked.runs or labgrid.RUNS)
    if asked.has("run"):
        yield run.measure(setting, words=asked.words)


def _beside(setting: Setting, asked: Asked, before: tree.Tree) -> Iterator[Section]:
    """Measure this tree and one before it in turn.

    Raises:
        UsageError: what is asked for is measured of one tree alone.
    """
    if alone := [subject for subject in ALONE if asked.has(subject)]:
        raise UsageError(f"{alone[0]} measures one tree alone", cure="leave out --beside")
    trees = (before, tree.here())
    if asked.has("lab"):
        yield beside.labs(setting, *trees, runs=asked.runs or beside.LABS)
    if asked.has("boot"):
        for path in chosen_paths(asked.path_ids):
            by = ways_beside(path, *trees)
            yield boot.measure(setting, path, by, runs=asked.runs or boot.RUNS)
    if asked.has("start"):
        yield _start(setting, asked, *trees)
    if asked.has("run"):
        yield beside.whole_run(setting, *trees, words=asked.words, runs=asked.runs or 1)


def _start(setting: Setting, asked: Asked, *trees: tree.Tree) -> Section:
    path = chosen_paths(asked.path_ids or (start.PATH_ID,))[0]
    return start.measure(setting, path, trees, runs=asked.runs or start.RUNS)


def chosen_paths(ids: Sequence[str]) -> tuple[BootPath, ...]:
    """Give the boot paths of these ids; `all` is every one of PCs, none the usual ones.

    Raises:
        UsageError: there is no such path.
    """
    if "all" in ids:
        return tuple(path for path in BOOT_PATHS.values() if path.machine.board is PC)
    unknown = [each for each in ids if each not in BOOT_PATHS]
    if unknown:
        raise UsageError(
            f"no boot path is called {unknown[0]}", cure=f"one of: all, {', '.join(BOOT_PATHS)}"
        )
    return tuple(BOOT_PATHS[each] for each in ids or boot.DEFAULT_PATHS)
