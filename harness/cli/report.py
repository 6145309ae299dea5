"""`harness report`: the page of a run made again, or of several that are the shards of one."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.report.merge import merge
from harness.report.page import write_report
from harness.services.registry import load_site

Say = Callable[[str], None]


def report(
    runs: Sequence[Path], *, into: Path | None, beside: Path | None, site: Path | None, say: Say
) -> int:
    """Make the page, and say where it lies; 1 where shards are red, or are not all there.

    Raises:
        UsageError: several are named, and no place to put them together in; nothing was booted.
    """
    if site is not None:
        load_site(site)
    if into is None and len(runs) > 1:
        raise UsageError(
            "several runs are the shards of one, which wants a directory of its own",
            cure="name it with --into NEW; to set two runs side by side, --beside OTHER",
        )
    if into is None:
        say(str(write_report(runs[0], beside=beside)))
        return 0
    merged = merge(runs, into)
    for each in merged.missing:
        say(f"missing: {each}")
    say(f"{len(runs)} shards: {merged.tests} tests, {merged.red} red")
    say(str(write_report(into, beside=beside, missing=merged.missing)))
    return 1 if merged.missing or merged.red else 0
