"""A lab's NFS server serves what /etc/exports says to a real client, whichever server it is."""

import os
import select
import signal
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.errors import ServiceError, SiteError
from harness.host import tools
from harness.host.nfs_server import NfsServer
from harness.lab import Lab
from harness.services.nfs.base import Nfs
from harness.site import Site
from harness.witness.journal import NfsMounted
from tests.lab.census import Census
from tests.lab.nfs.files import EXPORTS, FILE, PART, MakeOptions

THREADS_TIMEOUT_S = 30.0
"""The kernel ends them in its own time, after the last process: a moment on an idle machine."""


@pytest.fixture(autouse=True)
def client() -> None:
    """Skip where no client is."""
    tools.require("nfs-cat")


def read(lab: Lab, version: int, path: str = FILE, address: str = "192.0.2.1") -> str:
    """Read a file over NFS, from the server's own address."""
    url = f"nfs://{address}/{path}?version={version}"
    return lab.namespace.run(["nfs-cat", url], check=False).output


@pytest.mark.parametrize("version", [3, 4])
def test_a_file_is_read(site: Site, options: MakeOptions, version: int) -> None:
    with Lab(site, options("lab")) as lab:
        assert read(lab, version) == "from this lab\n"
        assert read(lab, version, address="2001:db8::1") == "from this lab\n"
        # Of another file system than the one above: the payload's, the site's.
        assert read(lab, version, "srv/tftp/gparted/vmlinuz") == "kernel"
        assert "#!ipxe" in read(lab, version, "srv/tftp/script.ipxe")


def test_the_server_is_the_one_that_was_asked_for(
    site: Site, options: MakeOptions, server: NfsServer
) -> None:
    with Lab(site, options("lab")) as lab:
        assert lab.daemon(Nfs).server is server
        threads = lab.namespace.path("/proc/fs/nfsd/threads")
        assert threads.exists() == (server is NfsServer.KERNEL)


def test_labs_side_by_side_serve_their_own(site: Site, options: MakeOptions) -> None:
    other = site.with_file(FILE, "from the other\n")
    with Lab(site, options("one")) as one, Lab(other, options("two")) as two:
        assert (read(one, 3), read(two, 3)) == ("from this lab\n", "from the other\n")
        assert (read(one, 4), read(two, 4)) == ("from this lab\n", "from the other\n")


def test_who_is_not_exported_to_is_refused(site: Site, options: MakeOptions) -> None:
    exports = "/srv/tftp 192.0.2.99(ro,insecure)\n"
    with Lab(site.with_file(EXPORTS, exports), options("lab")) as lab:
        assert "ACCES" in read(lab, 3)
        assert "Failed to mount" in read(lab, 4)


def test_a_part_alone_is_served(site: Site, options: MakeOptions) -> None:
    site = site.with_file(EXPORTS, "# see exports.d\n")
    with Lab(site.with_file(PART, "/srv/tftp *(ro,insecure)\n"), options("lab")) as lab:
        assert (read(lab, 3), read(lab, 4)) == ("from this lab\n", "from this lab\n")


def test_the_log_is_a_witness_of_each_mount(site: Site, options: MakeOptions) -> None:
    with Lab(site, options("lab")) as lab:
        read(lab, 3)
        lab.daemon(Nfs).export_instead("/srv/tftp 192.0.2.99(ro,insecure)\n")
        read(lab, 3)
        mounts = list(lab.evidence.read_logs().of(NfsMounted))
    assert {mount.client for mount in mounts} == {"192.0.2.1"}
    assert [mount.granted for mount in mounts] == [True, False]
    assert Path("/", FILE).is_relative_to(mounts[0].path)


def test_a_file_on_a_read_only_export_is_not_written(site: Site, options: MakeOptions) -> None:
    exports = "/srv/tftp *(rw,insecure,no_root_squash)\n"
    with Lab(site.with_file(EXPORTS, exports), options("lab")) as lab:
        url = "nfs://192.0.2.1/srv/tftp/new?version=3"
        said = lab.namespace.run(["nfs-cp", "/etc/hostname", url], check=False)
        assert said.exit_code != 0
        assert "ROFS" in said.output


def test_it_is_read_again_from_a_server_that_was_started_anew(
    site: Site, options: MakeOptions
) -> None:
    with Lab(site, options("lab")) as lab:
        service = lab.service("nfs")
        assert read(lab, 4) == "from this lab\n"
        service.stop()
        assert "from this lab" not in read(lab, 3)
        service.start()
        service.wait_until_ready()
        assert read(lab, 3) == "from this lab\n"
        assert read(lab, 4) == "from this lab\n"


@pytest.mark.parametrize("option", ["subtree_check", "fsid=7,async,no_wdelay,crossmnt"])
def test_production_s_options_are_no_hindrance(
    site: Site, options: MakeOptions, option: str
) -> None:
    changed = site.with_file(EXPORTS, f"/srv/tftp *(ro,insecure,{option})\n")
    with Lab(changed, options("lab")) as lab:
        assert (read(lab, 3), read(lab, 4)) == ("from this lab\n", "from this lab\n")


def test_a_line_that_it_cannot_do_stops_the_lab(site: Site, options: MakeOptions) -> None:
    changed = site.with_file(EXPORTS, "/srv/tftp *(ro,frozen)\n")
    with (
        pytest.raises((SiteError, ServiceError), match="frozen"),
        Lab(changed, options("lab")),
    ):
        pass


def test_a_directory_that_is_not_there_stops_the_lab(site: Site, options: MakeOptions) -> None:
    changed = site.with_file(EXPORTS, "/srv/nothing *(ro)\n")
    with pytest.raises(SiteError, match="there is no such directory"), Lab(changed, options("lab")):
        pass


@pytest.mark.parametrize("name", ["rpcbind", "nfs"])
def test_its_death_is_seen(site: Site, options: MakeOptions, name: str) -> None:
    with Lab(site, options("lab")) as lab:
        lab.service(name).kill()
        select.select([lab.service(name).ended_fd], [], [], 5.0)
        with pytest.raises(ServiceError, match=name):
            lab.verify_alive()
        assert "from this lab" not in read(lab, 3)


def test_nothing_of_it_outlives_the_lab(site: Site, options: MakeOptions, census: Census) -> None:
    with Lab(site, options("lab")) as lab:
        made = census.namespaces(lab.namespace.pid)
        assert read(lab, 4) == "from this lab\n"
        os.kill(lab.namespace.pid, signal.SIGKILL)
        assert census.wait_until_empty(made, 5.0) == []
        # Its threads live as long as its mounts, which the census keeps with the namespace.
        census.close()
        deadline = Deadline(THREADS_TIMEOUT_S, "the end of the kernel's threads")
        while nfsd_threads() and not deadline.expired:
            select.select((), (), (), 0.05)
        assert nfsd_threads() == []
    assert census.host() == census.before


def nfsd_threads() -> list[str]:
    """Give the threads of all of the kernel's servers, which are in no lab's namespace."""
    names = (path / "comm" for path in Path("/proc").iterdir() if path.name.isdecimal())
    return [str(name.parent) for name in names if _read(name) == "nfsd\n"]


def _read(path: Path) -> str:
    """Read a file of a process that may just have gone."""
    try:
        return path.read_text()
    except OSError:
        return ""
