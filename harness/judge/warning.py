"""What daemons say of themselves that they did not when the boot was approved."""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.site.places import place

WARNS = "warns"


def new_warnings(boot: Boot) -> Iterator[str]:
    """Say which warning of a daemon's is new."""
    for change in boot.changes:
        if change.seen is not None and change.seen.subject == WARNS:
            yield f"{change.seen.text}{_where(boot, change.seen.text)}"


def _where(boot: Boot, warning: str) -> str:
    """Give the line of the daemon's configuration that has the setting it warns of."""
    called, _, said = warning.partition(": ")
    setting = said.partition(" ")[0]
    files = [file for each in boot.daemons.all if each.called == called for file in each.files]
    found = place(boot.site, files, (rf"(?<![\w-]){re.escape(setting)}(?![\w-])",))
    return f" ({found})" if found is not None else ""
