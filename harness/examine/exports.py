"""Whether what scripts have booted systems mount is exported, and to them."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import PurePosixPath

from harness.examine.finding import Finding, warning
from harness.examine.hosts import Hosts, said_of
from harness.examine.named import scripts
from harness.model import Role
from harness.services.nfs.exports import EXPORTS, Export, exports_of
from harness.site import Site
from harness.site.said import Topic

_MOUNTED = re.compile(
    r"(?<![\w:/=.-])(?:[\w.-]+=)?(?P<host>\[[\da-f:]+\]|[\w.-]+):(?P<directory>/[^\s,\"']*)"
)
"""`nfsroot=192.0.2.1:/srv/tftp/grml`; what a URL has before its port is behind two slashes."""
_FEW = 3
"""So many exports are named."""
_RIGHTS = {"ro": "rw", "root_squash": "no_root_squash", "secure": "insecure"}
_Network = IPv4Network | IPv6Network


def findings(site: Site, hosts: Hosts) -> Iterator[Finding]:
    """Go through the directories that scripts name, then through the exports themselves."""
    exports = exports_of(site)
    has_server = site.daemon_facts.by_role(Role.NFS) is not None
    for path, text in scripts(site).items():
        for number, line in text.lines.items():
            for match in _MOUNTED.finditer(line):
                host, directory = match["host"].strip("[]"), match["directory"]
                if not hosts.is_own(host) or "${" in match[0] or _is_below(directory, exports):
                    continue
                told = " and ".join(f"{e.path} ({e.place})" for e in exports[:_FEW])
                only = f", but {told}" if told else ""
                what = f"'{match[0]}' mounts {directory}, and {EXPORTS} does not export it{only}"
                none = f"'{match[0]}' mounts {directory}, and the site has no NFS server"
                yield warning(f"{path}:{number}", what if has_server else none)
    if has_server:
        networks = [ip_network(each.text) for each in said_of(site) if each.topic is Topic.NETWORK]
        for export in exports:
            yield from _clients(export, networks)
            yield from _unlike(export)


def _is_below(directory: str, exports: tuple[Export, ...]) -> bool:
    asked = PurePosixPath(directory)
    return any(asked.is_relative_to(export.path) for export in exports)


def _clients(export: Export, networks: list[_Network]) -> Iterator[Finding]:
    """Say that machines of a network which is served may not mount an export."""
    place = export.place
    if len(export.clients) > 1 and any(client.who == "*" for client in export.clients):
        what = "options that stand alone are everybody's: no space belongs before the bracket"
        yield warning(place, what)
        return
    meant = [_network(client.who) for client in export.clients]
    if None in meant:  # a name or a pattern
        return
    for version in sorted({network.version for network in networks}):
        served = [network for network in networks if network.version == version]
        allowed = [each for each in meant if each is not None and each.version == version]
        if allowed and not any(a.overlaps(n) for a in allowed for n in served):
            given = ", ".join(map(str, dict.fromkeys(served)))
            yield warning(place, f"{export.path} is not exported to {given}, where machines boot")


def _unlike(export: Export) -> Iterator[Finding]:
    """Say that one network may do with an export what another, of the other family, may not."""
    of_version: dict[int, dict[str, str]] = {}
    for client in export.clients:
        network = _network(client.who)
        if network is not None and network.version not in of_version:
            of_version[network.version] = {"": client.who, **_rights(client.options)}
    four, six = of_version.get(4, {}), of_version.get(6, {})
    for right in _RIGHTS if four and six else ():
        if four[right] != six[right]:
            what = f"{export.path} is {four[right]} for {four['']} and {six[right]} for {six['']}"
            yield warning(export.place, what)


def _rights(options: Sequence[str]) -> dict[str, str]:
    """Give what the options come to; the last one of a kind counts, the first is the usual."""
    return {
        usual: next((each for each in reversed(options) if each in (usual, other)), usual)
        for usual, other in _RIGHTS.items()
    }


def _network(who: str) -> _Network | None:
    try:
        return ip_network(who, strict=False)
    except ValueError:
        return None
