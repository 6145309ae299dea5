"""The errors of the harness: who is to blame, what was seen, what cures it.

Three questions, three branches. Was the harness used wrongly (`UsageError`)?
Is the host or the harness broken (`PrerequisiteError`, `CommandError`,
`NetworkError`, `ServiceError`, `GuestError`)? Is the product under test wrong
(`BootError`)? Only the last is an `AssertionError`, so only it reads as a
failed test; the others read as errors.
"""

import shlex
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from harness.secret import masked

GUESS = "look first at: "
"""How a cause begins that is only likely."""
LAST_LINES = 12
"""How many of the last lines seen a message carries; the log has the rest."""


def _block(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    body = "\n".join(f"    {line}" for line in lines[-LAST_LINES:])
    return f"\n  {title}:\n{body}"


def ending(exit_code: int) -> str:
    """Say how a process ended; a negative code is the signal that killed it."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"killed by signal {-exit_code}"


class Facts(TypedDict, total=False):
    """What any error may carry besides what went wrong."""

    cure: str
    last_lines: Sequence[str]
    log_path: Path | None


class HarnessError(Exception):
    """Anything the harness raises on purpose.

    The first line says what and which; then the cure, the last lines seen and
    the path of the full log, where they are known.
    """

    def __init__(self, what: str, **facts: Unpack[Facts]) -> None:
        """Keep the facts as attributes and build the message from them."""
        self.what = what
        self.cure = facts.get("cure", "")
        self.last_lines = tuple(facts.get("last_lines", ()))
        self.log_path = facts.get("log_path")
        super().__init__(what)

    def __str__(self) -> str:
        """Lay the facts out, the most telling first, and without passwords."""
        cure = f"\n  cure: {self.cure}" if self.cure else ""
        log = f"\n  log: {self.log_path}" if self.log_path is not None else ""
        return masked(f"{self.headline}{cure}{_block('last lines', self.last_lines)}{log}")

    @property
    def headline(self) -> str:
        """What went wrong, before the details."""
        return self.what


class UsageError(HarnessError):
    """The harness was asked for something that it cannot mean."""


class SiteError(UsageError):
    """A site cannot be used as it is: names the file, the line and what is allowed."""

    def __init__(
        self, what: str, *, path: Path, line: int | None = None, **facts: Unpack[Facts]
    ) -> None:
        """Put `path:line` in front, as compilers do, so that editors can jump there."""
        self.path = path
        self.line = line
        place = f"{path}:{line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {what}", **facts)


class PrerequisiteError(HarnessError):
    """The host lacks a tool, a right or a file; `cure` names the package or command."""


class CommandError(HarnessError):
    """A command failed or did not end in time."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        exit_code: int | None,
        output: str = "",
        **facts: Unpack[Facts],
    ) -> None:
        """Say which command, how it ended (None: killed at its time-out), what it said."""
        self.argv = tuple(argv)
        self.exit_code = exit_code
        how = "it did not end in time" if exit_code is None else ending(exit_code)
        facts["last_lines"] = output.splitlines()
        super().__init__(f"{shlex.join(argv)} failed: {how}", **facts)


class NetworkError(HarnessError):
    """A lab's namespaces or network could not be made."""


class ServiceError(HarnessError):
    """A daemon refused its configuration, did not start, or died."""

    def __init__(
        self, service: str, what: str, *, exit_code: int | None = None, **facts: Unpack[Facts]
    ) -> None:
        """Say which daemon, what happened to it, and its own last words."""
        self.service = service
        self.exit_code = exit_code
        how = "" if exit_code is None else f" ({ending(exit_code)})"
        super().__init__(f"{service}: {what}{how}", **facts)


class GuestError(HarnessError):
    """A guest could not be made, started or spoken to: not the product's fault."""


class BootError(HarnessError, AssertionError):
    """The product under test is wrong: the boot did not go as the site says it must.

    `causes` are sentences that name what went wrong, the most telling first.
    """

    def __init__(self, what: str, *, causes: Sequence[str] = (), **facts: Unpack[Facts]) -> None:
        """Keep the causes beside the facts of every error."""
        super().__init__(what, **facts)
        self.causes = tuple(causes)
        self.guest_s: float | None = None
        """When a wait failed, in the guest's seconds since its power-on; None: no wait did."""
        self.may_be_late = True
        """Whether the machine may only have been too fast for its servers."""

    @property
    def says_why(self) -> bool:
        """Whether its own causes come before what others know."""
        return False

    @property
    def headline(self) -> str:
        """What went wrong, and why: a reader should not have to look further."""
        return "\n  cause: ".join((self.what, *self.causes))
