"""What daemons say of themselves that they did not when the boot was approved."""

from collections.abc import Iterator

from harness.judge.boot import Boot

WARNS = "warns"


def new_warnings(boot: Boot) -> Iterator[str]:
    """Say which warning of a daemon's is new."""
    for change in boot.changes:
        if change.seen is not None and change.seen.subject == WARNS:
            yield change.seen.text
