"""A lab has the NFS server that is asked for, or none at all; the evidence says which."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError
from harness.host import nfs_server
from harness.host.nfs_server import Lack, NfsServer
from harness.lab import LabOptions
from harness.services.nfs.base import Nfs
from harness.site import Site

MakeOptions = Callable[[str], LabOptions]
LACK = Lack(what="this kernel has no nfsd loaded", cure="sudo modprobe nfsd")


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this host be able to serve by its kernel."""
    monkeypatch.setattr(nfs_server, "kernel_lacks", lambda _places: ())


@pytest.fixture
def unable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it not be."""
    monkeypatch.setattr(nfs_server, "kernel_lacks", lambda _places: (LACK,))


def nfs_of(site: Site, options: LabOptions) -> list[type[Nfs]]:
    """Give the NFS servers of a lab."""
    return [kind for kind in options.services_of(site) if issubclass(kind, Nfs)]


@pytest.mark.usefixtures("able")
@pytest.mark.parametrize(
    ("asked", "has"),
    [
        ("auto", NfsServer.KERNEL),
        ("kernel", NfsServer.KERNEL),
        ("ganesha", NfsServer.GANESHA),
    ],
)
def test_where_both_can(site: Site, options: MakeOptions, asked: str, has: NfsServer) -> None:
    (nfs,) = nfs_of(site, replace(options("lab"), nfs=asked))
    assert nfs.server is has
    assert nfs.what == has.words


@pytest.mark.usefixtures("unable")
def test_where_the_kernel_cannot(site: Site, options: MakeOptions) -> None:
    (nfs,) = nfs_of(site, options("lab"))
    assert nfs.server is NfsServer.GANESHA
    with pytest.raises(PrerequisiteError, match="asked for, and cannot serve here"):
        replace(options("lab"), nfs="kernel").services_of(site)


@pytest.mark.usefixtures("unable")
def test_a_site_without_nfs_asks_for_nothing(site: Site, options: MakeOptions) -> None:
    kinds = replace(options("lab"), nfs="kernel").services_of(site.without_daemons("nfs"))
    assert not {"nfs", "rpcbind"} & {kind.name for kind in kinds}


def test_what_is_served_decides(
    site: Site, options: MakeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def lacks(places: Iterable[Path]) -> tuple[Lack, ...]:
        asked.extend(places)
        return ()

    monkeypatch.setattr(nfs_server, "kernel_lacks", lacks)
    made = options("lab")
    made.services_of(site)
    assert asked == [site.dir, made.cache_dir]
