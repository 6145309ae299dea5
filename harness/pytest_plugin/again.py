"""The command lines that run a scenario again, and that open a desk on its machine."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.machines import BOOT_PATHS, BootPath
from harness.plan.boot_text import BOOT_SUFFIX
from harness.pytest_plugin.options import SETTINGS, Settings, site_dir_of

HELD = "held"
"""The name of the test that an approved boot is."""
_OF_A_DESK = ("accel", "payload", "nfs")
"""What `harness up` can be told as well."""


def run_again(item: pytest.Item) -> str:
    """Give the command that runs this scenario alone, as it was run, from where it was run."""
    here = item.config.invocation_params.dir
    place = os.path.relpath(item.path, here)
    # A boot is the only test of its file, unless it is run with several firmwares.
    if item.path.suffix != BOOT_SUFFIX or item.name != HELD:
        place += "::" + item.nodeid.partition("::")[2]
    settings = item.config.stash[SETTINGS]
    named = item.config.getoption("site")
    site = [] if named is None else ["--site", os.path.relpath(named, here)]
    words = [_program("pytest", here), place, *site, *_options(settings, ("clock", "start"))]
    return shlex.join(words)


def desk(item: pytest.Item, path: BootPath | None) -> str:
    """Give the command that starts the site's servers and, by `path`, such a machine."""
    here = item.config.invocation_params.dir
    site = os.path.relpath(site_dir_of(item), here)
    base = None if path is None else next((e for e in BOOT_PATHS if path.id.startswith(e)), None)
    boot = [] if base is None else ["--boot", base]
    settings = item.config.stash[SETTINGS]
    words = [_program("harness", here), "up", "--site", site, *boot, *_options(settings, ())]
    return shlex.join(words)


def _options(settings: Settings, more: tuple[str, ...]) -> Iterator[str]:
    for name in (*_OF_A_DESK, *more):
        if (chosen := getattr(settings, name)) != "auto":
            yield from (f"--{name}", chosen)
    asked = {"firmware": settings.firmware, "loader": settings.loaders, "rom": settings.roms}
    for name, words in asked.items():
        for word in words:
            yield from (f"--{name}", word)


def _program(name: str, here: Path) -> str:
    """Give the command as a person types it here: by its name only where PATH leads to this one."""
    ours = Path(sys.executable).with_name(name)
    found = shutil.which(name)
    if not ours.exists() or (found and Path(found) == ours):
        return name
    return os.path.relpath(ours, here) if ours.is_relative_to(here) else str(ours)
