"""What of this host a lab sees, and that none of it can be written to."""

from pathlib import Path

import pytest

from harness.lab import host_files

MOUNTINFO = """\
25 1 254:0 / / rw,relatime - ext4 /dev/vda rw
26 25 0:21 / /proc rw,relatime - proc proc rw
27 26 0:21 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw
30 25 254:1 / /home rw,nosuid - ext4 /dev/vdb rw
31 25 254:2 / /boot ro,relatime - ext4 /dev/vdc rw
32 25 254:3 / /mnt/my\\040disk rw,relatime - ext4 /dev/vdd rw
33 25 254:0 /x /etc/resolv.conf rw,relatime - ext4 /dev/vda rw
34 25 254:4 / /var rw,relatime - ext4 /dev/vde rw
35 34 0:40 / /var/lib/docker/overlay2/1/merged rw - overlay overlay rw
"""


def test_mounts_that_could_be_written_to() -> None:
    kept = host_files.writable_mounts(MOUNTINFO, hidden=("etc", "var", "proc"), linked=())
    assert list(kept) == ["/home", "/mnt/my disk"]


def test_mounts_that_links_lead_to() -> None:
    kept = host_files.writable_mounts(MOUNTINFO, hidden=("etc", "var", "proc"), linked=("etc",))
    assert list(kept) == ["/home", "/mnt/my disk", "/run/harness/host/etc/resolv.conf"]


def test_directories_in_which_something_is_mounted() -> None:
    assert host_files.tops_with_mounts(MOUNTINFO) == {"proc", "mnt", "etc", "var"}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """Give a directory of the host."""
    host = tmp_path / "etc"
    (host / "nginx" / "conf.d").mkdir(parents=True)
    (host / "nginx" / "mime.types").touch()
    (host / "ssl").mkdir()
    (host / "resolv.conf").touch()
    (host / "mtab").symlink_to("../proc/self/mounts")
    return host


def test_links_stand_for_the_host(host: Path, tmp_path: Path) -> None:
    layer = tmp_path / "site" / "etc"
    (layer / "nginx" / "conf.d").mkdir(parents=True)
    (layer / "resolv.conf").touch()
    links = tmp_path / "links" / "etc"
    host_files.link(links, host, [layer])
    there = f"{host_files.HOST_DIR}{host}"
    assert {str(path.relative_to(links)): path.is_symlink() for path in links.rglob("*")} == {
        "nginx": False,
        "nginx/conf.d": False,
        "nginx/mime.types": True,
        "ssl": True,
        "resolv.conf": True,
        "mtab": True,
    }
    assert (links / "ssl").readlink() == Path(there, "ssl")
    assert (links / "nginx" / "mime.types").readlink() == Path(there, "nginx", "mime.types")
    assert (links / "mtab").readlink() == Path("../proc/self/mounts")


def test_an_account_has_another_name_too() -> None:
    """`nobody` and `nogroup` are on each Debian; a name that is there is nobody else's."""
    given = host_files.accounts({"nginx": ("nobody", "nogroup"), "root": ("nobody", "nogroup")})
    users = {line.split(":")[0]: line.split(":")[2] for line in given["etc/passwd"].splitlines()}
    groups = {line.split(":")[0]: line.split(":")[2] for line in given["etc/group"].splitlines()}
    assert users["nginx"] == users["nobody"] != users["root"] == "0"
    assert groups["nginx"] == groups["nogroup"]


@pytest.mark.parametrize(
    "text", ["root:x:0:0::/root:/bin/sh", "root:x:0:0::/root:/bin/sh\n", "libvirt-qemu:x:1:1::/:x"]
)
def test_an_account_is_added_once(text: str) -> None:
    given = host_files._with_account(text, "libvirt-qemu:x:64055:64055::/:/bin/false")
    lines = given.splitlines()
    assert given.endswith("\n")
    assert [line.partition(":")[0] for line in lines].count("libvirt-qemu") == 1
    assert lines[0] == text.strip()
