"""The kernel's NFS server: what is run for it, in which order, and how refusals are told."""

from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import PrerequisiteError, ServiceError, SiteError
from harness.host import tools
from harness.host.nfs_server import KERNEL_TOOLS, NfsServer
from harness.process import Completed
from harness.services.nfs.base import Rpcbind
from harness.services.nfs.ganesha import GaneshaNfs
from harness.services.nfs.kernel import KernelNfs, Nfsdcld
from harness.services.nginx import Nginx
from harness.services.registry import site_services
from harness.site import Site
from tests.services.enclosure import FakeEnclosure

THREADS, GRACE_ENDED = "proc/fs/nfsd/threads", "proc/fs/nfsd/v4_end_grace"
CLD_READY = "echo 'nfsdcld: main: Starting event dispatch handler.'; exec sleep 60"


def finished(output: str = "", exit_code: int = 0) -> Completed:
    """Give what a command said."""
    return Completed(argv=("exportfs",), exit_code=exit_code, stdout="", stderr=output)


@pytest.fixture
def nfs(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> KernelNfs:
    """Give the service in a place with its directories; its programs do nothing."""
    for directory in ("proc/fs/nfsd", "run/harness", "var/lib/nfs", "srv/tftp"):
        enclosure.path(directory).mkdir(parents=True)
    enclosure.path(THREADS).write_text("8\n")
    enclosure.path(GRACE_ENDED).write_text("Y\n")
    enclosure.said = finished()
    monkeypatch.setattr(Nfsdcld, "command", lambda _: ["sh", "-c", CLD_READY])
    monkeypatch.setattr(KernelNfs, "command", lambda _: ["sleep", "60"])
    monkeypatch.setattr(KernelNfs, "listens", lambda *_: True)
    return KernelNfs(enclosure, site, log_dir, Pace())


def test_the_choice_decides_what_runs() -> None:
    names = ("nginx", "nfs")
    assert site_services(names, nfs=NfsServer.KERNEL) == (Rpcbind, Nginx, KernelNfs)
    assert site_services(names, nfs=NfsServer.GANESHA) == (Rpcbind, Nginx, GaneshaNfs)
    assert site_services(("nginx",), nfs=NfsServer.KERNEL) == (Nginx,)


def test_its_command_lines(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    mountd = KernelNfs(enclosure, site, log_dir, Pace())
    assert " ".join(mountd.command()) == "rpc.mountd -F -p 20048"
    memory = Nfsdcld(enclosure, site, log_dir, Pace())
    assert " ".join(memory.command()) == (
        "nfsdcld -F -d -p /run/rpc_pipefs -s /run/harness/nfs/clients"
    )


def test_it_exports_before_anybody_can_ask(nfs: KernelNfs, enclosure: FakeEnclosure) -> None:
    nfs.check()
    nfs.start()
    nfs.wait_until_ready()
    nfs.verify_alive()
    exporting, mountd, memory, threads = enclosure.commands
    assert exporting[:2] == ("unshare", "--mount")
    assert exporting[-1].endswith("exec exportfs -ra\n")
    assert (mountd[0], memory[0], threads) == ("sleep", "sh", ("rpc.nfsd",))
    assert "fsid=" in enclosure.path("run/harness/nfs/exports").read_text()


def test_stopping_ends_the_threads_first_and_both_programs(
    nfs: KernelNfs, enclosure: FakeEnclosure
) -> None:
    nfs.start()
    nfs.stop()
    nfs.stop()
    assert enclosure.commands[-1] == ("rpc.nfsd", "0")
    assert enclosure.commands.count(("rpc.nfsd", "0")) == 1
    assert not any(started.alive for started in enclosure.started)
    nfs.start()
    nfs.wait_until_ready()


def test_other_exports_need_no_new_start(nfs: KernelNfs, enclosure: FakeEnclosure) -> None:
    nfs.start()
    before = list(enclosure.started)
    nfs.export_instead("/srv/tftp 192.0.2.99(ro)\n")
    assert enclosure.started == before
    assert "192.0.2.99" in enclosure.path("run/harness/nfs/exports").read_text()
    with pytest.raises(SiteError, match="there is no such directory"):
        nfs.export_instead("/srv/none *(ro)\n")


def test_a_refusal_of_exportfs_is_told_in_its_words(
    nfs: KernelNfs, enclosure: FakeEnclosure
) -> None:
    enclosure.said = finished("exportfs: /srv/tftp does not support NFS export\n", exit_code=1)
    with pytest.raises(ServiceError, match="/srv/tftp does not support NFS export") as caught:
        nfs.start()
    assert "--nfs ganesha" in caught.value.cure
    assert "does not support" in nfs.log_path.read_text()
    assert enclosure.started == []


def test_it_is_not_ready_in_the_time_of_grace(nfs: KernelNfs, enclosure: FakeEnclosure) -> None:
    assert nfs.is_ready()
    enclosure.path(GRACE_ENDED).write_text("N\n")
    assert not nfs.is_ready()


def test_threads_that_are_gone_are_seen(nfs: KernelNfs, enclosure: FakeEnclosure) -> None:
    nfs.start()
    enclosure.path(THREADS).write_text("0\n")
    with pytest.raises(ServiceError, match="no threads in the kernel"):
        nfs.verify_alive()


def test_the_death_of_its_memory_is_seen(nfs: KernelNfs, enclosure: FakeEnclosure) -> None:
    nfs.start()
    memory = enclosure.started[-1]
    memory.close()
    with pytest.raises(ServiceError, match="nfsdcld"):
        nfs.verify_alive()


@pytest.mark.parametrize("name", KERNEL_TOOLS)
def test_each_of_its_tools_is_needed(
    nfs: KernelNfs, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "find", lambda each: None if each == name else Path("/"))
    with pytest.raises(PrerequisiteError, match=name):
        nfs.check()
