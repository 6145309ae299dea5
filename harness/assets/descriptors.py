"""The firmware of this machine, as QEMU's descriptors tell of it: `qemu@60-edk2-x86_64`.

Distributions and people lay one JSON file for each firmware into a directory (QEMU's
docs/interop/firmware.json). Each that a guest here cannot have says why.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.machines import MACHINES, Machine

NAME = "qemu@"
"""What the name of each begins with; its file's name follows, without `.json`."""
DIRECTORIES = (
    Path("/usr/share/qemu/firmware"),
    Path("/etc/qemu/firmware"),
    Path("~/.config/qemu/firmware"),
)
"""Where they lie; a file hides one of the same name in a directory before it, an empty one both."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """A firmware that a guest can have."""

    id: str
    path: Path
    """The descriptor."""
    machine: Machine
    code: Path
    vars: Path
    features: tuple[str, ...]
    """QEMU's words: `secure-boot`, `enrolled-keys`, …"""


class _UnfitError(Exception):
    """Why a guest here cannot have it."""


def is_described(word: str) -> bool:
    """Whether a firmware is named as these are."""
    return word.startswith(NAME)


def described() -> Mapping[str, Described | str]:
    """Give each descriptor by its name: the firmware, or why no guest here can have it."""
    files: dict[str, Path] = {}
    for directory in DIRECTORIES:
        for path in sorted(directory.expanduser().glob("*.json")):
            files[path.name] = path
    there = {name: path for name, path in sorted(files.items()) if not _hides(path)}
    return {f"{NAME}{path.stem}": _described(path) for path in there.values()}


def fitting(pattern: str) -> tuple[str, ...]:
    """Give the names of the firmware that a name or a pattern means.

    Raises:
        UsageError: there is none, or the one that is named is for no guest here.
    """
    if pattern in described():
        return (require(pattern).id,)
    found = tuple(
        name
        for name, each in described().items()
        if isinstance(each, Described) and fnmatchcase(name, pattern)
    )
    if not found:
        raise UsageError(f"QEMU's descriptors know no {pattern}", cure=_known())
    return found


def require(name: str) -> Described:
    """Give the firmware of a descriptor.

    Raises:
        UsageError: there is no such descriptor, or no guest here can have its firmware.
    """
    found = described().get(name)
    if found is None:
        raise UsageError(f"QEMU's descriptors know no {name}", cure=_known())
    if isinstance(found, str):
        raise UsageError(f"no guest can have the firmware {name}: {found}", cure=_known())
    return found


def _known() -> str:
    names = [name for name, each in described().items() if isinstance(each, Described)]
    places = ", ".join(map(str, DIRECTORIES))
    return f"one of: {', '.join(names)}" if names else f"lay a descriptor into one of {places}"


def _hides(path: Path) -> bool:
    """Whether a descriptor is empty: it is there to hide others."""
    return path.exists() and not path.stat().st_size


def _described(path: Path) -> Described | str:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        code, store = _files(said["mapping"])
        return Described(
            id=f"{NAME}{path.stem}",
            path=path,
            machine=_machine(said["targets"]),
            code=code,
            vars=store,
            features=tuple(said.get("features", ())),
        )
    except _UnfitError as why:
        return str(why)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{path} is not a descriptor as QEMU defines it ({error!r})"


def _files(mapping: Mapping[str, Any]) -> tuple[Path, Path]:
    """Give the code and the store's template, which a guest has in flash of its own each."""
    if mapping["device"] != "flash":
        raise _UnfitError(f"it is not for flash but for {mapping['device']}")
    if mapping.get("mode", "split") != "split":
        raise _UnfitError(f"code and variables are not apart: mode {mapping['mode']}")
    parts = (mapping["executable"], mapping["nvram-template"])
    for part in parts:
        if part["format"] != "raw":
            raise _UnfitError(f"{part['filename']} is not raw but {part['format']}")
        if not Path(part["filename"]).is_file():
            raise _UnfitError(f"{part['filename']} is not there")
    code, store = (Path(part["filename"]) for part in parts)
    return code, store


def _machine(targets: list[Mapping[str, Any]]) -> Machine:
    """Give the kind of machine that it is for: of a processor, and on the board that ours have."""
    for name, machine in MACHINES.items():
        arch = _ARCHITECTURES.get(name)
        for target in targets:
            boards = target["machines"] if target["architecture"] == arch else ()
            if any(fnmatchcase(f"pc-{machine.board.chipset}-0", board) for board in boards):
                return machine
    told = ", ".join(dict.fromkeys(each["architecture"] for each in targets))
    raise _UnfitError(f"it is for another processor or board: {told}")


_ARCHITECTURES = {"x64": "x86_64", "ia32": "i386"}
"""QEMU's names of the processors for which firmware is built."""
