"""What many slips came to, counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.mutants.trial import Trial, told

GOAL = 0.95
"""The share of slips that is to be seen, and the share of those seen that is to be named."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """All that were tried."""

    trials: Sequence[Trial]

    @property
    def passed(self) -> bool:
        """Whether enough was seen, and enough of that was named."""
        return _share(self.seen, self.trials) >= GOAL and _share(self.named, self.seen) >= GOAL

    @property
    def seen(self) -> list[Trial]:
        """Those that check or a boot saw."""
        return [trial for trial in self.trials if trial.seen_by]

    @property
    def by_check(self) -> list[Trial]:
        """Those that check saw."""
        return [trial for trial in self.trials if trial.seen_by == "check"]

    @property
    def named(self) -> list[Trial]:
        """Those that what was said first names."""
        return [trial for trial in self.seen if trial.named]

    def by_file(self) -> Iterator[tuple[str, "Tally"]]:
        """Part it by the file that the mistake is in."""
        for file in dict.fromkeys(trial.slip.file for trial in self.trials):
            yield file, Tally(trials=[each for each in self.trials if each.slip.file == file])

    def summary(self) -> Iterator[str]:
        """Say what was not seen, not named, and seen after all; then count by file."""
        for trial in self.trials:
            if not trial.seen_by or trial.slip.survives or not trial.named:
                yield told(trial)
        yield f"{'file':<28} slips  check   seen  named"
        for file, part in (*self.by_file(), ("all", self)):
            counted = (part.trials, part.by_check, part.seen, part.named)
            yield f"{file:<28}" + " ".join(f"{len(each):>6}" for each in counted)


def _share(part: Sequence[Trial], whole: Sequence[Trial]) -> float:
    return len(part) / len(whole) if whole else 0.0
