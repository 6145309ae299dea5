"""What has been changed in the site's files since a boot was approved: said beside the cause."""

from collections.abc import Sequence

from harness.judge.boot import Boot
from harness.site.approved import edits

_FEW = 3
"""Of more changes only those are told that are in a file which the cause names."""


def with_edits(boot: Boot, causes: Sequence[str]) -> tuple[str, ...]:
    """Add to the first cause what has been changed since, as far as it may be the reason."""
    if boot.learned is None or not causes:
        return tuple(causes)
    found = tuple(edits(boot.site))
    if len(found) > _FEW:
        found = tuple(each for each in found if each.path in causes[0])[:_FEW]
    if not found:
        return tuple(causes)
    first, *rest = causes[0].splitlines()
    first = f"{first}; changed since it was approved: {', '.join(map(str, found))}"
    return ("\n".join([first, *rest]), *causes[1:])
