"""The scenario that a bundle is of, as whoever runs it tells: its test, and how that ended."""

from collections.abc import Callable
from dataclasses import dataclass

INTERRUPTED = "interrupted"
"""The outcome of what somebody has ended."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a scenario ended."""

    outcome: str = ""
    """`passed`, `failed`, `error`, `skipped` or `interrupted`; "" while it runs, or when nobody
    tells."""
    why: str = ""
    """The first line of what went wrong."""

    @classmethod
    def of(cls, error: BaseException) -> "Result":
        """Give it of what a scenario has raised: only an assertion speaks against the product."""
        outcome = "failed" if isinstance(error, AssertionError) else "error"
        return cls(outcome=outcome, why=next(iter(f"{error}".splitlines()), type(error).__name__))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is known of a scenario from outside its lab."""

    test: str = ""
    """Its id."""
    column: str = ""
    """What of its id tells the column of a matrix that was asked for; "" where none was."""
    source: str = ""
    """SHA-256 of the file that it is written in; "" when nobody tells."""
    run_again: str = ""
    """The command that runs it again, from where it was run; "" when nobody tells."""
    desk: str = ""
    """The command that opens a desk on its machine."""
    result: Callable[[], Result] = Result
    """Asked when the lab goes down."""
