"""`harness approve`: show what machines did otherwise than approved, and take it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.host.person import require_person
from harness.learn.approve import Change, compare, take
from harness.learn.seen import read_seen

Say = Callable[[str], None]


def approve(
    site_dir: Path,
    evidence_dir: Path,
    *,
    names: Sequence[str],
    yes: bool,
    ask: Callable[[str], str],
    say: Say,
) -> int:
    """Show each difference of a run, and take those that a person agrees to; 1 if any is left.

    Raises:
        UsageError: nobody looks on, or that run has seen no boot.
    """
    require_person(
        "a boot is approved by a person",
        cure="look at the difference on your own machine, and commit the .boot file",
    )
    seen = read_seen(evidence_dir)
    if not seen:
        raise UsageError(
            f"no boot was seen in {evidence_dir}", cure=f"run `pytest {site_dir}` first"
        )
    changes = [each for each in compare(site_dir, seen) if not names or each.name in names]
    taken = [change for change in changes if _agreed(change, yes=yes, ask=ask, say=say)]
    take(site_dir, taken)
    say(f"boots: {len(taken)} approved, {len(changes) - len(taken)} left as they were")
    return 1 if len(taken) < len(changes) else 0


def _agreed(change: Change, *, yes: bool, ask: Callable[[str], str], say: Say) -> bool:
    say(f"{change.name}: {'new' if change.is_new else 'differs'}")
    for line in change.difference or change.text.splitlines():
        say(f"  {line}")
    return yes or ask("approve? [y/N] ").strip().lower() in ("y", "yes")
