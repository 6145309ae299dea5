"""`harness judge`: the verdict on a bundle once more, from its files alone."""

from collections.abc import Callable
from pathlib import Path

from harness.evidence.boot_json import UnreadableBundleError
from harness.evidence.rejudge import Rejudged, bundles, rejudge
from harness.evidence.timeline import verdict_lines
from harness.secret import masked

Say = Callable[[str], None]

SAME, RED, UNREADABLE = 0, 1, 2
"""Exit codes: green as stored; red, or other than stored; not to be read."""


def judge_again(directory: Path, say: Say) -> int:
    """Judge every bundle in a directory again; give the exit code of the worst."""
    return max(_one(each, say) for each in bundles(directory))


def _one(directory: Path, say: Say) -> int:
    """Judge one bundle again, and say what is held of it."""
    say(f"{directory}:")
    try:
        found = rejudge(directory)
    except UnreadableBundleError as error:
        say(f"error: {error}\n")
        return UNREADABLE
    if found.verdict is None:
        say(f"not judged: {found.stored.why}\n")
        return SAME
    say(masked("".join(verdict_lines(found.verdict)).rstrip()))
    say(_compared(found))
    return SAME if found.verdict.green and not found.differences else RED


def _compared(found: Rejudged) -> str:
    """Say whether the verdict is the stored one."""
    if not found.differences:
        return "as stored\n"
    return "\n  ".join(("stored otherwise:", *found.differences)) + "\n"
