"""What many slips came to: kept as files, so that a run goes on where one ended, and counted."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tools.mutants.slip import Slip
from tools.mutants.trial import Trial

GOAL = 0.95
"""The share of slips that is to be seen, and the share of those seen that is to be named."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A directory with a file for each slip that was tried: several runs may share it."""

    directory: Path

    def keep(self, slip: Slip, trial: Trial) -> None:
        """Write what came of a slip."""
        self.directory.mkdir(parents=True, exist_ok=True)
        fresh = self._path(slip).with_suffix(".new")
        fresh.write_text(json.dumps(asdict(trial), indent=2, ensure_ascii=False) + "\n")
        fresh.replace(self._path(slip))

    def get(self, slip: Slip) -> Trial | None:
        """Give what came of a slip before; judged anew by what is to be named now."""
        if not self._path(slip).exists():
            return None
        facts = json.loads(self._path(slip).read_text())
        expected, named = not slip.survives, slip.is_named_by(facts["said"])
        return Trial(**{**facts, "expected": expected, "named": named, "what": slip.what})

    def _path(self, slip: Slip) -> Path:
        return self.directory / f"{slip.key}.json"


@dataclass(kw_only=True)
class Tally:
    """All that were tried."""

    trials: list[Trial] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether enough was seen, and enough of that was named."""
        return _share(self._seen, self.trials) >= GOAL and _share(self._named, self._seen) >= GOAL

    @property
    def _seen(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.seen_by]

    @property
    def _named(self) -> list[Trial]:
        return [trial for trial in self._seen if trial.named]

    def summary(self) -> Iterator[str]:
        """Say what was not seen, not named, and seen after all; then count by file."""
        for trial in self.trials:
            place = f"{trial.file}:{trial.line}: {trial.what}"
            if not trial.seen_by:
                yield f"{'not seen' if trial.expected else 'survives, as is known'}: {place}"
            elif not trial.expected:
                yield f"seen after all, by {trial.seen_by}: {place}: {trial.said}"
            elif not trial.named:
                yield f"not named by {trial.seen_by}: {place}: {trial.said}"
        yield f"{'file':<28} slips  seen named"
        for file in dict.fromkeys(trial.file for trial in self.trials):
            yield _row(file, [trial for trial in self.trials if trial.file == file])
        yield _row("all", self.trials)


def _row(name: str, trials: Sequence[Trial]) -> str:
    part = Tally(trials=list(trials))
    return f"{name:<28} {len(trials):>5} {len(part._seen):>5} {len(part._named):>5}"


def _share(part: Sequence[Trial], whole: Sequence[Trial]) -> float:
    return len(part) / len(whole) if whole else 0.0
