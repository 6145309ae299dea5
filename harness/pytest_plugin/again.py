"""The command lines that run a scenario again, and that open a desk on its machine."""

import argparse
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.machines import BOOT_PATHS, BootPath
from harness.plan.boot_text import BOOT_SUFFIX
from harness.pytest_plugin.axes import parts_of
from harness.pytest_plugin.options import SETTINGS, Settings, site_dir_of

HELD = "held"
"""The name of the test that an approved boot is."""
BOOT_PATH = pytest.StashKey[BootPath]()
"""On an item that is not varied over boot paths: the one that its machine takes."""
_RERUN = "rerun_of"
_OF_A_DESK = ("accel", "payload", "nfs")
"""What `harness up` can be told as well."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what `harness rerun` hands to its run: the bundle, and its own further words."""
    parser.addoption("--rerun-of", metavar="BUNDLE", help=argparse.SUPPRESS)


def run_again(item: pytest.Item) -> str:
    """Give the command that runs this scenario alone, as it was run, from where it was run."""
    here = item.config.invocation_params.dir
    if (words := item.config.getoption(_RERUN)) is not None:
        return _rerun(here, words)
    place = _from(here, item.path)
    # A boot is the only test of its file, unless it is run with several firmwares.
    if item.path.suffix != BOOT_SUFFIX or item.name != HELD:
        place += "::" + item.nodeid.partition("::")[2]
    settings = item.config.stash[SETTINGS]
    named = item.config.getoption("site")
    site = [] if named is None else ["--site", _from(here, Path(here, named))]
    site += ["--servers", ",".join(settings.servers)] if settings.servers else []
    is_slow = item.path.suffix != BOOT_SUFFIX and item.get_closest_marker("slow") is not None
    tier = ["-m", "slow"] if is_slow else []
    if settings.tier:  # which says itself what is slow, and what machines are made of
        tier = ["--tier", settings.tier]
    options = (*_options(settings, ("clock", "start")), *_asked_parts(settings))
    return shlex.join([_program("pytest", here), place, *tier, *site, *options])


def desk(item: pytest.Item, path: BootPath | None) -> str:
    """Give the command that starts the site's servers and, by `path`, such a machine."""
    here = item.config.invocation_params.dir
    if (words := item.config.getoption(_RERUN)) is not None:
        return _rerun(here, words, "--hold")
    site = _from(here, site_dir_of(item))
    base = None if path is None else next((e for e in BOOT_PATHS if path.id.startswith(e)), None)
    boot = [] if base is None else ["--boot", base]
    settings = item.config.stash[SETTINGS]
    parts = parts_of(item)
    made_of = _asked_parts(settings) if parts is None else parts.options
    words = [_program("harness", here), "up", "--site", site, *boot, *_options(settings, ())]
    return shlex.join([*words, *made_of])


def _rerun(here: Path, words: str, *more: str) -> str:
    bundle, *rest = shlex.split(words)
    place = _from(here, Path(bundle))
    return shlex.join([_program("harness", here), "rerun", place, *more, *rest])


def pack(item: pytest.Item, bundle: Path) -> str:
    """Give the command that makes a file of a bundle, to be run again elsewhere."""
    here = item.config.invocation_params.dir
    return shlex.join([_program("harness", here), "pack", _from(here, bundle)])


def _options(settings: Settings, more: tuple[str, ...]) -> Iterator[str]:
    for name in (*_OF_A_DESK, *more):
        if (chosen := getattr(settings, name)) != "auto":
            yield from (f"--{name}", chosen)


def _asked_parts(settings: Settings) -> Iterator[str]:
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
    return _from(here, ours)


def _from(here: Path, path: Path) -> str:
    """Give a path as a person writes it here."""
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def path_of(item: pytest.Item) -> BootPath | None:
    """Give the boot path that a scenario names; None when it names none."""
    call = getattr(item, "callspec", None)
    named = item.stash.get(BOOT_PATH, None)
    path = call.params.get("boot_path") if call is not None else named
    return path if isinstance(path, BootPath) else None
