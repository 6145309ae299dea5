"""When each daemon was started and ended, as its `Service` notes it."""

import json

from harness.witness.journal import DaemonLife


def life(line: str, _year: int) -> DaemonLife | None:
    """Read a line of what `_note` writes; one that is cut short says nothing."""
    try:
        noted = json.loads(line)
        daemon, what, at_s = noted["daemon"], noted["what"], float(noted["at"])
    except (ValueError, KeyError, TypeError):
        return None
    return DaemonLife(daemon=str(daemon), line=str(what), time_s=at_s, what=str(what))
