"""What is wrong with a loader's script that was fetched, and after which nothing came."""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.step import Fetch


def script_faults(boot: Boot) -> Iterator[str]:
    """Say why a script that arrived was the last that did."""
    taken = [step for step in boot.taken if step.arrived and isinstance(step.what, Fetch)]
    last = taken[-1] if taken else None
    if last is None or not isinstance(last.what, Fetch):
        return
    name = last.what.file
    if name not in boot.loader.scripts(boot.site, boot.mac):
        return
    if last.goes_round:
        yield f"{name} was fetched {len(last.events)} times: it loops (frame {last.last.frame})"
    yield from boot.loader.script_faults(boot.site, name)


def default_faults(boot: Boot) -> Iterator[str]:
    """Say which default of a menu that arrived is none of its items."""
    files = [step.what.file for step in boot.taken if step.arrived and isinstance(step.what, Fetch)]
    if boot.loader.menu_file(boot.site).lstrip("/") in files:
        yield from boot.loader.default_faults(boot.site)
