"""`harness bisect`: which version, or which commit, is the first by which a scenario is red."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.assets.catalogue import Part
from harness.errors import CommandError, UsageError
from harness.trials.certainty import percent
from harness.trials.releases import Releases, between, part_of
from harness.trials.search import Search, Walk
from harness.trials.tree import Tree, work_tree
from harness.trials.trial import Side, Subject, Trial

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be searched."""

    scenario: str
    good: str
    bad: str
    part: str
    """`firmware`, `loader` or `rom`; "" for what the good one is."""
    tree: Path | None
    build: str
    evidence_dir: Path
    options: Sequence[str]


def bisect(asked: Asked, say: Say) -> int:
    """Search, and say what was found; 0 when the first bad one is known, 1 when it is one of some.

    Raises:
        UsageError: an end is not what it is said to be.
    """
    if (asked.tree is None) != (not asked.build):
        raise UsageError("--tree and --build belong together: what is built, and how")
    place = asked.evidence_dir.absolute() / f"bisect-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}"
    if asked.tree is None:
        return _releases(asked, place, say)
    with work_tree(asked.tree, asked.build, good=asked.good, bad=asked.bad) as tree:
        return _commits(asked, place, tree, say)


def _releases(asked: Asked, place: Path, say: Say) -> int:
    part = part_of(asked.good, asked.part)
    words = between(asked.good, asked.bad, part)
    say(f"{asked.scenario}, by its {part.value}: {', '.join(words)}")
    search = Search(run=_subject(asked, part, place).run, title=str, say=say)
    search.prove(words[0], words[-1])
    walk = Releases(words)
    search.first_bad(walk)
    return _tell(search, walk, say)


def _commits(asked: Asked, place: Path, tree: Tree, say: Say) -> int:
    part = Part[(asked.part or "firmware").upper()]
    subject = _subject(asked, part, place)
    ends = f"{tree.title(tree.good)} to {tree.title(tree.bad)}"
    say(f"{asked.scenario}, by its {part.value}: {tree.count} commits, from {ends}")
    built: list[str] = []

    def run(commit: str) -> Trial:
        if built[-1:] != [commit]:
            say(f"  {tree.title(commit)}: building")
            with _not_built(tree.title(commit)):
                tree.check_out(commit)
            built.append(commit)
        return subject.run(str(tree.place))

    search = Search(run=run, title=tree.title, say=say)
    search.prove(tree.good, tree.bad)
    tree.begin()
    search.first_bad(tree)
    return _tell(search, tree, say)


@contextmanager
def _not_built(title: str) -> Iterator[None]:
    """Say of a build's failure what it means: nothing is known of this commit."""
    try:
        yield
    except CommandError as error:
        raise UsageError(f"{title} is not to be built", last_lines=error.last_lines) from error


def _subject(asked: Asked, part: Part, place: Path) -> Subject:
    return Subject(
        scenario=asked.scenario, part=part, evidence_dir=place, options=tuple(asked.options)
    )


def _tell(search: Search, walk: Walk, say: Say) -> int:
    """Say which one it is, how certain that is, and where both sides' evidence lies."""
    sides = {Side.GOOD: walk.good, Side.BAD: walk.bad}
    if walk.between:
        untold = ", ".join(map(search.title, walk.between))
        say(f"bad: {search.title(walk.bad)}; the first bad one may be before: {untold}")
    else:
        say(f"first bad: {search.title(walk.bad)}")
    say(f"last good: {search.title(walk.good)}")
    seen = {side: search.seen[word] for side, word in sides.items()}
    say(f"certain: {percent(search.certain(walk))}")
    bundles = {side: each.last[side].bundle for side, each in seen.items()}
    for side, bundle in bundles.items():
        say(f"{side.value}: {bundle or 'it has left no evidence'}")
    if all(bundles.values()):
        say(f"harness report {bundles[Side.BAD]} --beside {bundles[Side.GOOD]}")
    return 1 if walk.between else 0
