"""Commits of somebody's own tree, from a good one to a bad one: `git bisect` chooses.

In a work tree of its own, so that the tree of the person is not touched; commits are built in it
one after the other.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import process
from harness.errors import CommandError, UsageError

_FIRST = re.compile(r"^([0-9a-f]{40,}) is the first bad commit", re.MULTILINE)
_HASH = re.compile(r"[0-9a-f]{40,}")
_SKIPPED = "The first bad commit could be any of:"
_BUILD_S = 4 * 3600.0
_GIT_S = 600.0


@dataclass
class Tree:
    """Walks as git does; good and bad are commits, by their hashes."""

    place: Path
    """The work tree that is built in."""
    build: str
    good: str
    bad: str
    next: str = ""
    """What is to be tried; "" for nothing any more."""
    between: tuple[str, ...] = ()
    """What may be bad as well: it lies before, and could not be told."""

    @property
    def count(self) -> int:
        """How many commits may be the first bad one."""
        return int(self._git("rev-list", "--count", self.bad, f"^{self.good}"))

    def begin(self) -> None:
        """Let git choose, once both ends are proven."""
        self._take(self._git("bisect", "start", self.bad, self.good))

    def mark(self, commit: str, *, is_bad: bool | None) -> None:
        """Note what a commit is; None where that cannot be told.

        Raises:
            UsageError: git cannot go on, as where both ends branch off from a bad commit.
        """
        word = {True: "bad", False: "good", None: "skip"}[is_bad]
        if is_bad is False:
            self.good = commit
        if is_bad:
            self.bad = commit
        done = self._run("bisect", word, commit)
        # It ends as a failure, too, where only commits are left that were passed over.
        if done.exit_code != 0 and _SKIPPED not in done.output:
            raise UsageError(
                f"git cannot go on from {self.title(commit)}, which is {word}",
                last_lines=done.output.strip().splitlines(),
            )
        self._take(done.output)

    def check_out(self, commit: str) -> None:
        """Build a commit.

        Raises:
            CommandError: it cannot be built.
        """
        self._git("checkout", "--quiet", "--detach", "--force", commit)
        process.run(["sh", "-c", self.build], cwd=self.place, timeout_s=_BUILD_S)

    def title(self, commit: str) -> str:
        """Give a commit as people name it."""
        return self._git("log", "-1", "--format=%h %s", commit).strip()

    def _take(self, said: str) -> None:
        """Take over what git has chosen."""
        first = _FIRST.search(said)
        if first is not None:
            self.bad, self.next = first[1], ""
        elif _SKIPPED in said:
            listed = said.partition(_SKIPPED)[2].splitlines()
            commits = [line for line in listed if _HASH.fullmatch(line)]
            self.between = tuple(each for each in commits if each != self.bad)
            self.next = ""
        else:
            self.next = self._git("rev-parse", "HEAD").strip()

    def _git(self, *words: str) -> str:
        return self._run(*words, check=True).output

    def _run(self, *words: str, check: bool = False) -> process.Completed:
        argv = ["git", "-C", str(self.place), *words]
        return process.run(argv, timeout_s=_GIT_S, check=check)


@contextmanager
def work_tree(tree: Path, build: str, *, good: str, bad: str) -> Iterator[Tree]:
    """Give a work tree of somebody's repository, which is gone afterwards.

    Raises:
        UsageError: it is not a repository, or has no such commits, or not the one before the other.
    """
    commits = [_commit(tree, word) for word in (good, bad)]
    _verify_order(tree, good, bad)
    with TemporaryDirectory(prefix="bisect-") as around:
        place = Path(around, "tree")
        git = ["git", "-C", str(tree), "worktree"]
        process.run([*git, "add", "--detach", str(place), commits[0]], timeout_s=_GIT_S)
        try:
            yield Tree(place=place, build=build, good=commits[0], bad=commits[1])
        finally:
            process.run([*git, "remove", "--force", str(place)], timeout_s=_GIT_S)


def _verify_order(tree: Path, good: str, bad: str) -> None:
    """Refuse a bad commit that is the good one, or one before it."""
    argv = ["git", "-C", str(tree), "merge-base", "--is-ancestor", bad, good]
    if process.run(argv, check=False).exit_code == 0:
        raise UsageError(
            f"{bad} is no later commit than {good}: nothing between them can have broken it",
            cure="name the older one as --good: what is found is the first commit that is bad",
        )


def _commit(tree: Path, word: str) -> str:
    try:
        argv = ["git", "-C", str(tree), "rev-parse", "--verify", "--quiet", f"{word}^{{commit}}"]
        return process.run(argv).stdout.strip()
    except CommandError as error:
        raise UsageError(f"{tree} has no commit {word}") from error
