"""How a red scenario reads: the sentence, its causes, what was last seen, and what to do next.

No Python: none of ours, and of the scenario's the place alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from harness.errors import BootError, HarnessError
from harness.secret import masked

_PLACE = re.compile(r"(?<![\w./+-])(?:[\w.+-]+/)*(?P<name>[\w+-]*\.?[\w.+-]*[A-Za-z]:\d+)\b")
"""A file and a line of it, as causes have them."""


def shorten(
    report: pytest.TestReport,
    error: HarnessError,
    *,
    path: Path,
    bundle: Path | None,
    commands: Mapping[str, str],
) -> None:
    """Put a red scenario's report into people's words; `commands` has them by what they do.

    pytest's own value is kept and filled anew: xdist, JUnit's XML and the closing lines know
    what to take of it.
    """
    shown = cast("Any", report.longrepr)
    if not hasattr(shown, "chain") or shown.reprcrash is None:
        return
    crash = shown.reprcrash
    facts = {
        "kind": type(error).__name__,
        "bundle": f"{bundle or ''}",
        **commands,
        "scenario": f"{path}:{crash.lineno}" if crash.path == str(path) else f"{path}",
    }
    entry = replace(
        shown.reprtraceback.reprentries[-1],
        lines=[*masked(f"{error}").splitlines(), "", *named(facts)],
        reprfuncargs=None,
        reprlocals=None,
        reprfileloc=None,
        style="value",
    )
    crash = replace(crash, message=f"{closing(error)}\n{masked(error.headline)}")
    traceback = replace(shown.reprtraceback, reprentries=[entry], extraline=None, style="value")
    shown.reprtraceback, shown.reprcrash = traceback, crash
    shown.chain = [(traceback, crash, None)]


def without_values(report: pytest.TestReport) -> None:
    """Take from a traceback what fixtures look like in Python: it explains nothing."""
    for traceback, *_ in getattr(report.longrepr, "chain", ()):
        for entry in traceback.reprentries:
            if hasattr(entry, "reprfuncargs"):
                entry.reprfuncargs = None


def closing(error: HarnessError) -> str:
    """Give the line for pytest's closing summary: the first cause, its file and line in front."""
    causes = error.causes if isinstance(error, BootError) else ()
    first, *_ = masked([*causes, error.what][0]).splitlines() or [""]
    place = _PLACE.search(first)
    return f"{place['name']}: {first}" if place else first


def named(values: Mapping[str, str]) -> Iterator[str]:
    """Give a line for each that says something, by its name."""
    width = max(map(len, values)) + 1
    for name, value in values.items():
        if value:
            yield f"  {f'{name}:':<{width}} {value}"
