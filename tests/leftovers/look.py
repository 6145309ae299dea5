"""What of one run is on this machine, by an independent look: /proc, /sys and directories alone.

A run is known by a word that is in its environment, its command lines and the paths of its
files. Its labs' processes have an environment of their own: they are known by their mounts
and open files, by what descended from the run, and by the namespaces that those were in.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
KINDS = ("user", "mnt", "net", "pid", "uts", "ipc")
_NUMBER = re.compile(r"netboot-harness-(\d+)-")
_HALF_MADE = re.compile(r"\..*\.(part|new)(\..*)?|.*\.new|\.latest-\d+")
_SHARED = tuple(Path(place) for place in ("/tmp", "/var/tmp", "/dev/shm"))


@dataclass
class Look:
    """One run's traces; what `follow` has seen is looked for as well when it is over."""

    word: str
    scratch_dir: Path
    """Its TMPDIR: empty when nothing is left."""
    work_dir: Path
    """Where it writes: its cache and its evidence."""
    followed: dict[int, str] = field(default_factory=dict)
    """Pid → when it was started, of each process that was the run's once."""
    namespaces: set[str] = field(default_factory=set)
    """Those that the living were in when they were last followed."""
    followed_at: int = 0
    """When that was, in the kernel's ticks: a namespace of the same number may be made later."""

    def follow(self, root: int, *, worker_alone: bool = False) -> None:
        """Note a process and its descendants, and what namespaces they are in.

        Of the whole run, unless `worker_alone`, those with its word too.
        """
        marked = set() if worker_alone else self._marked()
        self.namespaces.clear()
        for pid in marked | set(descendants(root)):
            with suppress(OSError, IndexError):
                self.followed[pid] = born(pid)
                self.namespaces |= _namespaces(pid) - _namespaces(os.getpid())
        self.followed_at = _ticks()

    def left(self, *, worker_alone: bool = False) -> list[str]:
        """Say what is there, a line each."""
        found = [f"process {line}" for line in self._processes(worker_alone=worker_alone)]
        if not worker_alone:
            found += [f"socket {line}" for line in self._sockets()]
            found += [f"file {path}" for path in self._files()]
            found += [f"mount {line}" for line in self._mounts()]
        return found

    def _processes(self, *, worker_alone: bool) -> Iterator[str]:
        """Give the living processes of the run, or of what was followed alone."""
        marked = set() if worker_alone else self._marked()
        for pid in all_pids():
            with suppress(OSError, IndexError):
                if state(pid) != "Z" and (pid in marked or self._is_followed(pid)):
                    yield f"{pid}: {_words(pid)}"

    def _is_followed(self, pid: int) -> bool:
        """Whether a process was the run's once, or lives where one did."""
        if self.followed.get(pid) == born(pid):
            return True
        return bool(_namespaces(pid) & self.namespaces) and int(born(pid)) <= self.followed_at

    def _marked(self) -> set[int]:
        """Give the processes that the word is found at."""
        return {pid for pid in all_pids() if pid != os.getpid() and self._is_marked(pid)}

    def _is_marked(self, pid: int) -> bool:
        """Whether the word is in a process's environment, command line, mounts or files."""
        looks: tuple[Callable[[], str], ...] = (
            lambda: (PROC / str(pid) / "environ").read_text(errors="replace"),
            lambda: (PROC / str(pid) / "cmdline").read_text(errors="replace"),
            lambda: (PROC / str(pid) / "mountinfo").read_text(errors="replace"),
            lambda: " ".join(_open_files(pid)),
        )
        for look in looks:
            with suppress(OSError):  # it has just gone, or is somebody else's
                if self.word in look():
                    return True
        return False

    def _sockets(self) -> Iterator[str]:
        """Give unix sockets with the run's word or one of its pids in their names."""
        for line in (PROC / "net" / "unix").read_text().splitlines()[1:]:
            name = " ".join(line.split()[7:])
            number = _NUMBER.search(name)
            if self.word in name or (number and int(number[1]) in self.followed):
                yield name

    def _files(self) -> Iterator[Path]:
        """Give temporary files: all of the scratch directory, half-made ones elsewhere."""
        for path in self.scratch_dir.iterdir():
            # pytest itself keeps the directories of its last three runs, by design.
            if not path.name.startswith("pytest-of-"):
                yield path
        # What is removed while it is looked at is no error: walk() passes it over.
        for place, directories, files in os.walk(self.work_dir):
            for name in filter(_HALF_MADE.fullmatch, (*directories, *files)):
                yield Path(place) / name
        for shared in _SHARED:
            yield from (p for p in shared.iterdir() if self.word in p.name)

    def _mounts(self) -> Iterator[str]:
        """Give what is mounted of the run in our own namespace, or keeps one of its own alive."""
        for line in (PROC / "self" / "mountinfo").read_text().splitlines():
            if self.word in line or any(space in line for space in self.namespaces):
                yield line


def machine() -> tuple[list[str], list[str]]:
    """Give this machine's interfaces, and the places where something is mounted.

    Not how it is mounted: that may change by what somebody else does.
    """
    mounts = (PROC / "self" / "mountinfo").read_text().splitlines()
    interfaces = sorted(path.name for path in Path("/sys/class/net").iterdir())
    return interfaces, sorted(line.split()[4] for line in mounts)


def all_pids() -> Iterator[int]:
    """Give every process that there is."""
    return (int(path.name) for path in PROC.iterdir() if path.name.isdecimal())


def descendants(root: int) -> Iterator[int]:
    """Give a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for pid in all_pids():
        with suppress(OSError, IndexError):
            children.setdefault(int(_fields(pid)[1]), []).append(pid)
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def born(pid: int) -> str:
    """Give when a process was started: with its number it is one process alone."""
    return _fields(pid)[19]


def state(pid: int) -> str:
    """Give the letter of a process's state."""
    return _fields(pid)[0]


def _ticks() -> int:
    """Give the time since this machine's start, as `born` does."""
    uptime_s = float((PROC / "uptime").read_text().split()[0])
    return int(uptime_s * os.sysconf("SC_CLK_TCK"))


def _fields(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat behind the name, from `state` on (proc(5))."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _namespaces(pid: int) -> set[str]:
    """Give the namespaces of a process."""
    return {str((PROC / str(pid) / "ns" / kind).readlink()) for kind in KINDS}


def _open_files(pid: int) -> Iterator[str]:
    """Give what a process has open, and where it is."""
    yield str((PROC / str(pid) / "cwd").readlink())
    for link in (PROC / str(pid) / "fd").iterdir():
        with suppress(OSError):
            yield str(link.readlink())


def _words(pid: int) -> str:
    """Give the command line of a process."""
    return (PROC / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")[:200]
