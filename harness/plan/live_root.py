"""Where a live system's root comes from, as its entry's command line says."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from harness.site.menu import Entry
from harness.site.model import Site

_MEDIA_PATH = "live"
"""Where live-boot looks for images unless `live-media-path=` says otherwise."""
_IMAGE = "filesystem.squashfs"
NFSBOOT_IMAGE = "sysrcd.dat"
"""What SystemRescueCd's initramfs looks for in the directory of `nfsboot=`."""


class RootKind(Enum):
    """How a root is had."""

    FETCHED = "fetched over HTTP"
    MOUNTED = "mounted over NFS"


@dataclass(frozen=True, kw_only=True)
class RootSource:
    """The place of a root, in the words of the command line."""

    kind: RootKind
    server: str
    """The server as it is named there: a name or an address."""
    path: str
    """What is asked of it: the file of an URL, the directory of an export."""
    image: str
    """The image's path in the site."""
    word: str
    """The word of the command line that says so."""

    @property
    def is_nfsboot(self) -> bool:
        """Whether SystemRescueCd's initramfs is to find it."""
        return self.word.startswith("nfsboot=")


def root_source(site: Site, entry: Entry) -> RootSource | None:
    """Say where the entry's root comes from; None when its initramfs is all there is."""
    words = dict(word.partition("=")[::2] for word in entry.cmdline)
    if "fetch" in words:
        url = urlsplit(words["fetch"])
        return RootSource(
            kind=RootKind.FETCHED,
            server=url.hostname or "",
            path=url.path,
            image=site.data_path(url.path),
            word=f"fetch={words['fetch']}",
        )
    for name in ("nfsroot", "nfsboot"):
        if ":" in words.get(name, ""):
            return _mounted(name, words)
    return None


def _mounted(name: str, words: dict[str, str]) -> RootSource:
    server, _, path = words[name].partition(":")
    directory = path.partition(",")[0]
    media = words.get("live-media-path", _MEDIA_PATH).strip("/")
    inside = NFSBOOT_IMAGE if name == "nfsboot" else f"{media}/{_IMAGE}"
    return RootSource(
        kind=RootKind.MOUNTED,
        server=server,
        path=directory,
        image=str(PurePosixPath(directory.lstrip("/")) / inside),
        word=f"{name}={words[name]}",
    )
