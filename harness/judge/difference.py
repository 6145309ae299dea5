"""The rule that holds a boot to its approved text, in the words of the file."""

from collections.abc import Iterator

from harness.judge.boot import Boot


def unlike_the_text(boot: Boot) -> Iterator[str]:
    """Say where it parts from its text: `-` approved, `+` seen."""
    if boot.difference:
        lines = "\n    ".join(boot.difference)
        yield f"it differs from what was approved (-: approved, +: seen):\n    {lines}"
