"""The first bad one: both ends proven, each step as often as it takes to be certain."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from harness.errors import HarnessError, UsageError
from harness.trials.certainty import (
    CERTAIN,
    ENDS,
    MOST,
    Counts,
    are_apart,
    likely_apart,
    likely_bad,
    percent,
)
from harness.trials.trial import Side, Trial

Say = Callable[[str], None]


class Walk(Protocol):
    """What lies between the ends, and in which order it is tried."""

    @property
    def good(self) -> str:
        """The last that is good."""

    @property
    def bad(self) -> str:
        """The first that is known to be bad."""

    @property
    def next(self) -> str:
        """What is to be tried; "" for nothing any more."""

    @property
    def between(self) -> tuple[str, ...]:
        """What may be bad as well: it lies before, and could not be told."""

    def mark(self, word: str, *, is_bad: bool | None) -> None:
        """Note what one is; None where that cannot be told."""


@dataclass
class Seen:
    """What was seen of one version."""

    counts: Counts = field(default_factory=Counts)
    certain: float = 1.0
    """How likely it is what it was taken for, from 0 to 1; an end is, by whoever names it."""
    last: dict[Side, Trial] = field(default_factory=dict)
    """The last run of each side."""


@dataclass
class Search:
    """Runs one scenario on what a walk names."""

    run: Callable[[str], Trial]
    """Runs it once on one version; a HarnessError says that this cannot be told."""
    title: Callable[[str], str]
    say: Say
    seen: dict[str, Seen] = field(default_factory=dict)
    apart: float = 0.0
    """How likely it is that the bad side is red more often than the good one, from 0 to 1."""

    def prove(self, good: str, bad: str) -> None:
        """See that the good end is good and the bad one bad.

        Raises:
            UsageError: one is not, or they cannot be told apart.
        """
        for word in (good, bad):
            self.seen[word] = Seen()
        while not self._is_proven(good, bad):
            for word in (good, bad):
                for _ in range(ENDS):
                    self._once(word)
        for name, word in (("good", good), ("bad", bad)):
            self.say(f"{name}: {self.title(word)}: {self.seen[word].counts}")

    def first_bad(self, walk: Walk) -> None:
        """Walk until nothing is left to be tried."""
        good, bad = (self.seen[word].counts for word in (walk.good, walk.bad))
        while word := walk.next:
            is_bad = self._judge(word, good=good, bad=bad)
            if is_bad is not None:
                counts = self.seen[word].counts
                good, bad = (good, bad + counts) if is_bad else (good + counts, bad)
            walk.mark(word, is_bad=is_bad)
        self.apart = likely_apart(good, bad)

    def certain(self, walk: Walk) -> float:
        """Give how likely it is that both sides are what they were taken for, from 0 to 1.

        Whatever else was tried on the way: where these two are right, so is what is found.
        """
        return self.apart * self.seen[walk.good].certain * self.seen[walk.bad].certain

    def _judge(self, word: str, *, good: Counts, bad: Counts) -> bool | None:
        """Run one until it is certain; None where it never is."""
        seen = self.seen[word] = Seen()
        while seen.counts.runs < MOST:
            try:
                self._once(word)
            except HarnessError as error:
                self.say(f"{self.title(word)}: cannot be told: {error}")
                return None
            likely = likely_bad(seen.counts, good=good, bad=bad)
            seen.certain = max(likely, 1 - likely)
            if seen.certain >= CERTAIN:
                name = "bad" if likely > 0.5 else "good"
                self.say(
                    f"{self.title(word)}: {name}, {seen.counts}: {percent(seen.certain)} certain"
                )
                return likely > 0.5
        self.say(
            f"{self.title(word)}: cannot be told: {seen.counts} ({percent(seen.certain)} certain)"
        )
        return None

    def _once(self, word: str) -> None:
        """Run one, and count it.

        Raises:
            UsageError: it cannot tell.
        """
        trial = self.run(word)
        why = f": {trial.why}" if trial.why else ""
        self.say(f"  {self.title(word)}: {trial.side.value}{why}")
        if trial.side is Side.UNKNOWN:
            raise UsageError(f"it says nothing of {self.title(word)}: {trial.why}", cure=trial.cure)
        seen = self.seen[word]
        seen.last[trial.side] = trial
        is_red = trial.side is Side.BAD
        seen.counts += Counts(red=int(is_red), green=int(not is_red))

    def _is_proven(self, good: str, bad: str) -> bool:
        """Whether the ends are what they are said to be."""
        here, there = self.seen[good].counts, self.seen[bad].counts
        if here.runs >= ENDS and not here.green:
            why = self.seen[good].last[Side.BAD].why
            raise UsageError(f"{self.title(good)} is said to be good, and is red: {why}")
        if there.runs >= ENDS and not there.red:
            raise UsageError(
                f"{self.title(bad)} is said to be bad, and is green: {there}",
                cure="name one that is red; if this one is now and then, try again",
            )
        if are_apart(here, there):
            return True
        if max(here.runs, there.runs) >= MOST:
            raise UsageError(
                f"{self.title(good)} and {self.title(bad)} cannot be told apart: {here}, {there}"
            )
        return False
