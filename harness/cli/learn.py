"""`harness learn`: boot a site's machines, and write down what each of them did."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.errors import UsageError
from harness.examine import findings
from harness.learn.approve import compare, take
from harness.learn.explore import following, left_out, rows_of, untouched
from harness.learn.served_machines import refused_hosts
from harness.learn.task import Learned, Staging, Task
from harness.pytest_plugin.started import run_tasks
from harness.services.registry import check_site, load_site
from harness.site import Site
from harness.site.approved import BOOTS_DIR

Say = Callable[[str], None]
_MOST_WORKERS = 8
_INTERRUPTED, _USAGE = 2, 4
"""pytest's exit codes for a run that somebody has ended, and for options that it does not know."""


def learn(
    site_dir: Path,
    *,
    machines: Sequence[str],
    rows: Collection[str] | None = None,
    options: Sequence[str],
    say: Say,
) -> int:
    """Learn all boots, or those of some machines and rows; what is new is written as it comes.

    Gives 0 when all were learned, and none differs from what was approved.

    Raises:
        HarnessError: the site cannot be read, or does not fit together.
    """
    site = load_site(site_dir)
    check_site(site)
    tasks = _tasks(site, machines)
    for each in findings(site):
        say(str(each))
    for id, why in left_out(site).items():
        say(f"{id}: not tried: {why}")
    for mac, line in refused_hosts(site).items():
        say(f"{line}: {mac} is turned away: name it in [machines] of site.toml to hold that")
    with TemporaryDirectory(prefix="learn-") as place:
        return _learn(site_dir, Staging(Path(place)), tasks, rows=rows, options=options, say=say)


def _learn(
    site_dir: Path,
    staging: Staging,
    tasks: list[Task],
    *,
    rows: Collection[str] | None,
    options: Sequence[str],
    say: Say,
) -> int:
    """Learn what is to be learned first, and what follows from it."""
    failed = 0
    new: set[str] = set()
    while tasks:
        say(f"boots to learn: {len(tasks)}")
        staging.hand_out(tasks)
        before = staging.results
        is_told = any(word.startswith(("-n", "--numprocesses")) for word in options)
        words = () if is_told else ("-n", str(min(_MOST_WORKERS, len(tasks))))
        code = run_tasks(site_dir, staging.dir, options=(*words, *options))
        came = [each for each in staging.results if each not in before]
        if code == _USAGE or not came:
            return code or 1
        failed = failed or code
        new |= _write(site_dir, came, say)
        if code == _INTERRUPTED:
            return _finish(site_dir, staging.results, new, say) or code
        tasks = following(staging.results, rows=rows)
    for row in sorted(set(rows or ()) - rows_of(staging.results)):
        say(f'no menu has the row "{row}"')
        failed = failed or 1
    return _finish(site_dir, staging.results, new, say) or failed


def _tasks(site: Site, machines: Sequence[str]) -> list[Task]:
    """Give what is to be learned first: of all machines, or of those that are named."""
    tasks = untouched(site)
    known = {word: None for task in tasks for word in _words(task)}
    for name in machines:
        if why := left_out(site).get(name):
            raise UsageError(f"{name} cannot be tried: {why}")
        if name not in known:
            raise UsageError(
                f"site {site.name} has no machine {name}", cure=f"one of: {', '.join(known)}"
            )
    wanted = set(machines or known)
    tasks = [task for task in tasks if not wanted.isdisjoint(_words(task))]
    return [replace(task, is_asked_for=True) for task in tasks] if machines else tasks


def _words(task: Task) -> list[str]:
    """Give the words by which a person asks for a boot."""
    return [word for word in (task.path, task.machine, task.name) if word]


def _write(site_dir: Path, results: Sequence[Learned], say: Say) -> set[str]:
    """Write what is new; say what came to nothing, and what looks wrong."""
    for each in results:
        if each.why:
            say(f"{each.task.name}: not learned: {each.why}")
        for what in each.beside:
            say(f"{each.task.name}: {what}")
    new = [change for change in compare(site_dir, _texts(results)) if change.is_new]
    take(site_dir, new)
    return {change.name for change in new}


def _texts(results: Sequence[Learned]) -> dict[str, str]:
    return {each.task.file_name: each.text for each in results if each.text}


def _finish(site_dir: Path, results: Sequence[Learned], new: Collection[str], say: Say) -> int:
    """Say what has become of all, and what to do next; 1 when an approved boot differs."""
    texts = _texts(results)
    changes = compare(site_dir, texts)
    for change in changes:
        say(f"{change.name} differs from what was approved:")
        for line in change.difference:
            say(f"  {line}")
    same = len(texts) - len(changes) - len(new)
    say(f"boots: {len(new)} new, {same} as approved, {len(changes)} different")
    if changes:
        say(f"`harness approve {site_dir}` shows each difference again, and takes it")
    elif new:
        say(
            f"read what is in {site_dir / BOOTS_DIR}; `pytest {site_dir} -n 8` holds machines to it"
        )
    return 1 if changes else 0
