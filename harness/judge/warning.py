"""What daemons say of themselves that they did not when the boot was approved."""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.site.places import place, places

WARNS = "warns"
_NETWORK = re.compile(r"\bsubnet ([\da-fA-F.:]+)/\d+")
_FEW = 3


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
    if found is not None:
        return f" ({found})"
    # Of two networks that do not go together it writes both, as `subnet ADDRESS/LENGTH`.
    twice = dict.fromkeys(each[1] for each in _NETWORK.finditer(said))
    lines = [
        str(each)
        for address in twice
        for each in places(boot.site, files, rf"\bsubnet6?\s+{re.escape(address)}(?![\w.:])")
    ]
    return f" ({' and '.join(lines)})" if 0 < len(lines) <= _FEW else ""
