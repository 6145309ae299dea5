"""What tgt's files say: the targets that it offers and what each has for its disks."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath

from harness.site.files import Files, normal
from harness.site.said import Said, Topic

MAIN = "etc/tgt/targets.conf"
INCLUDE = r"^\s*include\s+(?P<path>\S+)"
_INCLUDE = re.compile(INCLUDE, re.IGNORECASE)
_TARGET = re.compile(r"^\s*<target\s+\"?(?P<name>[^\s\">]+)", re.IGNORECASE)
_STORE = re.compile(
    r"^\s*<?\s*(?:backing|direct)-store(?:\s*=\s*|\s+)\"?(?P<path>[^\s\">]+)", re.IGNORECASE
)
_LUN = re.compile(r"^\s*lun(?:\s*=\s*|\s+)\"?(?P<number>\d+)", re.IGNORECASE)
_PASSWORD = re.compile(
    r"^\s*(?:incoming|outgoing)user\s+\S+\s+\"?(?P<text>[^\s\"]+)", re.IGNORECASE
)


def says(files: Files) -> Iterator[Said]:
    """Give the file of each disk, whose `value` is the target that offers it, and passwords."""
    target = ""
    for path, number, line in _lines(files, MAIN, frozenset()):
        if found := _TARGET.match(line):
            target = found["name"]
        elif found := _STORE.match(line):
            yield Said(topic=Topic.DISK, text=found["path"], path=path, line=number, value=target)
        elif found := _PASSWORD.match(line):
            yield Said(topic=Topic.SECRET, text=found["text"], path=path, line=number)


def offered(files: Files) -> Iterator[Said]:
    """Give the file of each disk."""
    return (each for each in says(files) if each.topic is Topic.DISK)


def disks(files: Files) -> dict[str, str]:
    """Give the file of each disk, and what it is called: its target, and its number behind one."""
    found: dict[str, tuple[str, int]] = {}
    target = last = ""
    for _, _, line in _lines(files, MAIN, frozenset()):
        if match := _TARGET.match(line):
            target, last = match["name"], ""
        elif match := _STORE.match(line):
            numbers = [number for name, number in found.values() if name == target]
            last = normal(match["path"])
            found[last] = target, max(numbers, default=0) + 1
        elif (match := _LUN.match(line)) and last:
            found[last] = target, int(match["number"])
    return {
        path: name if number == 1 else f"{name} LUN {number}"
        for path, (name, number) in found.items()
    }


def _lines(files: Files, path: str, above: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    """Go through the lines of a file and, where it takes in others, of these."""
    if path in above or not files.has(path):
        return
    for number, line in enumerate(files.read(path).splitlines(), start=1):
        yield path, number, line
        if found := _INCLUDE.match(line):
            whole = normal(str(PurePosixPath("/", MAIN).parent / found["path"]))
            for each in files.names(str(PurePosixPath(whole).parent)):
                if fnmatch(each, whole):
                    yield from _lines(files, each, above | {path})
