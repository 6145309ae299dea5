"""Whether a live system's root came from where it should: what three witnesses say.

The system itself reports its mounts and its image's checksum; the wire has the fetch or
the mount; the server's log has it too.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.judge.boot import Boot
from harness.judge.facts import ExpectedRoot
from harness.judge.where import bracketed
from harness.model import Family, Role, RootReport
from harness.plan.expected_path import address
from harness.plan.live_root import RootKind, RootSource
from harness.site.places import place
from harness.step import IP_NAME
from harness.witness.journal import HttpServed, NfsMounted
from harness.witness.taken_path import BOOT_AGENTS
from harness.witness.wire import HttpExchange, NfsMount, NfsUse

_MEMORY = frozenset({"tmpfs", "ramfs"})
_NFS = frozenset({"nfs", "nfs4"})
_TELLING = frozenset({"ACCES", "BADHANDLE", "IO", "PERM", "ROFS", "STALE"})
"""Errors that no good boot meets."""


def expected_root_steps(boot: Boot) -> Iterator[str]:
    """Say, as the next step of a path, where the root must come from."""
    if boot.root is not None:
        way = "HTTP" if boot.root.source.kind is RootKind.FETCHED else "NFS"
        yield f"root {boot.root.source.path} over {way}"


def nfs_refusals(boot: Boot) -> Iterator[str]:
    """Say what went wrong over NFS, of a boot that never came up."""
    for mount in boot.of(NfsMount):
        if mount.status != 0:
            yield _refused(boot, mount)
    for use in boot.of(NfsUse):
        for error in use.errors:
            if error in _TELLING:
                yield f"the NFS server {use.server} answered {error} (NFSv{use.version})"


def root_steps(boot: Boot) -> Iterator[str]:
    """Say, as the next step of a path, what was seen of the root on the wire."""
    if boot.root is None:
        return
    for exchange in _fetches(boot, boot.root.source):
        ending = "" if exchange.outcome.arrived else f" ({exchange.outcome.value})"
        yield f"root {exchange.path} over HTTP, {IP_NAME[exchange.family]}{ending}"
    for mount in boot.of(NfsMount):
        ending = "" if mount.status == 0 else f" (status {mount.status})"
        yield f"root {mount.path} over NFS, {IP_NAME[mount.family]}{ending}"


def root_faults(boot: Boot) -> Iterator[str]:
    """Say what is wrong with the root of a live system; nothing about other boots."""
    if boot.root is None:
        return
    report = None if boot.payload is None else boot.payload.root
    if report is not None:
        yield from _reported(boot, boot.root, report)
    elif boot.payload is not None:
        yield "what reports has no root of a live system: the small payload was booted"
    if boot.root.source.kind is RootKind.FETCHED:
        yield from _fetched(boot, boot.root.source)
    else:
        yield from _mounted(boot, boot.root.source)


def _reported(boot: Boot, expected: ExpectedRoot, report: RootReport) -> Iterator[str]:
    if report.root.type != "overlay":
        yield f"the root is not an overlay but {report.root.type} ({report.root.source})"
    if report.image_sha256 not in expected.sha256s:
        found = report.image_sha256 or "nothing"
        yield f"the root's image {report.image} has the checksum {found}, the server's has not"
    medium = report.medium
    if expected.source.kind is RootKind.FETCHED:
        if medium.type not in _MEMORY:
            yield f"the root's image lies on {medium.type} ({medium.source}), not in memory"
        return
    wanted = _nfs_sources(boot, expected.source)
    if medium.type not in _NFS:
        yield f"the root's image lies on {medium.type} ({medium.source}), not on NFS"
    elif medium.source not in wanted:
        yield f"the root is mounted from {medium.source}, not from {' or '.join(wanted)}"


def _nfs_sources(boot: Boot, source: RootSource) -> tuple[str, ...]:
    """Give how a kernel may name the directory: by an address of the server, or its name."""
    ipv4, ipv6 = (address(boot.site, family) for family in (Family.IPV4, Family.IPV6))
    hosts = dict.fromkeys((source.server, ipv4, f"[{ipv6}]" if ipv6 else ""))
    return tuple(f"{host}:{source.path}" for host in hosts if host)


def _fetches(boot: Boot, source: RootSource) -> list[HttpExchange]:
    return [
        exchange
        for exchange in boot.of(HttpExchange)
        if exchange.path == source.path and not exchange.user_agent.startswith(BOOT_AGENTS)
    ]


def _fetched(boot: Boot, source: RootSource) -> Iterator[str]:
    exchanges = _fetches(boot, source)
    good = [exchange for exchange in exchanges if exchange.outcome.arrived]
    if not exchanges:
        yield f"not on the wire: the booted system's fetch of {source.path}"
        return
    if not good:
        last = exchanges[-1]
        status = f" with {last.status}" if last.status is not None else ""
        yield f"the fetch of {source.path} is {last.outcome.value}{status} (frame {last.frame})"
        return
    exchange = good[-1]
    if exchange.asked != source.server:
        yield f"{source.path} was asked of {exchange.host!r}, the site says {source.server!r}"
    logged = [
        line
        for line in boot.journal.of(HttpServed)
        if line.path == source.path and line.client == exchange.client and line.status == 200
    ]
    if not any(line.bytes in (None, exchange.content_length) for line in logged):
        yield (
            f"the wire has GET {source.path} of {exchange.client} (frame {exchange.frame}), "
            f"{boot.server(Role.HTTP).log} has not"
        )


def _mounted(boot: Boot, source: RootSource) -> Iterator[str]:
    mounts = list(boot.of(NfsMount))
    right = [mount for mount in mounts if mount.path == source.path]
    granted = [mount for mount in right if mount.status == 0]
    for mount in mounts:
        if mount not in right:
            yield f"{mount.path} was mounted (frame {mount.frame}), the site says {source.path}"
    if not right:
        yield f"not on the wire: a mount of {source.path}"
        return
    if not granted:
        yield _refused(boot, right[-1])
        return
    mount = granted[-1]
    if mount.server not in boot.site.addresses:
        yield f"{mount.path} was mounted from {mount.server}, which is not the site's server"
    if not any(use.reads and use.client == mount.client for use in boot.of(NfsUse)):
        yield f"nothing was read over NFS from {mount.path}"
    if not any(
        line.path == mount.path and line.client == mount.client and line.granted
        for line in boot.journal.of(NfsMounted)
    ):
        yield (
            f"the wire has a mount of {mount.path} by {mount.client} (frame {mount.frame}), "
            f"{boot.server(Role.NFS).log} has not"
        )


def _refused(boot: Boot, mount: NfsMount) -> str:
    words = {13: "permission denied", 2: "no such directory", 20: "no directory"}
    if mount.status is None:
        return f"nothing answered the mount of {mount.path} (frame {mount.frame})"
    why = words.get(mount.status, f"status {mount.status}")
    exports = (each.files for each in boot.daemons.all if Role.NFS in each.roles)
    files = [file for each in exports for file in each]
    paths = (mount.path, *map(str, PurePosixPath(mount.path).parents))
    exact = (rf"^\"?{re.escape(path)}(?![^\s\"])" for path in paths)
    line = next(filter(None, (place(boot.site, files, (each,)) for each in exact)), None)
    refused = f"the NFS server refused {mount.path}: {why} (frame {mount.frame})"
    return f"{refused}{bracketed(str(line or ''))}"
