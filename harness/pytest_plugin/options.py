"""The command line's options, in one help group, and the settings they make."""

from dataclasses import dataclass
from pathlib import Path

import pytest

GROUP = "network boot"
DEFAULT_SITE = Path("fixtures/showmax")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the options say, checked and typed."""

    site_dir: Path
    accelerator: str
    clock: str
    start: str
    nfs: str
    firmware: str
    firmware_ia32: str
    evidence_dir: Path
    require_all: bool
    progress: bool


SETTINGS = pytest.StashKey[Settings]()
LEFT_OUT = ("slow", "leftovers", "machine")
"""Marks of what a plain run leaves out."""


def is_reference(config: pytest.Config) -> bool:
    """Whether the site is the reference site, with which the harness itself is tested."""
    return config.stash[SETTINGS].site_dir.resolve() == (config.rootpath / DEFAULT_SITE).resolve()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup(GROUP)
    _add_subject(group)
    _add_guests(group)
    _add_manner(group)


def _add_subject(group: pytest.OptionGroup) -> None:
    """Declare what is tested."""
    group.addoption(
        "--site",
        metavar="DIR",
        type=Path,
        default=None,
        help=f"the site to test: a boot server's files and site.toml (default: {DEFAULT_SITE})",
    )
    group.addoption(
        "--nfs",
        choices=("auto", "kernel", "ganesha"),
        default="auto",
        help="what serves a site's NFS: auto is the kernel's own server where it is loaded and "
        "can serve from a lab, else nfs-ganesha (default: auto)",
    )
    group.addoption(
        "--firmware",
        metavar="ID",
        default="ovmf-x64",
        help="the firmware of x64 UEFI guests, by its id in the catalogue (default: ovmf-x64; "
        "`harness firmware` lists them), or the file of a build of your own, *_CODE.fd, with its "
        "*_VARS.fd beside it",
    )
    group.addoption(
        "--firmware-ia32",
        metavar="ID",
        default="ovmf-ia32",
        help="the firmware of ia32 UEFI guests, likewise (default: ovmf-ia32)",
    )


def _add_guests(group: pytest.OptionGroup) -> None:
    """Declare what guests run on, and how they start."""
    group.addoption(
        "--accel",
        choices=("auto", "kvm", "tcg"),
        default="auto",
        help="what runs the guests: auto boots firmware once per machine to find out whether "
        "KVM works here, else emulation (default: auto)",
    )
    group.addoption(
        "--clock",
        choices=("auto", "fast", "real"),
        default="auto",
        help="what guests' clocks go by: fast counts their instructions, so that waiting costs "
        "nothing (emulation only); real is the host's time; auto is fast under emulation "
        "(default: auto)",
    )
    group.addoption(
        "--start",
        choices=("auto", "warm", "cold"),
        default="auto",
        help="how UEFI firmware starts: cold does its POST each time; warm is restored from an "
        "image taken after POST; auto is warm where that is possible (default: auto)",
    )


def _add_manner(group: pytest.OptionGroup) -> None:
    """Declare how a run behaves."""
    group.addoption(
        "--evidence",
        metavar="DIR",
        type=Path,
        default=None,
        help="where each scenario leaves its evidence (default: evidence/ in the project)",
    )
    group.addoption(
        "--require-all",
        action="store_true",
        help="a missing tool, right or file is a failure, not a skip (for CI)",
    )
    group.addoption(
        "--no-progress",
        action="store_true",
        help="do not say what each scenario is waiting for while it runs",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the settings out of the options."""
    config.addinivalue_line(
        "markers", "real_clock(reason): needs the host's time for its guests, whatever --clock says"
    )
    config.addinivalue_line("markers", "slow: takes long; left out unless -m says what is wanted")
    config.addinivalue_line("markers", "live: boots a real live system, on the host's time")
    root = config.rootpath
    config.stash[SETTINGS] = Settings(
        site_dir=(config.getoption("site") or root / DEFAULT_SITE).absolute(),
        accelerator=config.getoption("accel"),
        clock=config.getoption("clock"),
        start=config.getoption("start"),
        nfs=config.getoption("nfs"),
        firmware=config.getoption("firmware"),
        firmware_ia32=config.getoption("firmware_ia32"),
        evidence_dir=(config.getoption("evidence") or root / "evidence").absolute(),
        require_all=config.getoption("require_all"),
        progress=not config.getoption("no_progress"),
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long unless `-m` says what is wanted (`-m slow`: that tier alone)."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if any(map(item.get_closest_marker, LEFT_OUT))]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
