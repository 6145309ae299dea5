"""What is wrong with a site, gathered so that one error can name all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from harness.errors import SiteError

_MOST = 10
"""How many problems one message names in full."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong, where, and what would cure it."""

    what: str
    path: Path
    line: int | None = None
    cure: str = ""


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise a SiteError for the first problem, with the others below it; nothing without any."""
    if not problems:
        return
    first, *others = problems
    also = (_placed(each, told=first.cure) for each in others[: _MOST - 1])
    what = "".join([first.what, *(f"\n  also {each}" for each in also)])
    if len(problems) > _MOST:
        what += f"\n  and {len(problems) - _MOST} more"
    raise SiteError(what, path=first.path, line=first.line, cure=first.cure)


def suggestion(word: object, allowed: Sequence[str]) -> str:
    """Say what was probably meant, and all that is allowed."""
    close = get_close_matches(word, allowed, n=1) if isinstance(word, str) else []
    meant = f"did you mean {close[0]!r}? " if close else ""
    return f"{meant}allowed here: {', '.join(allowed)}"


def _placed(problem: Problem, *, told: str) -> str:
    place = problem.path.name if problem.line is None else f"{problem.path.name}:{problem.line}"
    cure = f" ({problem.cure})" if problem.cure not in ("", told) else ""
    return f"{place}: {problem.what}{cure}"
