"""nfs-ganesha as a lab's NFS server: it serves in every lab, an ordinary user's too.

In production it is the kernel's server. Both read one source: what ganesha is told is
made from /etc/exports (`ganesha`).
"""

from collections.abc import Mapping
from pathlib import Path

from harness.assets.preload import handles_library
from harness.errors import PrerequisiteError
from harness.host.nfs_server import NfsServer
from harness.host.tools import server_tool
from harness.services.nfs.base import STATE_DIR, Nfs
from harness.services.nfs.exports import read_exports
from harness.services.nfs.ganesha_configuration import configuration

_PLUGIN = "libfsalvfs.so"


class GaneshaNfs(Nfs):
    """Serves from user space (packages nfs-ganesha, nfs-ganesha-vfs)."""

    tool = server_tool("ganesha.nfsd", package="nfs-ganesha")
    # Each mount is in its log. It is ready when its ports listen and rpcbind knows them.
    argv = (
        *("ganesha.nfsd", "-F", "-L", "STDERR"),
        *("-f", f"{STATE_DIR}/ganesha.conf", "-p", f"{STATE_DIR}/pid"),
    )
    ready = "NFS SERVER INITIALIZED"
    warning = None  # of Kerberos and a back end, which a lab has not; never of the exports
    server = NfsServer.GANESHA
    what = server.words

    def environment(self) -> Mapping[str, str]:
        """Say to its library below which directory files have handles."""
        return {"NFS_HANDLE_ROOT": read_exports(self.site)[0].path}

    def library(self) -> Path:
        """Let it open files without the kernel's handles."""
        return handles_library()

    def check(self) -> None:
        """Judge the site's exports: ganesha has no check of its own."""
        super().check()
        configuration(self.site, _plugin_dir())

    def start(self) -> None:
        """Start it with its configuration."""
        directory = self.enclosure.path(STATE_DIR)
        directory.mkdir(exist_ok=True)
        self.exports()
        (directory / "ganesha.conf").write_text(configuration(self.site, _plugin_dir()))
        super().start()

    def export_anew(self) -> None:
        """Start it anew: it does not take changed clients of an export while it runs."""
        self.stop()
        self.start()
        self.wait_until_ready()


def _plugin_dir() -> Path:
    """Find where Debian puts ganesha's plugins: a directory named after the machine's kind."""
    found = next(iter(sorted(Path("/usr/lib").glob(f"*/ganesha/{_PLUGIN}"))), None)
    if found is None:
        raise PrerequisiteError(
            f"nfs-ganesha has no {_PLUGIN}",
            cure="run tools/install (Debian package: nfs-ganesha-vfs)",
        )
    return found.parent
