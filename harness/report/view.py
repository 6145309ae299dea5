"""All that a page shows of one boot, read from its bundle: nothing is judged here once more."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.site_copy import SiteCopy
from harness.evidence.timeline import Moment, moments
from harness.report.facts import BootFacts
from harness.report.screens import pictures, steps
from harness.report.sides import Pair, promised_and_seen
from harness.report.waterfall import Row, waterfall

_PLACE = re.compile(r"(?P<file>[\w.+-]+(?:/[\w.+-]+)+):(?P<line>\d+)")
_AROUND = 2
"""Lines of a configuration that are shown above and below the one that is meant."""
_MOST_LOG_BYTES = 24_000
_STRIP = (
    ("first_dhcp", "firmware asks"),
    ("nbp_requested", "first program"),
    ("nbp_done", "loader starts"),
    ("loader_dhcp", "loader asks"),
    ("script", "script"),
    ("menu", "menu"),
    ("choice", "chosen"),
    ("kernel", "kernel, initrd"),
    ("kernel_done", "system"),
    ("initrd_done", "system"),
    ("payload", "reported"),
)
"""The phases that fill a boot, by what begins each; those not reached are left out."""
_NICE = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
"""Seconds between two marks on an axis of time."""
_MOST_MARKS = 9


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch of a boot, in seconds since power-on."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """Some lines of a site's file around the one that a cause names."""

    place: str
    lines: Sequence[tuple[int, str, bool]]
    """Number, text, and whether it is that one."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """What a daemon has written."""

    name: str
    text: str
    left_out: int = 0
    """Bytes before it."""


@dataclass(frozen=True, kw_only=True)
class BootView:
    """One boot, opened."""

    facts: BootFacts
    file: BootFile
    parts: Sequence[Part] = ()
    rows: Sequence[Row] = ()
    seen: Sequence[Moment] = ()
    excerpts: Sequence[Excerpt] = ()
    promised: Sequence[Pair] = ()
    is_held: bool = False
    """Whether to a text that a person has approved."""
    pictures: Sequence[object] = ()
    looks: Mapping[str, float] = field(default_factory=dict)
    """The moments to look at its screen: name → seconds since power-on."""
    logs: Sequence[Log] = ()
    end_s: float = 1.0
    """Where the axis of time ends."""

    @property
    def axis(self) -> Sequence[float]:
        """The marks on it, in seconds."""
        step = next((each for each in _NICE if self.end_s / each <= _MOST_MARKS), _NICE[-1])
        return [step * number for number in range(int(self.end_s / step) + 1)]


def view(facts: BootFacts) -> BootView:
    """Read a boot.

    Raises:
        UnreadableBundleError: its bundle is none.
    """
    store = EvidenceDirectory(facts.dir)
    file = BootFile.read(store)
    boot, seen = file.boot, moments(file.boot)
    rows = waterfall(boot, facts.phases, seen)
    looks = dict(_looks(facts.phases, rows))
    came = [*(row.end_s for row in rows), *facts.phases.values(), 0.1]
    return BootView(
        facts=facts,
        file=file,
        parts=list(_parts(facts.phases, max(came))),
        rows=rows,
        seen=seen,
        excerpts=list(_excerpts(facts.summary.causes, file.site)),
        promised=promised_and_seen(boot, facts.summary),
        is_held=boot.texts is not None,
        pictures=steps(pictures(store, looks.values())),
        looks=looks,
        logs=list(_logs(store.dir / file.lab / "log")),
        end_s=max(came) * 1.01,
    )


def _parts(phases: Mapping[str, float], end_s: float) -> Iterator[Part]:
    began = [(phases[name], called) for name, called in _STRIP if name in phases]
    began = [(0.0, "start (POST)"), *sorted(began)]
    ends = [*(at_s for at_s, _ in began[1:]), end_s]
    for (start_s, name), end_s in zip(began, ends, strict=True):
        if end_s > start_s:
            yield Part(name=name, start_s=start_s, end_s=end_s)


def _looks(phases: Mapping[str, float], rows: Sequence[Row]) -> Iterator[tuple[str, float]]:
    for name in ("first_byte", "menu", "choice", "kernel", "payload", "off"):
        if name in phases:
            yield name.replace("_", " "), phases[name]
    for row in rows:
        if row.kind.value == "screen":
            yield f"{row.what}{f': {row.said}' if row.said else ''}", row.start_s


def _excerpts(causes: Sequence[str], site: SiteCopy) -> Iterator[Excerpt]:
    places = (found for cause in causes for found in _PLACE.finditer(cause))
    for place in dict.fromkeys((found["file"], int(found["line"])) for found in places):
        name, number = place
        copy = site.files.get(name)
        lines = copy.text.splitlines() if copy is not None and copy.text else []
        if 0 < number <= len(lines):
            first = max(1, number - _AROUND)
            around = enumerate(lines[first - 1 : number + _AROUND], first)
            yield Excerpt(
                place=f"{name}:{number}",
                lines=[(each, text, each == number) for each, text in around],
            )


def _logs(directory: Path) -> Iterator[Log]:
    for path in sorted(directory.rglob("*")):
        if path.is_file() and (size := path.stat().st_size):
            with path.open("rb") as file:
                file.seek(max(0, size - _MOST_LOG_BYTES))
                text = file.read().decode(errors="replace")
            name = str(path.relative_to(directory))
            yield Log(name=name, text=text, left_out=max(0, size - _MOST_LOG_BYTES))
