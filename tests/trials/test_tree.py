"""Commits of a tree are built in a work tree of its own, as git bisect chooses them."""

from pathlib import Path

import pytest

from harness.cli.bisect import Asked, bisect
from harness.errors import UsageError
from harness.process import run
from harness.trials import trial
from harness.trials.trial import Side, Trial

COMMITS = 9
SHOWS_FROM, BREAKS_AT, MENDED = 6, 4, -1


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a repository whose file says its commit's number; one of them cannot be built."""
    place = tmp_path / "tree"
    git(tmp_path, "init", "--quiet", str(place))
    for number in range(COMMITS):
        commit(place, number)
    return place


def git(place: Path, *words: str) -> str:
    """Run git there."""
    return run(["git", "-C", str(place), *words]).stdout


def commit(place: Path, number: int) -> None:
    """Commit a number, by a tag of that."""
    (place / "number").write_text(f"{number}\n")
    git(place, "add", ".")
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    git(place, *who, "commit", "--quiet", "--message", f"commit {number}")
    git(place, "tag", f"v{number}")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let what was built be the boot: red from one commit on."""
    tried: list[str] = []

    def boot(self: trial.Subject, word: str) -> Trial:
        number = Path(word, "built").read_text().strip()
        tried.append(number)
        is_bad = int(number) >= SHOWS_FROM
        side = Side.BAD if is_bad else Side.GOOD
        return Trial(side=side, why="it is broken" * is_bad, bundle=self.evidence_dir / number)

    monkeypatch.setattr(trial.Subject, "run", boot)
    return tried


def asked(tree: Path, build: str, good: str = "v0", bad: str = f"v{COMMITS - 1}") -> Asked:
    return Asked(
        scenario="a.boot",
        good=good,
        bad=bad,
        part="",
        tree=tree,
        build=build,
        evidence_dir=tree.parent / "evidence",
        options=(),
    )


def test_the_first_bad_commit_is_named_with_both_sides(tree: Path, built: list[str]) -> None:
    said: list[str] = []
    build = f"test $(cat number) != {BREAKS_AT} && cp number built"
    assert bisect(asked(tree, build), said.append) == 0
    text = "\n".join(said)
    short = git(tree, "rev-parse", "--short", f"v{SHOWS_FROM}").strip()
    assert f"first bad: {short} commit {SHOWS_FROM}" in text
    first = text.splitlines()[0]
    assert first.startswith(f"a.boot, by its firmware: {COMMITS - 1} commits, from ")
    assert first.endswith(f" commit {COMMITS - 1}")
    assert (
        f"cannot be told: {git(tree, 'rev-parse', '--short', 'v4').strip()} commit 4 is not" in text
    )
    assert f"green: {tree.parent}/evidence/bisect-" in text
    assert str(BREAKS_AT) not in built
    assert git(tree, "worktree", "list").count("\n") == 1
    assert git(tree, "status", "--porcelain") == ""


def test_commits_that_may_be_bad_as_well_are_named(tree: Path, built: list[str]) -> None:
    said: list[str] = []
    build = f"test $(cat number) != {SHOWS_FROM - 1} && cp number built"
    assert bisect(asked(tree, build), said.append) == 1
    assert "the first bad one may be before: " in "\n".join(said)
    assert f"commit {SHOWS_FROM - 1}" in said[-6] + said[-5]
    assert built


def test_what_cannot_be_meant_is_refused(tree: Path) -> None:
    with pytest.raises(UsageError, match="has no commit v99"):
        bisect(asked(tree, "true", bad="v99"), print)
    with pytest.raises(UsageError, match="belong together"):
        bisect(asked(tree, ""), print)
    with pytest.raises(UsageError, match="v1 is no later commit than v1"):
        bisect(asked(tree, "true", good="v1", bad="v1"), print)
    with pytest.raises(UsageError, match="v1 is no later commit than v2"):
        bisect(asked(tree, "true", good="v2", bad="v1"), print)


def test_ends_that_branch_off_from_a_bad_commit_are_refused(tree: Path, built: list[str]) -> None:
    """It was mended on the one branch: git says so, and offers the same commit for ever."""
    git(tree, "checkout", "--quiet", "-b", "mended", f"v{SHOWS_FROM}")
    commit(tree, MENDED)
    with pytest.raises(UsageError, match=r"git cannot go on from .*, which is bad") as raised:
        bisect(asked(tree, "cp number built", good=f"v{MENDED}"), print)
    assert "This means the bug has been fixed between" in str(raised.value)
    assert built[-1] == str(SHOWS_FROM)
