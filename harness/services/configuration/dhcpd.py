"""What a dhcpd.conf says: networks, servers, boot files, hosts, each with its line."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from harness.services.configuration.blocks import Statement, read, walk
from harness.site.files import Files, normal
from harness.site.said import Said, Topic

_OPTIONS = {
    "routers": Topic.ROUTER,
    "domain-name-servers": Topic.DNS_SERVER,
    "dhcp6.name-servers": Topic.DNS_SERVER,
    "tftp-server-name": Topic.BOOT_SERVER,
    "bootfile-name": Topic.BOOT_FILE,
}
_STATEMENTS = {
    "interface": Topic.INTERFACE,
    "local-address": Topic.ADDRESS,
    "local-address6": Topic.ADDRESS,
    "next-server": Topic.BOOT_SERVER,
    "filename": Topic.BOOT_FILE,
    "secret": Topic.SECRET,
    "fixed-address": Topic.ASKS,
    "fixed-address6": Topic.ASKS,
}
_BOOTFILE_URL = "bootfile-url"
"""How a site calls option 59 of DHCPv6, behind whatever space it puts it in."""


def statements(files: Files, path: str) -> Iterator[Statement]:
    """Give the statements of a dhcpd.conf and of what it includes."""
    return walk(read(files, path, _included))


def says(files: Files, path: str) -> Iterator[Said]:
    """Give what the file says of the server and its network."""
    for statement in statements(files, path):
        for topic, text in _said(statement):
            yield Said(topic=topic, text=text, path=statement.path, line=statement.line)


def leases(files: Files, path: str) -> bool:
    """Whether it has a network to lease in: without one dhcpd does not serve."""
    return any(each.name in ("subnet", "subnet6") for each in statements(files, path))


def _included(statement: Statement) -> tuple[str, ...]:
    is_one = statement.name == "include" and len(statement.words) == 2
    return (normal(statement.words[1]),) if is_one else ()


def _said(statement: Statement) -> Iterator[tuple[Topic, str]]:
    match statement.words:
        case ("subnet", address, "netmask", mask):
            yield from _network(f"{address}/{mask}")
        case ("subnet6", prefix):
            yield from _network(prefix)
        case ("option", option, *values) if values and values[0] not in ("code", "="):
            topic = Topic.BOOT_FILE if option.endswith(_BOOTFILE_URL) else _OPTIONS.get(option)
            if topic is not None:
                yield from ((topic, value) for value in values)
        case (name, *values) if values and values[0] != "=" and name in _STATEMENTS:
            yield from ((_STATEMENTS[name], value) for value in values)


def _network(text: str) -> Iterator[tuple[Topic, str]]:
    kind = IPv6Network if ":" in text else IPv4Network
    try:
        yield Topic.NETWORK, str(kind(text, strict=False))
    except ValueError:  # dhcpd says what is wrong with it
        return
