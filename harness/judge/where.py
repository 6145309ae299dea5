"""Where a person must look: a daemon's setting, or a script's command, by file and line."""

import re
from collections.abc import Collection, Iterable

from harness.judge.boot import Boot
from harness.model import Daemon, Role
from harness.site.places import Place, place, places


def where_told(boot: Boot, role: Role, matter: str, values: Collection[str]) -> str:
    """Give the setting by which a daemon tells machines of a matter, and where it is.

    The line is the one that has a value, the first of `values` that stands in just one;
    without such a line only the file is named, and nothing where no daemon is known to tell it.
    """
    daemon = boot.daemons.by_role(role)
    settings = () if daemon is None else daemon.settings.get(matter, ())
    if daemon is None or not settings:
        return ""
    found = _place(boot, daemon.files, settings, values)
    if found is None:
        return f"{settings[0]}, {_file(daemon)}"
    return f"{_named(found, settings)}, {found}"


def where_done(
    boot: Boot, matter: str, values: Collection[str] = (), *, near: Collection[str] = ()
) -> str:
    """Give the command of a script by which a loader does something, and where it is.

    `near` are words of a line before it: of several lines, the first behind that is meant.
    """
    commands = boot.loader.settings.get(matter, ())
    scripts = tuple(dict.fromkeys(boot.scripts.values()))
    if not commands or not scripts:
        return ""
    found = _place(boot, scripts, commands, values) or _behind(boot, scripts, commands, near)
    if found is None:
        return f"{commands[0]}, {', '.join(scripts)}"
    return f"{_named(found, commands)}, {found}"


def line_told(boot: Boot, role: Role, matter: str, values: Collection[str]) -> Place | None:
    """Give the one line by which a daemon tells machines of a value."""
    daemon = boot.daemons.by_role(role)
    settings = () if daemon is None else daemon.settings.get(matter, ())
    found = None if daemon is None else _place(boot, daemon.files, settings, values)
    return found if found is not None and any(each in found.text for each in values) else None


def line_done(boot: Boot, matter: str, values: Collection[str]) -> Place | None:
    """Give the one line of a script that does something with a value."""
    scripts = tuple(dict.fromkeys(boot.scripts.values()))
    found = _place(boot, scripts, boot.loader.settings.get(matter, ()), values)
    return found if found is not None and any(each in found.text for each in values) else None


def _place(
    boot: Boot, paths: Iterable[str], settings: Iterable[str], values: Collection[str]
) -> Place | None:
    return place(boot.site, paths, map(_pattern, settings), values)


def _behind(
    boot: Boot, paths: Iterable[str], commands: Collection[str], near: Collection[str]
) -> Place | None:
    """Give the first such command behind the one line that has words near it."""
    for words in near:
        before = place(boot.site, paths, (re.escape(words),))
        if before is None:
            continue
        behind = (
            each
            for command in commands
            for each in places(boot.site, [before.path], _pattern(command))
            if each.line >= before.line
        )
        return min(behind, key=lambda each: each.line, default=None)
    return None


def _pattern(setting: str) -> str:
    words = r"\b.*?\s".join(re.escape(word) for word in setting.split())
    return rf"(?<![\w.-]){words}(?![\w.-])"


def _named(found: Place, settings: Iterable[str]) -> str:
    return next(each for each in settings if re.search(_pattern(each), found.text))


def _file(daemon: Daemon) -> str:
    return daemon.files[0] if daemon.files else daemon.configuration
