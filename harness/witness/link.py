"""What a link that was made faulty did to frames: the forwarder's own log, added up."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from harness.witness.journal import LinkStruck

_STRUCK = re.compile(
    r"(?P<time>[\d.]+) (?P<what>lose|duplicate|reorder|delay|cut)(?: at)? (?P<of>[\w-]+) \d+ "
    r"to the (?P<toward>guest|server)$"
)
_SAID = {
    "lose": "lost {frames} ({of}) on their way to the {toward}",
    "duplicate": "delivered {frames} ({of}) to the {toward} twice",
    "reorder": "let {frames} ({of}) to the {toward} be overtaken",
    "delay": "was slow",
    "cut": "was cut",
}


def read_links(log_dir: Path) -> Iterator[LinkStruck]:
    """Give one event for each thing that a link did, as of its first time."""
    for path in sorted(log_dir.glob("link-*.log")):
        yield from _added_up(path.read_text(errors="replace"), path.stem)


def _added_up(text: str, link: str) -> Iterator[LinkStruck]:
    found: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for match in filter(None, map(_STRUCK.match, text.splitlines())):
        found[match.group("what", "of", "toward")].append(float(match["time"]))
    for (what, of, toward), same in found.items():
        frames = f"{len(same)} frame{'s' if len(same) > 1 else ''}"
        while_ = " for a while" if what == "cut" and _is_plugged_in(text) else ""
        yield LinkStruck(
            daemon=link,
            line=f"{what} {of} to the {toward}, {len(same)} times from now on",
            time_s=same[0],
            what=what,
            text=_SAID[what].format(frames=frames, of=of, toward=toward) + while_,
        )


def _is_plugged_in(text: str) -> bool:
    """Whether the last cut has come to its end, by itself or by other rules."""
    after = text.rpartition(" cut at ")[2].splitlines()
    return any("plugged in" in e or ("rules in force" in e and '"cut"' not in e) for e in after)
