"""What came of a fault, and a directory that keeps it: a run goes on where one ended."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tools.blame.fault import Fault
from tools.blame.naming import Naming, Wrong

Say = Callable[[str], None]

_NOT_KEPT = ("fault", "wrong")
"""What the lists tell, and the site."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of one fault so far."""

    fault: Fault
    wrong: Wrong = field(default_factory=Wrong)
    """Where it is, and what is to be said of it."""
    seen_by: str = ""
    """`check`, the first boot that was red, or "" while nothing has seen it."""
    causes: tuple[str, ...] = ()
    """What was said, the first cause first; without one, what went wrong."""
    held: tuple[str, ...] = ()
    """The boots that were held to their files."""
    evidence: str = ""

    @property
    def naming(self) -> Naming:
        """What the first thing that was said names."""
        return self.wrong.naming(self.said)

    @property
    def is_right(self) -> bool:
        """Whether it was judged rightly: green where that is right, red else."""
        return bool(self.seen_by) is not bool(self.fault.green)

    @property
    def said(self) -> str:
        """What was said first."""
        return next(iter(self.causes), "")

    @property
    def place(self) -> str:
        """Say where the fault is, and what it is."""
        where = f"{self.fault.file}:{self.line}" if self.line else self.fault.scenario
        return f"{where}: {self.fault.what}".removeprefix(": ")

    @property
    def line(self) -> int:
        """The first line of its file that is otherwise; 0 where it is in no file."""
        return min((int(place.rpartition(":")[2]) for place in self.wrong.lines), default=0)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A directory with a file for each fault that was tried: a run goes on where one ended."""

    directory: Path

    def keep(self, trial: Trial) -> None:
        """Write what came of a fault."""
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self._path(trial.fault)
        facts = {name: value for name, value in vars(trial).items() if name not in _NOT_KEPT}
        facts |= {"what": trial.fault.what, "lines": sorted(trial.wrong.lines)}
        facts |= {"daemons": sorted(trial.wrong.daemons)}
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        fresh.replace(path)

    def get(self, fault: Fault) -> Trial | None:
        """Give what came of a fault before; judged by what is to be named now."""
        path = self._path(fault)
        if not path.exists():
            return None
        facts = json.loads(path.read_text())
        return Trial(
            fault=fault,
            wrong=Wrong(
                lines=frozenset(facts.get("lines", ())),
                daemons=tuple(facts.get("daemons", ())),
                names=fault.names,
            ),
            seen_by=facts["seen_by"],
            causes=tuple(facts["causes"]),
            held=tuple(facts["held"]),
            evidence=facts["evidence"],
        )

    def forget(self, faults: Iterable[Fault]) -> None:
        """Let faults be tried anew."""
        for fault in faults:
            self._path(fault).unlink(missing_ok=True)

    def _path(self, fault: Fault) -> Path:
        return self.directory / f"{fault.key}.json"


def told(trial: Trial) -> str:
    """Say what came of a fault."""
    first = trial.said.partition("\n")[0]
    if trial.fault.green:
        return f"{'red, and is right' if trial.seen_by else 'green'}: {trial.place}: {first}"
    if not trial.seen_by:
        return f"{'survives' if trial.fault.survives else 'not seen'}: {trial.place}"
    how = "seen after all" if trial.fault.survives else trial.naming.value
    return f"{how} by {trial.seen_by}: {trial.place}: {first}"
