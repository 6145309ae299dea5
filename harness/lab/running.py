"""The labs that run on this host now, found among its processes.

Nothing is written down that could be left behind: a lab's pid 1 carries a mark in
its environment, which only its own user and root can read, and is pid 1 in a
namespace of its own.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.lab.namespace import HOST_MARK, MARK

_PROC = Path("/proc")
_MARK = f"{MARK}=".encode()


class SeveralMeantError(UsageError):
    """More than one is meant: what is yet to come does not change that."""


@dataclass(frozen=True, kw_only=True)
class RunningLab:
    """A lab that somebody else, as a rule another process, has made."""

    pid: int
    """Of its pid 1, as this host numbers it."""
    evidence_dir: Path
    has_user_namespace: bool

    @property
    def name(self) -> str:
        """What people call it: the name of its evidence directory."""
        return self.evidence_dir.name

    def path(self, inside: Path) -> Path:
        """Give the path by which this host reaches a path of the lab."""
        return _PROC / str(self.pid) / "root" / inside.relative_to("/")

    def __str__(self) -> str:
        """Give the line of a list."""
        return f"{self.pid:<8}{self.name}"


def running_labs(proc: Path = _PROC) -> tuple[RunningLab, ...]:
    """Give every lab of this user (root: of all users), the oldest first."""
    pids = sorted(int(path.name) for path in proc.iterdir() if path.name.isdecimal())
    return tuple(lab for pid in pids for lab in _lab_of(proc / str(pid)))


def find_lab(wanted: str, labs: tuple[RunningLab, ...]) -> RunningLab:
    """Give the one lab whose number is `wanted`, or whose name has it in it.

    Raises:
        UsageError: there is none, or more than one (SeveralMeantError); lists those that there
            are.
    """
    if not labs:
        raise UsageError(
            "no lab is running here", cure="start one: `harness up`, or a scenario in another shell"
        )
    by_number = [lab for lab in labs if str(lab.pid) == wanted]
    found = by_number or [lab for lab in labs if wanted in lab.name]
    if len(found) == 1:
        return found[0]
    raise (SeveralMeantError if found else UsageError)(
        f"{wanted!r} means {len(found) or 'none'} of the labs that run here"
        if wanted
        else f"{len(found)} labs run here",
        cure="name one by its number, or by a part of its name that no other has",
        last_lines=[str(lab) for lab in found or labs],
    )


def further_pid(lab: RunningLab, host: str, proc: Path = _PROC) -> int:
    """Give pid 1 of a further host in a lab, as this host numbers it.

    Raises:
        UsageError: the lab has no such host; lists those that it has.
    """
    begun = os.fsencode(f"{HOST_MARK}={lab.evidence_dir}#")
    found: dict[str, int] = {}
    for process in (path for path in proc.iterdir() if path.name.isdecimal()):
        with suppress(OSError):  # it has just gone, or is another user's
            words = (process / "environ").read_bytes().split(b"\0")
            names = [word.removeprefix(begun) for word in words if word.startswith(begun)]
            if names and _is_first(process / "status"):
                found[os.fsdecode(names[0])] = int(process.name)
    if host not in found:
        cure = f"one of: {', '.join(sorted(found))}" if found else "its site names none in [hosts]"
        raise UsageError(f"the lab {lab.name} has no host {host}", cure=cure)
    return found[host]


def _lab_of(process: Path) -> Iterator[RunningLab]:
    try:
        words = (process / "environ").read_bytes().split(b"\0")
        marks = [word for word in words if word.startswith(_MARK)]
        if not marks or not _is_first(process / "status"):
            return
        own = process.with_name("self")
        theirs, ours = ((place / "ns/user").readlink() for place in (process, own))
    except OSError:  # it has just gone, or is another user's
        return
    yield RunningLab(
        pid=int(process.name),
        evidence_dir=Path(os.fsdecode(marks[0].removeprefix(_MARK))),
        has_user_namespace=theirs != ours,
    )


def _is_first(status_path: Path) -> bool:
    """Whether a process is pid 1 in its own namespace (NSpid: the host's number first)."""
    return re.search(r"^NSpid:\s+\d.*\s1$", status_path.read_text(), re.MULTILINE) is not None
