"""What many faults came to, counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tools.blame.naming import Naming
from tools.blame.trial import Trial, told

GOAL = 0.95
"""The share of faults that is to be judged rightly, and the share of those that is to be named."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """All that were tried."""

    trials: Sequence[Trial]

    @property
    def passed(self) -> bool:
        """Whether enough was judged rightly, enough of that was named, and nothing else blamed."""
        enough = _share(self.right, self.trials) >= GOAL and _share(self.named, self.red) >= GOAL
        return enough and not self.misled

    @property
    def right(self) -> list[Trial]:
        """Those that were judged rightly."""
        return [trial for trial in self.trials if trial.is_right]

    @property
    def by_check(self) -> list[Trial]:
        """Those that check saw."""
        return [trial for trial in self.trials if trial.seen_by == "check"]

    @property
    def red(self) -> list[Trial]:
        """Those that were red, and rightly: each has a first cause."""
        return [trial for trial in self.right if trial.seen_by]

    @property
    def named(self) -> list[Trial]:
        """Those whose first cause names what was changed."""
        return self._by(Naming.FAULT)

    @property
    def in_words(self) -> list[Trial]:
        """Those whose first cause says what is wrong, but not in which line."""
        return self._by(Naming.WORDS)

    @property
    def misled(self) -> list[Trial]:
        """Those whose first cause names something that was in order."""
        return self._by(Naming.OTHER)

    def _by(self, naming: Naming) -> list[Trial]:
        return [trial for trial in self.red if trial.naming is naming]

    def parts(self, group: Callable[[Trial], str]) -> Iterator[tuple[str, "Tally"]]:
        """Part it by what a function gives of each."""
        for name in dict.fromkeys(map(group, self.trials)):
            yield name, Tally(trials=[each for each in self.trials if group(each) == name])

    @property
    def not_well(self) -> list[Trial]:
        """Those that are to be told one by one: wrongly judged, or not named."""
        fine = {id(trial) for trial in (*self.named, *(t for t in self.right if t.fault.green))}
        return [trial for trial in self.trials if id(trial) not in fine]

    @property
    def counts(self) -> tuple[int, ...]:
        """Give how many there are, and how many of them are what `COLUMNS` says."""
        parts = (self.right, self.by_check, self.named, self.in_words, self.misled)
        return (len(self.trials), *map(len, parts))

    def summary(self, group: Callable[[Trial], str]) -> Iterator[str]:
        """Say what was not seen, not named, and seen after all; then count by group."""
        yield from map(told, self.not_well)
        yield f"{'':<32}" + " ".join(f"{name:>9}" for name in COLUMNS)
        for name, part in (*self.parts(group), ("all", self)):
            yield f"{name:<32}" + " ".join(f"{count:>9}" for count in part.counts)


COLUMNS = ("tried", "right", "by check", "named", "in words", "misled")


def _share(part: Sequence[Trial], whole: Sequence[Trial]) -> float:
    return len(part) / len(whole) if whole else 1.0
