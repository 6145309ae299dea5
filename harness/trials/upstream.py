"""What can be pasted into a bug tracker: a bug of a pair, on a version that has it and one without.

Names no path, user or host of this machine, and no password. What is on the lab's wire stays: its
addresses are the site's that the pair is about.
"""

import re
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from harness import __version__
from harness.assets.cache import cache_dir
from harness.errors import UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.pytest_plugin.known_bugs import KnownBug
from harness.report.facts import BootFacts, read_facts
from harness.secret import masked
from harness.trials.trial import Side, Trial

_MOST_PACKETS, _MOST_LINES = 80, 40
_PATH = re.compile(r"(?<![\w.:/-])/(?:[\w.+@~%-]+/)*([\w.+@~%-]+)")
_FRAME = re.compile(r"^\s*-?[\d.]+  wire (?:\d+)")
_COMMAND_ENDS = " \\"
_OF_HOST = ("kernel of this host", "library ", "payload ", "live ", "key ")
"""What took part and says nothing to an upstream, or too much of this machine."""
_RELEASED = ("firmware ", "variable store of ")
"""What is called by its release."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One version, and how a run on it ended."""

    release: str
    trial: Trial


def report(bug: KnownBug, bad: Shown, good: Shown | None) -> str:
    """Put together what an upstream wants to know, in Markdown.

    Raises:
        UsageError: a side is not what the pair says of it, or has left no evidence.
    """
    verify(bug, bad, Side.BAD)
    if good is not None:
        verify(bug, good, Side.GOOD)
    sides = [bad, *([good] if good is not None else [])]
    lines = [
        *_head(bug, bad, good),
        *_versions([_facts(each) for each in sides], [each.release for each in sides]),
    ]
    for each in sides:
        lines += _side(each)
    return f"{without_machine(chr(10).join(lines)).rstrip()}\n"


def verify(bug: KnownBug, shown: Shown, wanted: Side) -> None:
    """Refuse a side that is not what the pair says of it, or has left no evidence.

    Raises:
        UsageError: it is not.
    """
    trial = shown.trial
    if trial.side is Side.UNKNOWN:
        raise UsageError(
            f"the run with {shown.release} says nothing of {bug.pair.report}: {trial.why}"
        )
    if trial.side is not wanted or trial.bundle is None:
        raise UsageError(
            f"{shown.release} is {trial.side.value} of {bug.pair.report}, and is said to be"
            f" {wanted.value}: {trial.why or 'nothing went wrong'}",
            cure="run it again, or correct the pair: a report of this would be wrong",
        )


def _head(bug: KnownBug, bad: Shown, good: Shown | None) -> Iterator[str]:
    yield from (f"# {bug.title}", "")
    if bug.words:
        yield from (bug.words, "")
    yield f"Reported as: {bug.pair.report}"
    yield from ("", "## What was expected", "", bug.sound)
    yield from ("", "## What happened", "", f"- with {bad.release}: {bad.trial.why}")
    if good is not None:
        yield f"- with {good.release}: as expected"
    has, has_not = ", ".join(bug.pair.shown_by), ", ".join(bug.pair.not_by)
    yield from ("", f"It shows with {has}" + (f"; not with {has_not}." if has_not else "."))
    yield f"Each is booted by {bug.boot_path}, by netboot-harness {__version__}."
    yield ""


def _facts(shown: Shown) -> BootFacts:
    found = read_facts(shown.trial.bundle or Path())
    if not found:
        raise UsageError(f"{shown.release} has left no boot in {shown.trial.bundle}")
    return found[0]


def _versions(facts: Sequence[BootFacts], releases: Sequence[str]) -> Iterator[str]:
    """Say what took part; what is the same on both sides once."""
    yield from ("## Versions", "")
    yield f"| what | {' | '.join(releases)} |"
    yield f"|---|{'---|' * len(releases)}"
    found = [{_of_any(name): told for name, told in each.versions.items()} for each in facts]
    names = dict.fromkeys(name for each in found for name in each)
    for name in (name for name in names if not name.startswith(_OF_HOST)):
        cells = []
        for each in found:
            version = each.get(name)
            sha256 = f" sha256:{version.sha256}" if version and version.sha256 else ""
            cells.append("-" if version is None else f"{version.version}{sha256}".strip())
        cells[1:] = ["the same" if each == cells[0] else each for each in cells[1:]]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _of_any(name: str) -> str:
    """Give the name of a part without its release: both sides have one, each of its own."""
    return re.sub(r"@\S+$", "", name) if name.startswith(_RELEASED) else name


def _side(shown: Shown) -> Iterator[str]:
    """Show the machine, its console and what was on the wire."""
    store = EvidenceDirectory(shown.trial.bundle or Path())
    options = ", ".join(f"{name} {value}" for name, value in store.read_summary().options.items())
    yield from (f"## With {shown.release}", "", f"Options: {options}", "")
    yield from _block("QEMU, as libvirt starts it", qemu_command(store.log_dir))
    console = (store.dir / "console.txt").read_text(errors="replace").splitlines()
    yield from _block("Console", _last([line for line in console if line.strip()], _MOST_LINES))
    timeline = store.timeline_path.read_text(errors="replace").splitlines()
    packets = [line for line in timeline if _FRAME.match(line)]
    yield from _block(
        "On the wire: seconds since power-on, frame, what it said", _first(packets, _MOST_PACKETS)
    )


def _block(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{title}:", "", *(f"    {line}" for line in lines or ["nothing"]), "")


def _first(lines: Sequence[str], most: int) -> list[str]:
    more = [f"… and {len(lines) - most} more"] if len(lines) > most else []
    return [*lines[:most], *more]


def _last(lines: Sequence[str], most: int) -> list[str]:
    before = [f"… {len(lines) - most} lines before"] if len(lines) > most else []
    return [*before, *lines[-most:]]


def qemu_command(log_dir: Path) -> list[str]:
    """Give QEMU's command line out of libvirt's log, its files without their directories."""
    found = sorted((log_dir / "libvirt" / "qemu").glob("*.log"))
    lines = found[0].read_text(errors="replace").splitlines() if found else []
    starts = [place for place, line in enumerate(lines) if line.startswith("/")]
    if not starts:
        return []
    command = []
    for line in lines[starts[0] :]:
        command.append(_PATH.sub(r"\1", line))
        if not line.endswith(_COMMAND_ENDS):
            break
    return command


def without_machine(text: str) -> str:
    """Give a text without what is this machine's: places, host, passwords."""
    for place in sorted(_places(), key=len, reverse=True):
        text = re.sub(rf"{re.escape(place)}((?:/[\w.+@~%-]+)*)/?(?![\w.+@~%-])", _name, text)
    host = socket.gethostname()
    # A network's name may stand behind it, here or there.
    for name in filter(None, dict.fromkeys((host, host.partition(".")[0]))):
        text = re.sub(rf"(?i)(?<![\w.-]){re.escape(name)}(?![\w-])", "HOST", text)
    return masked(text)


def _places() -> set[str]:
    """Give the directories of this machine in which something of a run may lie."""
    places = [cache_dir(), Path.cwd(), Path.home(), Path(gettempdir()), Path(sys.prefix)]
    return {str(each) for place in places for each in (place, place.resolve())} - {"/"}


def _name(found: re.Match[str]) -> str:
    """Give a file's name; of the place itself, whose name may be a person's, nothing."""
    return found[1].rpartition("/")[2] or "DIRECTORY"
