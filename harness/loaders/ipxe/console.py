"""What iPXE writes on the console while it works: the files that it fetches, and its own prompt."""

import re
from collections.abc import Iterable

PROGRESS = r"(?:\.* ?(?:\d+ ?%|\[[a-z ]+\]))"
"""One of the words by which iPXE tells meanwhile how far a file has come: `42%`, `[connecting]`."""
# A BIOS's console loses the last letter where what has come is started at once.
_FETCHED = re.compile(
    rf"\S+?\.{{3,}}{PROGRESS}*\s*(?:ok?|\S.*\(https?://ipxe\.org/[0-9a-f]{{8}}\))"
)
_OWN_PROMPT_BELOW = ("Features: ", "No more network devices")


def asks_itself(above: Iterable[str]) -> bool:
    """Whether iPXE itself waits for Ctrl-B below these lines; scripts ask in the same words.

    It does when it starts, and before it gives back to a BIOS.
    """
    return any(line.startswith(_OWN_PROMPT_BELOW) for line in above)


def is_fetch(line: str) -> bool:
    """Whether a line tells of a file that was fetched or refused; not while it is still coming."""
    return _FETCHED.fullmatch(line.strip()) is not None
