"""What firmware, loaders and kernels print when a boot has failed, in plain words: one table.

The console asks it about every line. Loaders bring rows of their own; a lab hands them over. Of
shim, which stands before a loader, the rows are always there.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from harness.guest.console.booted_failures import BOOTED_FAILURES
from harness.guest.console.firmware_failures import FIRMWARE_FAILURES
from harness.loaders import shim
from harness.loaders.base import Failure, Loader, failure

CHANT = failure(
    "console-loop",
    "",
    "the console shows the same lines again and again: a script goes round, or a program waits",
)
"""No line means it, but some that come in a circle."""

_OF_SITE = "a program of the site's has failed"


class FailureTable:
    """The rows of firmware and kernels, those of these loaders, and those of a site's words."""

    def __init__(self, loaders: Sequence[Loader] = (), words: Sequence[str] = ()) -> None:
        """Put the rows together; where two match the same line, the first one names it.

        `words` are what programs of the site's print when they have failed.
        """
        of_loaders = tuple(row for each in loaders for row in each.failures)
        of_site = tuple(failure("site", re.escape(each), _OF_SITE, is_cause=True) for each in words)
        self.rows = (
            *FIRMWARE_FAILURES,
            *of_loaders,
            *shim.FAILURES,
            *BOOTED_FAILURES,
            *of_site,
        )
        self.repeated = tuple(row for each in loaders for row in each.repeated)
        """No line means these, but the same line many times."""
        self.normal = tuple(pattern for each in loaders for pattern in each.always_normal)
        """Lines that look like failures in every good boot."""

    @property
    def names(self) -> frozenset[str]:
        """Give the names of all failures."""
        return frozenset(row.name for row in (*self.rows, *self.repeated, CHANT))

    @cached_property
    def _any(self) -> re.Pattern[str]:
        """Match any row: most lines match none."""
        return re.compile("|".join(f"(?:{row.pattern})" for row in self.rows))

    def find(self, line: str) -> Failure | None:
        """Give the failure that a line tells of, if any."""
        if self._any.search(line) is None:
            return None
        return next(row for row in self.rows if re.search(row.pattern, line))

    def find_repeated(self, line: str) -> Failure | None:
        """Give the failure that a line tells of when it comes again and again."""
        return next((row for row in self.repeated if re.search(row.pattern, line)), None)
