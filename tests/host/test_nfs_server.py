"""The NFS server of labs is chosen by what this host can do, and an order is kept or refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError, UsageError
from harness.host import nfs_server, tools
from harness.host.finding import State
from harness.host.nfs_server import AUTO, Lack, NfsServer, choose, describe, known_lacks

LACK = Lack(what="this kernel has no nfsd loaded", cure="sudo modprobe nfsd")
LINUX = "6.1.0-56-amd64"


@pytest.fixture
def filesystems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a host that has everything: the kernel's word, and the tools."""
    monkeypatch.setattr(tools, "find", lambda name: Path("/usr/sbin", name))
    path = tmp_path / "filesystems"
    path.write_text("nodev\tnfsd\n\text4\n")
    return path


def able(monkeypatch: pytest.MonkeyPatch, *lacks: Lack, probed: tuple[Lack, ...] = ()) -> None:
    """Let the host lack this alone."""
    monkeypatch.setattr(nfs_server, "known_lacks", lambda: iter(lacks))
    monkeypatch.setattr(nfs_server, "_probe_lacks", lambda _places: probed)


@pytest.mark.parametrize("requested", [AUTO, "kernel"])
def test_where_the_kernel_can_it_does(requested: str, monkeypatch: pytest.MonkeyPatch) -> None:
    able(monkeypatch)
    assert choose(requested).server is NfsServer.KERNEL


def test_where_it_cannot_ganesha_does_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    able(monkeypatch, LACK)
    assert str(choose(AUTO)) == "nfs-ganesha (the kernel's cannot: this kernel has no nfsd loaded)"


def test_ganesha_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    able(monkeypatch)
    assert str(choose("ganesha")) == "nfs-ganesha (asked for)"


def test_an_order_that_cannot_be_kept_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    able(monkeypatch, LACK)
    with pytest.raises(PrerequisiteError, match="asked for, and cannot serve here: this") as caught:
        choose("kernel")
    assert caught.value.cure == "sudo modprobe nfsd"
    assert "cannot serve here" in describe("kernel")


def test_what_only_trying_shows_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    able(monkeypatch, probed=(Lack(what="an overlay cannot be exported", cure="leave it"),))
    assert choose(AUTO).server is NfsServer.GANESHA
    with pytest.raises(PrerequisiteError, match="an overlay cannot be exported"):
        choose("kernel")


def test_nothing_is_tried_where_something_is_known_to_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def probe(_places: frozenset[Path]) -> tuple[Lack, ...]:
        raise AssertionError("mounting nfsd would load it")

    able(monkeypatch, LACK)
    monkeypatch.setattr(nfs_server, "_probe_lacks", probe)
    assert choose(AUTO).server is NfsServer.GANESHA
    assert "modprobe" in nfs_server.check().detail


def test_there_is_no_third(monkeypatch: pytest.MonkeyPatch) -> None:
    able(monkeypatch)
    with pytest.raises(UsageError, match="unfs3"):
        choose("unfs3")


def test_a_host_that_has_everything_lacks_nothing(filesystems: Path) -> None:
    assert list(known_lacks(filesystems, as_root=True, release=LINUX)) == []
    assert list(known_lacks(filesystems, as_root=True, release="5.13.0")) == []


def cures(lacks: Iterator[Lack]) -> list[str]:
    """Give the cures alone."""
    return [lack.cure for lack in lacks]


def test_each_thing_that_is_missing_has_its_cure(
    filesystems: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cures(known_lacks(filesystems, as_root=False, release=LINUX)) == [
        "run as root (sudo make scenarios)"
    ]
    assert cures(known_lacks(filesystems, as_root=True, release="5.10.0-30-amd64")) == [
        "Linux 5.13 or newer"
    ]
    monkeypatch.setattr(tools, "find", lambda name: None if name == "exportfs" else Path("/"))
    (tool,) = known_lacks(filesystems, as_root=True, release=LINUX)
    assert tool.what == "not installed: exportfs"
    assert "nfs-kernel-server" in tool.cure


def test_a_module_that_is_here_is_to_be_loaded(filesystems: Path, tmp_path: Path) -> None:
    filesystems.write_text("nodev\tnfs\n\text4\n")
    (tmp_path / LINUX).mkdir()
    modules = tmp_path / LINUX / "modules.dep"

    def lack() -> Lack:
        found = known_lacks(filesystems, as_root=True, release=LINUX, modules_dir=tmp_path)
        return next(found)

    assert lack().what.endswith("and no module of it is here")
    assert "such as Debian's" in lack().cure
    modules.write_text("kernel/fs/nfs/nfs.ko.xz:\n")
    assert "such as Debian's" in lack().cure
    modules.write_text("kernel/fs/nfsd/nfsd.ko.xz: kernel/fs/lockd/lockd.ko.xz\n")
    assert lack().cure == "sudo modprobe nfsd"


def test_the_doctor_says_which_it_is_and_what_the_other_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    able(monkeypatch, LACK, Lack(what="it is root's alone", cure="run as root"))
    check = nfs_server.check()
    assert check.state is State.OK
    assert check.detail.startswith("labs have nfs-ganesha (the kernel's cannot: ")
    assert check.detail.endswith("to have it: sudo modprobe nfsd, then run as root")
    able(monkeypatch)
    assert nfs_server.check().detail.startswith("labs have the kernel's (Linux ")
