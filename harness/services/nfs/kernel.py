"""The kernel's own server as a lab's NFS server (package nfs-kernel-server).

The server is the kernel's, one for each network namespace; what runs as programs is
rpc.mountd, which answers clients and the kernel by exportfs's table, and nfsdcld. All
of it is told by the exports as exportfs(8) reads them. Its threads are no processes of
the lab: they end with the lab's last mount of the file system `nfsd`.

A lab's files lie on overlays. An overlay has no number of its own that lasts, so each
export is given one (`fsid=`), unless the site gives it; and it cannot tell a file's
directory from its handle, so `subtree_check` would make everything stale (Linux,
ovl_encode_fh). That check is the server's own precaution: no client sees a difference.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.deadline import Pace
from harness.errors import ServiceError
from harness.host import tools
from harness.host.nfs_server import KERNEL_TOOLS, NfsServer
from harness.host.tools import TOOLS
from harness.services.base import Enclosure, Service
from harness.services.nfs.base import MOUNT_PORT, PORT, STATE_DIR, Nfs
from harness.services.nfs.exports import EXPORTS, PARTS, number, read_exports, with_defaults
from harness.site import Site

PIPEFS = "/run/rpc_pipefs"
"""Where Debian has the file system by which the kernel asks nfsdcld."""
_EXPORTS = f"{STATE_DIR}/exports"
_RECOVERY_DIR = f"{STATE_DIR}/clients"
_THREADS = "/proc/fs/nfsd/threads"
_GRACE_ENDED = "/proc/fs/nfsd/v4_end_grace"
_TABLES = ("/var/lib/nfs/etab", "/var/lib/nfs/rmtab")
_SUBTREE_CHECK = re.compile(r"(?<![a-z_])subtree_check\b")
_EXPORTFS = f"""
[ -e /{EXPORTS} ] || : > /{EXPORTS}
mount --bind {_EXPORTS} /{EXPORTS}
[ ! -d /{PARTS} ] || mount -t tmpfs none /{PARTS}
exec exportfs -ra
"""
"""exportfs reads one file, all exports with what a lab needs in it: in a mount namespace of its
own, so that whoever enters the lab sees the site's."""


class Nfsdcld(Service):
    """Remembers NFSv4's clients for the kernel (package nfs-kernel-server).

    It has nobody to remember when the server starts, so there is no time of grace; without
    it the kernel would refuse to open files for ten seconds at least.
    """

    name = "nfsdcld"
    tool = TOOLS["nfsdcld"]
    # With a memory of its own; without -d it says nothing.
    argv = ("nfsdcld", "-F", "-d", "-p", PIPEFS, "-s", _RECOVERY_DIR)
    # It waits for the kernel to open its pipe; the kernel waits a second for it.
    ready = "Starting event dispatch handler"

    def start(self) -> None:
        """Start it without memories."""
        directory = self.enclosure.path(_RECOVERY_DIR)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        super().start()


class KernelNfs(Nfs):
    """Serves from the kernel; its process is rpc.mountd, whose log has each mount."""

    tool = TOOLS["rpc.mountd"]
    sign = f"TCP ports {PORT} and {MOUNT_PORT}, and no time of grace"
    server = NfsServer.KERNEL
    what = server.words
    argv = ("rpc.mountd", "-F", "-p", str(MOUNT_PORT))

    def __init__(self, enclosure: Enclosure, site: Site, log_dir: Path, pace: Pace) -> None:
        """Keep nfsdcld beside it: it starts and ends with the server."""
        super().__init__(enclosure, site, log_dir, pace)
        self._memory = Nfsdcld(enclosure, site, log_dir, pace)

    def check(self) -> None:
        """Judge the site's exports as far as that goes without exporting."""
        super().check()
        tools.require(*KERNEL_TOOLS)
        for_exportfs(self.site)

    def start(self) -> None:
        """Export, then start rpc.mountd, nfsdcld and the kernel's threads."""
        self.enclosure.path(STATE_DIR).mkdir(exist_ok=True)
        for table in _TABLES:
            self.enclosure.path(table).touch()
        self.export_anew()
        super().start()
        self._memory.start()
        self._memory.wait_until_ready()
        self._do(["rpc.nfsd"], "has no threads", "see what the kernel says: `dmesg`")

    def export_anew(self) -> None:
        """Let exportfs read the exports, and the kernel forget what it was told before."""
        self.exports()
        self.enclosure.path(_EXPORTS).write_text(for_exportfs(self.site))
        script = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", _EXPORTFS]
        self._do(script, "cannot export", "mend the site's file, or use --nfs ganesha")

    def is_ready(self) -> bool:
        """Both its ports listen, and files may be opened."""
        listens = all(self.listens("tcp", port) for port in (PORT, MOUNT_PORT))
        return listens and self._read(_GRACE_ENDED) == "Y"

    def stop(self) -> None:
        """End the threads, then the programs."""
        self._end_threads()
        self._memory.stop()
        super().stop()

    def kill(self) -> None:
        """End it behind the lab's back, the kernel's threads too."""
        self._end_threads()
        super().kill()

    def forget(self) -> None:
        """Give up the handles of both programs."""
        super().forget()
        self._memory.forget()

    def verify_alive(self, verb: str = "died") -> None:
        """Raise a ServiceError if one of its programs, or the kernel's threads, have ended."""
        super().verify_alive(verb)
        self._memory.verify_alive(verb)
        if self.running and self._read(_THREADS) == "0":
            raise ServiceError(
                self.name, "has no threads in the kernel any more", log_path=self.log_path
            )

    def _end_threads(self) -> None:
        """Let the kernel end its threads, and close the ports with them."""
        if self._process is not None:
            self.enclosure.run(["rpc.nfsd", "0"], check=False)

    def _read(self, path: str) -> str:
        """Read one of the kernel's own files; nothing where the lab has just gone."""
        try:
            return self.enclosure.path(path).read_text().strip()
        except OSError:
            return ""

    def _do(self, argv: Sequence[str], refusal: str, cure: str) -> None:
        """Run a command that must succeed; what it says is in the log."""
        done = self.enclosure.run(argv, check=False)
        with self.log_path.open("a") as log:
            log.write(done.output)
        self._accepted(done, refusal, cure)


def for_exportfs(site: Site) -> str:
    """Write the site's exports for exportfs, with what a lab's files need."""
    read_exports(site)
    text = with_defaults(site, lambda path: ("no_subtree_check", f"fsid={number(path)}"))
    return _SUBTREE_CHECK.sub("no_subtree_check", text)
