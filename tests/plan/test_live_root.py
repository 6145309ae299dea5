"""Where a root comes from is read from the entry's command line."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.plan.live_root import RootKind, root_source
from harness.services.registry import load_site

SHOWMAX = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")


@pytest.mark.parametrize(
    ("entry", "kind", "server", "path", "image"),
    [
        (
            *("showmax", RootKind.FETCHED, "local-server", "/stretch/filesystem.squashfs"),
            "srv/tftp/stretch/filesystem.squashfs",
        ),
        (
            *("gparted", RootKind.MOUNTED, "192.0.2.1", "/srv/tftp/gparted"),
            "srv/tftp/gparted/live/filesystem.squashfs",
        ),
        (
            *("grml", RootKind.MOUNTED, "192.0.2.1", "/srv/tftp/grml"),
            "srv/tftp/grml/live/grml64-full/filesystem.squashfs",
        ),
        (
            *("sysrescd", RootKind.MOUNTED, "local-server", "/srv/tftp/sysrescd"),
            "srv/tftp/sysrescd/sysrcd.dat",
        ),
    ],
)
def test_the_reference_site(entry: str, kind: RootKind, server: str, path: str, image: str) -> None:
    source = root_source(SHOWMAX, SHOWMAX.menu.entries[entry])
    assert source is not None
    assert (source.kind, source.server, source.path, source.image) == (kind, server, path, image)
    assert source.is_nfsboot == (entry == "sysrescd")
    assert source.word in SHOWMAX.menu.entries[entry].cmdline


def test_an_initramfs_alone_has_none() -> None:
    entry = replace(SHOWMAX.menu.entries["gparted"], cmdline=("quiet", "nfsroot=auto"))
    assert root_source(SHOWMAX, entry) is None
    assert root_source(SHOWMAX, SHOWMAX.menu.entries["ipxeconfig"]) is None


def test_options_of_the_mount_are_no_part_of_the_directory() -> None:
    entry = replace(SHOWMAX.menu.entries["gparted"], cmdline=("nfsroot=192.0.2.1:/a,vers=3",))
    source = root_source(SHOWMAX, entry)
    assert source is not None
    assert source.path == "/a"
