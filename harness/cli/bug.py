"""`harness bug`: a bug of a pair on both sides, as something to paste into a tracker."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness.assets.catalogue import AT
from harness.cli.table import columns
from harness.errors import UsageError
from harness.pytest_plugin.known_bugs import known_bug, known_bugs
from harness.services.registry import load_site
from harness.trials.trial import Side, Subject
from harness.trials.upstream import Shown, report, verify

Say = Callable[[str], None]
_HEAD = "NAME", "SHOWN BY", "NOT BY", "BUG"


def list_bugs(options: Sequence[str], say: Say) -> int:
    """List the pairs that there are here; runs none.

    Raises:
        UsageError: there are none.
    """
    found = known_bugs(options)
    if not found:
        raise UsageError(
            "there are no pairs of bugs here", cure="run it in a project that has some"
        )
    rows = (
        (name, _releases(each.pair.shown_by), _releases(each.pair.not_by), each.title)
        for name, each in found.items()
    )
    for line in columns([_HEAD, *rows]):
        say(line)
    return 0


def _releases(names: Sequence[str]) -> str:
    """Give releases with the name once, which all of them have."""
    first = names[0].partition(AT)[0] + AT if names else ""
    return first + ", ".join(each.removeprefix(first) for each in names) if names else "-"


def show_bug(
    name: str, *, evidence_dir: Path, options: Sequence[str], say: Say, progress: Say
) -> int:
    """Run a pair on the newest version that shows it, and on one that does not; print the report.

    Raises:
        UsageError: there is none, or a side is not as is said of it.
    """
    bug = known_bug(name, options)
    if bug.site is not None:
        load_site(bug.site)  # whose secrets no other process masks in what this one prints
    place = evidence_dir.absolute() / f"bug-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}"
    subject = Subject(scenario=bug.scenario, part=None, evidence_dir=place, options=tuple(options))
    sides: list[Shown] = []
    both = [(bug.pair.shown_by[-1], Side.BAD), *((e, Side.GOOD) for e in bug.pair.not_by[-1:])]
    for release, wanted in both:
        progress(f"{bug.pair.report}: running on {release}")
        sides.append(Shown(release=release, trial=subject.run(release)))
        verify(bug, sides[-1], wanted)
    bad, *rest = sides
    say(report(bug, bad, rest[0] if rest else None))
    progress(f"evidence: {place}")
    return 0
