"""Whether a person looks on: what waits for one, or asks one, must not do so where nobody is."""

import os

from harness.errors import UsageError

_AUTOMATIC = "CI"
"""Set wherever nobody looks on."""


def require_person(what: str, *, cure: str) -> None:
    """Raise a UsageError where nobody looks on; `what` needs a person, in a sentence's words."""
    if os.environ.get(_AUTOMATIC):
        raise UsageError(f"{what}, and {_AUTOMATIC} is set", cure=cure)
