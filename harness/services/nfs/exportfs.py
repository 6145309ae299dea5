"""What exportfs is told: the site's /etc/exports as it is, with what a lab's files need.

A lab's files lie on overlays. An overlay has no number of its own that lasts, so each
export is given one (`fsid=`), unless the site gives it; and it cannot tell a file's
directory from its handle, so `subtree_check` would make everything stale (Linux,
ovl_encode_fh). That check is the server's own precaution: no client sees a difference.
"""

import re
from zlib import crc32

from harness.services.nfs.exports import EXPORTS, read_exports, with_defaults
from harness.site import Site

_SUBTREE_CHECK = re.compile(r"(?<![a-z_])subtree_check\b")
_HIGHEST = 0x7FFFFFFF


def for_exportfs(site: Site) -> str:
    """Write the exports for exportfs.

    Raises:
        SiteError: the file is not there, or a line is not an export.
    """
    read_exports(site)
    text = with_defaults(
        site.read(EXPORTS), lambda path: ("no_subtree_check", f"fsid={number(path)}")
    )
    return _SUBTREE_CHECK.sub("no_subtree_check", text)


def number(path: str) -> int:
    """Give an export's number, which is in all handles: it depends on the path alone.

    So a handle of a directory that is not exported any more is stale, and no other's.
    """
    return crc32(path.encode()) % _HIGHEST + 1
