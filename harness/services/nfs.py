"""The boot server's NFS: nfs-ganesha on the site's /etc/exports, and its port mapper.

In production it is the kernel's server. Both read one source: what ganesha is told is
made from /etc/exports (`ganesha`). NFSv3 clients find it through rpcbind, which runs
wherever it does.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.assets.handles import handles_library
from harness.errors import PrerequisiteError
from harness.services.base import Service
from harness.services.ganesha import MOUNT_PORT, configuration
from harness.site.exports import EXPORTS, read_exports, refused

_PORT = 2049
_RPCBIND_PORT = 111
_DIR = "/run/harness/nfs"
_LIBRARY = f"{_DIR}/handles.so"
_PLUGIN = "libfsalvfs.so"


class Rpcbind(Service):
    """Tells NFSv3 clients on which port what listens (package rpcbind)."""

    name = "rpcbind"
    tool = "rpcbind"
    sign = f"its socket and UDP port {_RPCBIND_PORT}"
    early = True

    def command(self) -> Sequence[str]:
        """Run in the foreground."""
        return ["rpcbind", "-f"]

    def is_ready(self) -> bool:
        """Its port is bound, and its local socket is there: servers register by that."""
        local = self.enclosure.path("/run/rpcbind.sock").exists()
        return local and self.listens("udp", _RPCBIND_PORT)


class Nfs(Service):
    """Serves the roots of live systems (packages nfs-ganesha, nfs-ganesha-vfs)."""

    name = "nfs"
    tool = "ganesha.nfsd"
    sign = f"TCP ports {_PORT} and {MOUNT_PORT}"

    def command(self) -> Sequence[str]:
        """Run in the foreground, logging to its standard error: each mount is in its log."""
        return [
            *("ganesha.nfsd", "-F", "-L", "STDERR"),
            *("-f", f"{_DIR}/ganesha.conf", "-p", f"{_DIR}/pid"),
        ]

    def environment(self) -> Mapping[str, str]:
        """Let it open files without the kernel's handles (see `assets.handles`)."""
        roots = read_exports(self.site)
        return {"LD_PRELOAD": _LIBRARY, "NFS_HANDLE_ROOT": roots[0].path}

    def check(self) -> None:
        """Judge the site's exports: ganesha has no check of its own.

        Raises:
            SiteError: a line cannot be done; names the file and the line.
        """
        super().check()
        self._configuration()

    def start(self) -> None:
        """Start it with its configuration and what it opens files by."""
        directory = self.enclosure.path(_DIR)
        directory.mkdir(exist_ok=True)
        for export in read_exports(self.site):
            if not self.enclosure.path(export.path).is_dir():
                what = f"{export.path} is exported, and there is no such directory"
                raise refused(self.site, export.line, what, "make it, or mend the line")
        (directory / "ganesha.conf").write_text(self._configuration())
        shutil.copyfile(handles_library(), directory / Path(_LIBRARY).name)
        super().start()

    def export_instead(self, exports: str) -> None:
        """Start it anew on another text of /etc/exports, as an operator would who edits it.

        Clients keep their mounts: what is not exported any more is stale to them.
        """
        self.stop()
        self.site = self.site.with_file(EXPORTS, exports)
        self.check()
        self.start()
        self.wait_until_ready()

    def is_ready(self) -> bool:
        """Both its ports listen."""
        return self.listens("tcp", _PORT) and self.listens("tcp", MOUNT_PORT)

    def _configuration(self) -> str:
        """Write ganesha's configuration."""
        return configuration(
            self.site,
            read_exports(self.site),
            plugin_dir=str(_plugin_dir()),
            state_dir=_DIR,
        )


def _plugin_dir() -> Path:
    """Find where Debian puts ganesha's plugins: a directory named after the machine's kind."""
    found = next(iter(sorted(Path("/usr/lib").glob(f"*/ganesha/{_PLUGIN}"))), None)
    if found is None:
        raise PrerequisiteError(
            f"nfs-ganesha has no {_PLUGIN}",
            cure="run tools/install (Debian package: nfs-ganesha-vfs)",
        )
    return found.parent
