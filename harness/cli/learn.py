"""`harness learn`: boot a site's machines, and write down what each of them did."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.errors import UsageError
from harness.learn.approve import compare, take
from harness.learn.explore import following, left_out, untouched
from harness.learn.task import Learned, Staging
from harness.pytest_plugin.learning import run_tasks
from harness.services.registry import check_site, load_site

Say = Callable[[str], None]
_MOST_WORKERS = 8
_USAGE = 4
"""pytest's exit code for options that it does not know."""


def learn(site_dir: Path, *, machines: Sequence[str], options: Sequence[str], say: Say) -> int:
    """Learn all boots, or those of some machines; give 1 when an approved one would differ.

    Raises:
        HarnessError: the site cannot be read, or does not fit together.
    """
    site = load_site(site_dir)
    check_site(site)
    tasks = untouched(site)
    known = {word: None for task in tasks for word in (task.path, task.machine) if word}
    for name in machines:
        if name not in known:
            raise UsageError(
                f"site {site.name} has no machine {name}", cure=f"one of: {', '.join(known)}"
            )
    wanted = set(machines or known)
    tasks = [task for task in tasks if not wanted.isdisjoint((task.path, task.machine))]
    for id, why in left_out(site).items():
        say(f"{id}: not tried: {why}")
    with ExitStack() as stack:
        staging = Staging(Path(stack.enter_context(TemporaryDirectory(prefix="learn-"))))
        while tasks:
            say(f"boots to learn: {len(tasks)}")
            staging.hand_out(tasks)
            done = {each.task for each in staging.results}
            words = () if "-n" in options else ("-n", str(min(_MOST_WORKERS, len(tasks))))
            code = run_tasks(site_dir, staging.dir, options=(*words, *options))
            if code == _USAGE or not {each.task for each in staging.results} - done:
                return code or 1
            tasks = following(staging.results)
        return _finish(site_dir, staging.results, say)


def _finish(site_dir: Path, results: Sequence[Learned], say: Say) -> int:
    """Write what is new, and say what differs and what came to nothing."""
    texts = {each.task.file_name: each.text for each in results if each.text}
    for each in results:
        if each.why:
            say(f"{each.task.name}: not learned: {each.why}")
        for what in each.beside:
            say(f"{each.task.name}: {what}")
    changes = compare(site_dir, texts)
    new = [change for change in changes if change.is_new]
    take(site_dir, new)
    for change in changes:
        if not change.is_new:
            say(f"{change.name} differs from what was approved:")
            for line in change.difference:
                say(f"  {line}")
    same = len(texts) - len(changes)
    say(f"boots: {len(new)} new, {same} as approved, {len(changes) - len(new)} different")
    if len(new) < len(changes):
        say(f"`harness approve {site_dir}` shows each difference again, and takes it")
    elif new:
        say(
            f"read them: {site_dir / 'boots'}; then `pytest {site_dir} -n 8` holds machines to them"
        )
    return 1 if len(new) < len(changes) else 0
