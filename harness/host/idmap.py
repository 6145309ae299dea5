"""The ids of a user namespace: an ordinary user's own as root, his subordinate ones behind.

Ranges are those of subuid(5) and subgid(5); newuidmap(1) and newgidmap(1) write them.
The map is not left to `unshare --map-auto`: its helper waits for ever for an `unshare`
that is killed before the namespace is made (util-linux 2.38), and stays behind.
"""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from harness import process
from harness.errors import PrerequisiteError
from harness.host import tools

ETC = Path("/etc")
_KINDS = (("subuid", "newuidmap", os.geteuid), ("subgid", "newgidmap", os.getegid))


def user_name() -> str:
    """Give our own name, or the number of a user without one, as in a container."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def first_range(path: Path, user: str) -> tuple[int, int] | None:
    """Give the first subordinate ids of `user` (or its number): first id, and how many."""
    if not path.exists():
        return None
    names = (user, str(os.geteuid()))
    found = ((first, count) for name, first, count in _entries(path) if name in names)
    return next(found, None)


def map_ids(pid: int) -> None:
    """Map root of the user namespace of process `pid` to us, all other ids to our subordinates."""
    for kind, tool, own in _KINDS:
        ids = first_range(ETC / kind, user_name())
        if ids is None:
            raise PrerequisiteError(
                f"/etc/{kind} has no entry for {user_name()}", cure="`harness doctor` says how"
            )
        numbers = (0, own(), 1, 1, *ids)
        process.run([str(tools.path_of(tool)), str(pid), *map(str, numbers)])


def _entries(path: Path) -> Iterator[tuple[str, int, int]]:
    """Read lines of `name:first:count`; others are nobody's."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, *numbers = line.split(":")
        if len(numbers) == 2 and all(number.isdecimal() for number in numbers):
            yield name, int(numbers[0]), int(numbers[1])
