"""Which daemons a server starts: by systemd's links and the init scripts', where a tree has them.

A tree without any such link says nothing of it; then a daemon that is configured is started.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from harness.site.files import Files, normal

_UNITS = "etc/systemd/system"


def is_switched_off(files: Files, units: Sequence[str], scripts: Sequence[str] = ()) -> str:
    """Give the place that says that these units, or init scripts, are not started; "" if none does.

    `units` are the package's own; a unit that came from an init script has no link of systemd's.
    """
    masked = [unit for unit in units if _is_masked(files, unit)]
    if masked:
        return f"{_UNITS}/{masked[0]} is masked"
    wanted = _wanted(files)
    if set(units) & wanted:
        return ""
    started, stopped = _by_scripts(files, scripts)
    if started:
        return ""
    if stopped:
        return f"{stopped}: its init script is not started"
    enabled_elsewhere = any(unit.endswith(".service") for unit in wanted)
    if enabled_elsewhere and not scripts:
        return f"{_UNITS}/multi-user.target.wants has no {units[0]}"
    return ""


def _is_masked(files: Files, unit: str) -> bool:
    place = files.dir / _UNITS / unit
    return place.is_symlink() and place.readlink() == Path("/dev/null")


def _wanted(files: Files) -> set[str]:
    """Give the units that some target or unit wants."""
    directories = (path for path in files.names(_UNITS) if path.endswith((".wants", ".requires")))
    return {PurePosixPath(path).name for each in directories for path in files.names(each)}


def _by_scripts(files: Files, scripts: Sequence[str]) -> tuple[bool, str]:
    """Say whether an init script is started in a run level, and by which link it is not."""
    names = [path for level in "2345" for path in files.names(f"etc/rc{level}.d")]
    links = [path for path in names if PurePosixPath(path).name[3:] in scripts]
    started = [path for path in links if PurePosixPath(path).name.startswith("S")]
    return bool(started), normal(links[0]) if links and not started else ""
