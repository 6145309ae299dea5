"""Guests start on a host that has its cgroups a second time, where a lab does not show it.

A chroot's /sys, in /tmp or /srv: libvirtd takes the last place of which /proc/mounts tells.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from harness.errors import PrerequisiteError
from harness.lab import Lab, LabOptions
from harness.process import run
from harness.site import Site

BESIDE_A_CHROOT = 'mkdir "$0" && mount --rbind /sys "$0" && exec "$@"'
UNSHARED = ("unshare", "--mount", "--propagation", "private", "sh", "-c", BESIDE_A_CHROOT)


def cgroups(mounts: str) -> dict[str, str]:
    """Give the last place of each hierarchy, as libvirtd reads them."""
    lines = (line.split() for line in mounts.splitlines())
    return {words: place for _, place, kind, words, *_ in lines if kind in ("cgroup", "cgroup2")}


def test_each_is_where_libvirtd_looks(
    daemons: None, site: Site, options: Callable[[str], LabOptions]
) -> None:
    with Lab(site.without_daemons(*site.daemons), options("cgroups")) as lab:
        said = cgroups(lab.namespace.run(["cat", "/proc/mounts"]).stdout)
        if not said:
            raise PrerequisiteError("this host has no cgroups")
        for place in said.values():
            lab.namespace.run(["mountpoint", place])


def test_so_it_is_beside_a_chroot(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        raise PrerequisiteError("only root can bind /sys", cure="run as root")
    this = f"{__file__}::{test_each_is_where_libvirtd_looks.__name__}"
    pytest_of = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", this)
    done = run([*UNSHARED, str(tmp_path / "sys"), *pytest_of], timeout_s=120, check=False)
    assert done.exit_code == 0, done.output
