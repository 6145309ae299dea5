"""When each daemon was started and ended, as its `Service` notes it, and what else was broken."""

import json

from harness.witness.journal import DaemonLife, FaultMade


def life(line: str, _year: int) -> DaemonLife | FaultMade | None:
    """Read a line of what `note` writes; one that is cut short says nothing."""
    try:
        noted = json.loads(line)
        daemon, what, at_s = noted["daemon"], noted["what"], float(noted["at"])
    except (ValueError, KeyError, TypeError):
        return None
    if not daemon:
        return FaultMade(daemon="", line=str(what), time_s=at_s, text=str(what))
    return DaemonLife(daemon=str(daemon), line=str(what), time_s=at_s, what=str(what))
