"""What many boots came to: arithmetic on their results, and the words for it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

_MINUTE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Boot:
    """One boot's result."""

    name: str
    """The site, and the boot's own name."""
    green: bool
    duration_s: float
    evidence_dir: Path | None = None
    why: str = ""
    """Why it is red."""
    red_on_fast_clock: str = ""
    """What its first boot was red by, if the real clock had to confirm it."""


def read_boot(line: str) -> Boot:
    """Read a line of pytest's `--results`: it is named after a site's boot's file."""
    fact = json.loads(line)
    file = Path(fact["test"].partition("::")[0])
    evidence = fact["evidence"]
    return Boot(
        name=f"{file.parent.parent.name}/{file.stem}",
        green=fact["outcome"] == "passed",
        duration_s=float(fact["duration_s"]),
        evidence_dir=Path(evidence) if evidence else None,
        why=fact["why"],
        red_on_fast_clock=fact.get("red_on_fast_clock", ""),
    )


@dataclass(kw_only=True)
class Tally:
    """All boots so far."""

    expected: int
    boots: list[Boot] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    """The load average, as often as somebody looked."""

    @property
    def red(self) -> list[Boot]:
        """The boots that went wrong."""
        return [boot for boot in self.boots if not boot.green]

    @property
    def passed(self) -> bool:
        """Whether all boots were made, and every one is green."""
        return len(self.boots) == self.expected and not self.red

    def by_name(self) -> dict[str, list[Boot]]:
        """Give the times that each was booted."""
        found: defaultdict[str, list[Boot]] = defaultdict(list)
        for boot in self.boots:
            found[boot.name].append(boot)
        return dict(sorted(found.items()))

    def flaky(self) -> dict[str, tuple[int, int]]:
        """Give what is red now and green then, with how often red, of how many."""
        counts = {
            name: (sum(not boot.green for boot in boots), len(boots))
            for name, boots in self.by_name().items()
        }
        return {name: count for name, count in counts.items() if 0 < count[0] < count[1]}

    def worst_stretch(self) -> tuple[float, str]:
        """Give the most that a green boot took, in times of the quickest of it; and which."""
        worst = (1.0, "")
        for name, boots in self.by_name().items():
            times_s = [boot.duration_s for boot in boots if boot.green and boot.duration_s > 0]
            if times_s:
                worst = max(worst, (max(times_s) / min(times_s), name))
        return worst

    def progress(self, *, elapsed_s: float, now: datetime) -> str:
        """Say in a line how far it has come."""
        done = len(self.boots)
        parts = [f"{done} of {self.expected} boots", f"{len(self.red)} red"]
        if done and elapsed_s > 0:
            left_s = (self.expected - done) * elapsed_s / done
            parts.append(f"{done * _MINUTE_S / elapsed_s:.1f} a minute")
            parts.append(f"to end at {now + timedelta(seconds=left_s):%H:%M}")
        if self.loads:
            parts.append(f"load {self.loads[-1]:.1f}")
        return ", ".join(parts)

    def summary(self, *, cores: int) -> Iterator[str]:
        """Say what all came to."""
        for boot in self.red:
            yield f"red: {boot.name}: {boot.why or 'no reason was given'}"
            yield f"     evidence: {boot.evidence_dir or 'none'}"
        for boot in self.boots:
            if boot.green and boot.red_on_fast_clock:
                yield f"green on the real clock alone: {boot.name}: {boot.red_on_fast_clock}"
        for name, (red, count) in self.flaky().items():
            yield f"flaky: {name}: {red} of {count} red"
        for name, boots in self.by_name().items():
            times_s = [boot.duration_s for boot in boots]
            yield (
                f"{name}: {len(boots)} boots, median {median(times_s):.1f} s, "
                f"longest {max(times_s):.1f} s"
            )
        stretch, name = self.worst_stretch()
        if name:
            yield f"worst stretch: {stretch:.1f} times the quickest boot of {name}"
        if self.loads:
            yield (
                f"load average: median {median(self.loads):.1f}, "
                f"most {max(self.loads):.1f}, on {cores} cores"
            )
        if len(self.boots) < self.expected:
            yield f"ended early: {self.expected - len(self.boots)} boots were not made"
        green = len(self.boots) - len(self.red)
        yield f"{len(self.boots)} boots under load: {green} green, {len(self.red)} red"
