"""`harness explain`: what the machines in a capture of somebody's own network did, and why."""

from collections.abc import Callable
from pathlib import Path

from harness.cli.progress import Progress
from harness.explain.explain import explain
from harness.services.registry import load_site


def explain_capture(capture: Path, site_dir: Path | None, say: Callable[[str], None]) -> int:
    """Explain a capture, with the lines of a site's files if one is given."""
    site = None if site_dir is None else load_site(site_dir)
    return explain(capture, site, say, _Progress(capture))


class _Progress:
    """Tells, of a file that takes long, how far it is read."""

    def __init__(self, capture: Path) -> None:
        self._capture, self._progress = capture, Progress()

    def __call__(self, reading: int, done: int, frames: int) -> None:
        if self._progress.is_due:
            percent = 100 * done // max(1, self._capture.stat().st_size)
            self._progress.say(f"reading {reading} of 2: {percent} %, {frames} frames")
