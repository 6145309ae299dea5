"""A lab's NFS server serves what /etc/exports says, to a real client."""

import select
from collections.abc import Callable

import pytest

from harness.errors import ServiceError, SiteError
from harness.host import tools
from harness.lab import Lab, LabOptions
from harness.site import Site

FILE = "srv/tftp/gparted/live/marker"


@pytest.fixture(autouse=True)
def nfs(daemons: None) -> None:
    """Skip where no server or no client is."""
    tools.require("ganesha.nfsd", "rpcbind", "gcc", "nfs-cat")


@pytest.fixture
def site(site: Site) -> Site:
    """Put a file there, and run what it takes to serve it."""
    others = (daemon for daemon in site.daemons if daemon != "nfs")
    return site.without_daemons(*others).with_file(FILE, "from this lab\n")


def read(lab: Lab, version: int, path: str = FILE) -> str:
    """Read a file over NFS, from the server's own address."""
    url = f"nfs://192.0.2.1/{path}?version={version}"
    return lab.namespace.run(["nfs-cat", url], check=False).output


@pytest.mark.parametrize("version", [3, 4])
def test_a_file_is_read(site: Site, options: Callable[[str], LabOptions], version: int) -> None:
    with Lab(site, options("lab")) as lab:
        assert read(lab, version) == "from this lab\n"
        # Of another file system than the one above: the payload's, the site's.
        assert read(lab, version, "srv/tftp/gparted/vmlinuz") == "kernel"
        assert "#!ipxe" in read(lab, version, "srv/tftp/script.ipxe")


def test_labs_side_by_side_serve_their_own(
    site: Site, options: Callable[[str], LabOptions]
) -> None:
    other = site.with_file(FILE, "from the other\n")
    with Lab(site, options("one")) as one, Lab(other, options("two")) as two:
        assert (read(one, 3), read(two, 3)) == ("from this lab\n", "from the other\n")


def test_who_is_not_exported_to_is_refused(
    site: Site, options: Callable[[str], LabOptions]
) -> None:
    exports = "/srv/tftp 192.0.2.99(ro,insecure)\n"
    with Lab(site.with_file("etc/exports", exports), options("lab")) as lab:
        assert "ACCES" in read(lab, 3)
        assert "NFS4ERR" in read(lab, 4)


def test_it_is_read_again_from_a_server_that_was_started_anew(
    site: Site, options: Callable[[str], LabOptions]
) -> None:
    with Lab(site, options("lab")) as lab:
        service = lab.service("nfs")
        assert read(lab, 3) == "from this lab\n"
        service.stop()
        assert "from this lab" not in read(lab, 3)
        service.start()
        service.wait_until_ready()
        assert read(lab, 3) == "from this lab\n"


def test_a_line_that_it_cannot_do_stops_the_lab(
    site: Site, options: Callable[[str], LabOptions]
) -> None:
    changed = site.with_file("etc/exports", "/srv/tftp *(sec=krb5)\n")
    with pytest.raises(SiteError, match="sec=krb5"), Lab(changed, options("lab")):
        pass


def test_a_directory_that_is_not_there_stops_the_lab(
    site: Site, options: Callable[[str], LabOptions]
) -> None:
    changed = site.with_file("etc/exports", "/srv/nothing *(ro)\n")
    with pytest.raises(SiteError, match="there is no such directory"), Lab(changed, options("lab")):
        pass


def test_its_death_is_seen(site: Site, options: Callable[[str], LabOptions]) -> None:
    with Lab(site, options("lab")) as lab:
        lab.service("rpcbind").kill()
        select.select([lab.service("rpcbind").ended_fd], [], [], 5.0)
        with pytest.raises(ServiceError, match="rpcbind"):
            lab.verify_alive()
