"""`make bench`: measure what was asked for, print each result, write all of it down."""

from collections.abc import Callable, Iterator, Sequence

from harness.assets.cache import cache_dir
from harness.errors import UsageError
from harness.host import accelerator
from harness.machines import BOOT_PATHS, BootPath
from harness.services import check_site, load_site
from tools.bench import boot, lab, machine, run, scale
from tools.bench.result import Section, render, write_json
from tools.bench.setting import PROJECT_DIR, Setting
from tools.bench.ways import WAYS

JSON_PATH = PROJECT_DIR / "build" / "bench.json"
SITE_DIR = PROJECT_DIR / "fixtures" / "showmax"
"""The reference site; `bare.sh` knows its addresses."""
SUBJECTS = ("lab", "boot", "run")
"""What is measured unless something is named; `scale` takes minutes, so it must be."""


def bench(
    subjects: Sequence[str],
    *,
    runs: int | None,
    path_ids: Sequence[str],
    say: Callable[[str], None],
    print_section: Callable[[str], None],
) -> bool:
    """Measure; give whether every bar is kept to. Nothing named means `SUBJECTS`."""
    paths = chosen_paths(path_ids)
    site = load_site(SITE_DIR)
    check_site(site)
    chosen = accelerator.choose(cache_dir=cache_dir())
    facts = machine.describe(chosen)
    print_section(machine.line(facts))
    setting = Setting(site=site, accelerator=chosen, say=say)
    sections: list[Section] = []
    for section in _measure(setting, subjects or SUBJECTS, runs, paths):
        sections.append(section)
        print_section(f"\n{render(section)}")
        # After each one: what is measured stays, whatever becomes of the next.
        write_json(JSON_PATH, facts, sections)
    return all(section.is_met for section in sections)


def _measure(
    setting: Setting, subjects: Sequence[str], runs: int | None, paths: Sequence[BootPath]
) -> Iterator[Section]:
    """Measure one thing after the other."""
    if "lab" in subjects:
        yield lab.measure(setting, runs=runs or lab.RUNS)
    if "boot" in subjects:
        for path in paths:
            yield boot.measure(setting, path, WAYS, runs=runs or boot.RUNS)
    if "scale" in subjects:
        yield scale.measure(setting, runs=runs or scale.RUNS)
    if "run" in subjects:
        yield run.measure(setting)


def chosen_paths(ids: Sequence[str]) -> tuple[BootPath, ...]:
    """Give the boot paths of these ids; `all` is every one, none the usual ones.

    Raises:
        UsageError: there is no such path.
    """
    if "all" in ids:
        return tuple(BOOT_PATHS.values())
    unknown = [each for each in ids if each not in BOOT_PATHS]
    if unknown:
        raise UsageError(
            f"no boot path is called {unknown[0]}", cure=f"one of: all, {', '.join(BOOT_PATHS)}"
        )
    return tuple(BOOT_PATHS[each] for each in ids or boot.DEFAULT_PATHS)
