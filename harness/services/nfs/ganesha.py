"""nfs-ganesha as a lab's NFS server: it serves in every lab, an ordinary user's too.

In production it is the kernel's server. Both read one source: what ganesha is told is
made from /etc/exports (`ganesha`).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from harness.assets.preload import handles_library
from harness.errors import PrerequisiteError
from harness.host.nfs_server import NfsServer
from harness.host.tools import server_tool
from harness.services.log import Logs, local_time
from harness.services.nfs.base import STATE_DIR, Nfs
from harness.services.nfs.exports import read_exports
from harness.services.nfs.ganesha_configuration import configuration
from harness.witness.journal import LogEvent, NfsMounted, plain_address

_PLUGIN = "libfsalvfs.so"
_LINE = re.compile(
    r"(?P<time>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d) : epoch \w+ : \S+ : \S+\[(?P<thread>[^]]+)\] "
    r"mnt_Mnt :NFS3 :\w+ :(?P<text>.*)"
)
_CALL = re.compile(r"REQUEST PROCESSING: Calling MNT_MNT path=(?P<path>.*)")
_GRANTED = re.compile(r"MOUNT: Entry supports .* for client (?P<client>\S+)")
_REFUSED = re.compile(r"MOUNT: Export entry .* client (?P<client>\S+)")


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
    logs: ClassVar[Logs] = {Nfs.log: lambda: GaneshaParser()}

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


class GaneshaParser:
    """Reads its log: who mounted what over NFSv3.

    A mount is two lines of one thread: the call with its path, then either the granted
    handle with the client, or the next call of that thread.
    """

    def __init__(self) -> None:
        """Begin without a call."""
        self._paths: dict[str, str] = {}

    def __call__(self, line: str, _year: int) -> LogEvent | None:
        """Read a line."""
        found = _LINE.match(line)
        if found is None:
            return None
        call = _CALL.match(found["text"])
        if call is not None:
            self._paths[found["thread"]] = call["path"].strip()
            return None
        granted, refused = _GRANTED.match(found["text"]), _REFUSED.match(found["text"])
        said = granted or refused
        path = self._paths.pop(found["thread"], None) if said else None
        if said is None or path is None:
            return None
        return NfsMounted(
            daemon=GaneshaNfs.name,
            line=line,
            time_s=local_time(found["time"], "%d/%m/%Y %H:%M:%S"),
            client=plain_address(said["client"]),
            path=path,
            granted=granted is not None,
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
