"""One finding about this host: what was looked at, how it is, and the cure."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How a thing that the harness needs is on this host."""

    OK = "ok"
    LIMITED = "limited"
    """The harness works, but slower or without some scenarios."""
    MISSING = "missing"
    """No guest boots until this is cured."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One finding: `detail` says what was seen, `cure` what to do about it."""

    name: str
    state: State
    detail: str
    cure: str = ""
