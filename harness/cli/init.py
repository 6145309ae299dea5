"""`harness init`: a site made of a boot server's own files."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.adopt.make import make_site
from harness.adopt.words import told
from harness.errors import UsageError


def init(directory: Path, source: str, hosts: Sequence[str], say: Callable[[str], None]) -> int:
    """Make the site, and say what was found, guessed, and left out.

    `hosts` are `NAME=ROOT`, or `NAME=TAR`.

    Raises:
        UsageError: one of them is written otherwise, or two have one name.
    """
    beside: dict[str, str] = {}
    for name, root in map(_named, hosts):
        if name in beside:
            raise UsageError(f"two hosts are called {name}", cure="give each a name of its own")
        beside[name] = root
    for line in told(make_site(directory.absolute(), source, beside)):
        say(line)
    say(f"next: read {directory}/site.toml, then: harness check {directory}")
    return 0


def _named(host: str) -> tuple[str, str]:
    name, _, source = host.partition("=")
    if not source or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise UsageError(
            f"{host!r} does not name a host and its files", cure="write --host files1=files1.tar"
        )
    return name, source
