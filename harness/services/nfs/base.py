"""The boot server's NFS: what its servers share, whichever serves, and their port mapper.

Both read one source, the exports of the site. NFSv3 clients find a server through
rpcbind, which runs wherever one does.
"""

from collections.abc import Iterator
from typing import ClassVar

from harness.host.nfs_server import NfsServer
from harness.host.tools import server_tool
from harness.model import Role
from harness.services.base import Service
from harness.services.nfs.exports import EXPORTS, PARTS, Export, exports_of, read_exports, refused
from harness.services.site_daemon import SiteDaemon
from harness.site.files import Files
from harness.site.said import Said, Topic

PORT = 2049
MOUNT_PORT = 20048
"""IANA's port of the mount protocol."""
STATE_DIR = "/run/harness/nfs"
_RPCBIND_PORT = 111


class Rpcbind(Service):
    """Tells NFSv3 clients on which port what listens (package rpcbind)."""

    name = "rpcbind"
    tool = server_tool("rpcbind")
    sign = f"its socket and UDP port {_RPCBIND_PORT}"
    early = True
    argv = ("rpcbind", "-f")

    def is_ready(self) -> bool:
        """Its port is bound, and its local socket is there: servers register by that."""
        local = self.enclosure.path("/run/rpcbind.sock").exists()
        return local and self.listens("udp", _RPCBIND_PORT)


class Nfs(SiteDaemon):
    """Serves the roots of live systems; which program does is its subclasses' to say."""

    name = "nfs"
    roles = (Role.NFS,)
    log = "nfs.log"
    needs = (Rpcbind,)
    writes = ("/var/lib/nfs",)
    configured_by = EXPORTS
    parts = (PARTS,)
    hides = (EXPORTS, PARTS, "etc/nfs.conf", "etc/nfs.conf.d")
    units = ("nfs-server.service", "nfs-kernel-server.service", "nfs-ganesha.service")
    copied = (EXPORTS, PARTS)
    server: ClassVar[NfsServer]

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Look for an export."""
        return next((each.place for each in exports_of(files)), "")

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give the directories that it exports."""
        for each in exports_of(files):
            yield Said(topic=Topic.EXPORT, text=each.path, path=each.file, line=each.line)

    def export_instead(self, exports: str) -> None:
        """Serve by another text of /etc/exports from now on, as after an operator's edit.

        Clients keep their mounts: what is not exported any more is stale to them.
        """
        self.site = self.site.with_file(EXPORTS, exports)
        self.check()
        self.export_anew()

    def export_anew(self) -> None:
        """Make the running server take over what the site's exports say."""
        raise NotImplementedError

    def exports(self) -> tuple[Export, ...]:
        """Give the site's exports.

        Raises:
            SiteError: a line is not an export, or its directory is not there.
        """
        exports = read_exports(self.site)
        for export in exports:
            if not self.enclosure.path(export.path).is_dir():
                what = f"{export.path} is exported, and there is no such directory"
                raise refused(self.site, export, what, "make it, or mend the line")
        return exports
