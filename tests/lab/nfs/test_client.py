"""Linux's own client mounts a lab's NFS server, as a live system does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError
from harness.host import tools
from harness.lab import Lab
from harness.services.nfs.base import Nfs
from harness.site import Site
from tests.lab.nfs.files import EXPORTS, FILE, MakeOptions

IPV4, IPV6 = "192.0.2.1", "[2001:db8::1]"
DIRECTORY = "/srv/tftp"


@pytest.fixture(autouse=True)
def client() -> None:
    """Skip where the kernel is not a client."""
    tools.require("mount.nfs")
    filesystems = Path("/proc/filesystems").read_text().split()
    if not {"nfs", "nfs4"} <= set(filesystems):
        raise PrerequisiteError(
            "this kernel has no NFS client loaded", cure="sudo modprobe nfsv3 nfsv4"
        )


@contextmanager
def mounted(lab: Lab, address: str, version: str, mode: str = "ro") -> Iterator[Path]:
    """Mount the server's directory in the lab itself; give the place as the lab names it."""
    place = Path("/tmp/mounted")
    options = f"{mode},vers={version},nolock,soft,timeo=50,retrans=2"
    source = f"{address}:{DIRECTORY}"
    lab.namespace.run(["mkdir", "-p", str(place)])
    lab.namespace.run(["mount", "-t", "nfs", "-o", options, source, str(place)])
    try:
        yield place
    finally:
        lab.namespace.run(["umount", str(place)])


def said(lab: Lab, *words: str) -> str:
    """Run a command in the lab; give what it said."""
    return lab.namespace.run(words, check=False).output


@pytest.mark.parametrize("address", [IPV4, IPV6], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("version", ["3", "4.2"])
def test_it_is_mounted_listed_and_read(
    site: Site, options: MakeOptions, version: str, address: str
) -> None:
    inside = Path(FILE).relative_to(DIRECTORY.lstrip("/"))
    with Lab(site, options("lab")) as lab, mounted(lab, address, version) as place:
        assert f"vers={version}" in said(lab, "findmnt", "-no", "OPTIONS", str(place))
        assert said(lab, "cat", str(place / inside)) == "from this lab\n"
        listed = set(said(lab, "ls", str(place)).split())
        assert {"gparted", "script.ipxe", "grub.cfg"} <= listed
        assert said(lab, "find", str(place), "-name", inside.name) == f"{place / inside}\n"


@pytest.mark.parametrize("version", ["3", "4.2"])
def test_a_write_is_refused_by_a_lab_s_files(
    site: Site, options: MakeOptions, version: str
) -> None:
    changed = site.with_file(EXPORTS, f"{DIRECTORY} *(rw,insecure,no_root_squash)\n")
    with Lab(changed, options("lab")) as lab, mounted(lab, IPV4, version, "rw") as place:
        assert "Read-only file system" in said(lab, "touch", str(place / "new"))


@pytest.mark.parametrize("version", ["3", "4.2"])
def test_what_is_not_exported_any_more_is_stale(
    site: Site, options: MakeOptions, version: str
) -> None:
    with Lab(site, options("lab")) as lab, mounted(lab, IPV4, version) as place:
        lab.daemon(Nfs).export_instead(f"{DIRECTORY}/gparted *(ro,insecure)\n")
        assert "Stale file handle" in said(lab, "ls", str(place / "gparted"))
