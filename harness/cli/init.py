"""`harness init`: a site made of a boot server's own files."""

from collections.abc import Callable
from pathlib import Path

from harness.adopt.make import make_site
from harness.adopt.words import told


def init(directory: Path, source: str, say: Callable[[str], None]) -> int:
    """Make the site, and say what was found, guessed, and left out."""
    for line in told(make_site(directory.absolute(), source)):
        say(line)
    say(f"next: read {directory}/site.toml, then: harness check {directory}")
    return 0
