"""The addresses that a server gives its interfaces, as its own files set them.

Owns the places where distributions have them: ifupdown, netplan, systemd-networkd, NetworkManager,
and Red Hat's and SUSE's `ifcfg-*`.
"""

import configparser
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from harness.errors import SiteError
from harness.site.files import Files, text_of

_LENGTHS = ("PREFIX", "PREFIXLEN", "NETMASK")
Address = IPv4Interface | IPv6Interface
_IFUPDOWN = "etc/network/interfaces"
_NETPLAN = "etc/netplan"
_NETWORKD = "etc/systemd/network"
_NETWORK_MANAGER = "etc/NetworkManager/system-connections"
_IFCFG = ("etc/sysconfig/network-scripts", "etc/sysconfig/network")


@dataclass(frozen=True, kw_only=True)
class HostAddress:
    """An address with its prefix length that a file gives to an interface."""

    interface: str
    address: Address
    path: str
    line: int | None

    @property
    def place(self) -> str:
        """The file and line, as messages name it."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


def addresses(files: Files) -> tuple[HostAddress, ...]:
    """Give every fixed address of the server, of whichever place sets it."""
    readers: tuple[tuple[str, str, Callable[[str], Iterator[_Set]]], ...] = (
        (_NETPLAN, ".yaml", _netplan),
        (_NETWORKD, ".network", _networkd),
        (_NETWORK_MANAGER, "", _network_manager),
    )
    found = [*_ifupdown(files, _IFUPDOWN)]
    for directory, ending, read in readers:
        for path in files.names(directory):
            if path.endswith(ending):
                found += _placed(path, read(_text(files, path)))
    for path in (each for directory in _IFCFG for each in files.names(directory)):
        interface = path.rpartition("/ifcfg-")[2]
        if interface != path:
            found += _placed(path, _ifcfg(interface, _text(files, path)))
    return tuple(found)


def hostname(files: Files) -> str:
    """Give the name in /etc/hostname, without its domain; "" without one."""
    lines = text_of(files, "etc/hostname").split()
    return next((line.partition(".")[0] for line in lines if not line.startswith("#")), "")


_Set = tuple[str, str, int | None]
"""An interface, its address with prefix length, and the line."""


def _placed(path: str, found: Iterator[_Set]) -> Iterator[HostAddress]:
    for interface, text, line in found:
        try:
            address = ip_interface(text)
        except ValueError:
            continue
        if not (address.ip.is_loopback or address.ip.is_link_local):
            yield HostAddress(interface=interface, address=address, path=path, line=line)


def _text(files: Files, path: str) -> str:
    """Give a file's text; NetworkManager's may be root's alone, and then say nothing."""
    try:
        return files.read(path)
    except SiteError:
        return ""


def _ifupdown(files: Files, path: str, depth: int = 0) -> Iterator[HostAddress]:
    if not files.has(path) or depth > 5:
        return
    yield from _placed(path, _stanzas(files.read(path)))
    for words in (line.split() for line in files.read(path).splitlines()):
        if words[:1] in (["source"], ["source-directory"]):
            directory, _, pattern = words[1].rpartition("/") if len(words) > 1 else ("", "", "")
            whole = words[0] == "source-directory" or not set(pattern) & set("*?")
            for name in files.names(words[1] if words[0] == "source-directory" else directory):
                if not whole or words[0] == "source-directory" or name.endswith(f"/{pattern}"):
                    yield from _ifupdown(files, name, depth + 1)


def _stanzas(text: str) -> Iterator[_Set]:
    """Read `iface NAME inet static` and the `address` and `netmask` below it."""
    interface, address, line, length = "", "", 0, ""
    for number, words in enumerate((line.split() for line in text.splitlines()), start=1):
        if not words or words[0].startswith("#"):
            continue
        if words[0] in ("iface", "auto", "mapping", "source") or words[0].startswith("allow-"):
            yield from _stanza(interface, address, length, line)
            address = length = ""
            interface = words[1] if words[0] == "iface" and "static" in words else ""
        elif words[0] == "address" and interface and len(words) > 1:
            address, line = words[1], number
        elif words[0] == "netmask" and len(words) > 1:
            length = words[1]
    yield from _stanza(interface, address, length, line)


def _stanza(interface: str, address: str, length: str, line: int) -> Iterator[_Set]:
    if address:
        yield interface, address if "/" in address or not length else f"{address}/{length}", line


def _netplan(text: str) -> Iterator[_Set]:
    from harness.site.netplan import addresses  # with YAML, which few sites have

    return addresses(text)


def _networkd(text: str) -> Iterator[_Set]:
    """Read `[Match] Name=`, and `Address=` wherever it stands."""
    lines = [line.partition("=") for line in text.splitlines()]
    settings = [(key.strip(), value.strip(), n) for n, (key, _, value) in enumerate(lines, start=1)]
    interface = next((value for key, value, _ in settings if key == "Name"), "")
    yield from ((interface, value, line) for key, value, line in settings if key == "Address")


def _ifcfg(interface: str, text: str) -> Iterator[_Set]:
    """Read `IPADDR=` with `PREFIX=` or `NETMASK=`, each with a number where there are several."""
    lines = [line.partition("=") for line in text.splitlines()]
    settings = {
        key.strip(): (value.strip().strip("\"'"), n) for n, (key, _, value) in enumerate(lines, 1)
    }
    interface = settings.get("DEVICE", (interface, 0))[0]
    for key, (value, line) in settings.items():
        which = re.fullmatch(r"(IPADDR|IPV6ADDR)(_?\w*)", key)
        if which and which[1] == "IPADDR":
            lengths = (settings.get(f"{name}{which[2]}", ("", 0))[0] for name in _LENGTHS)
            yield from _stanza(interface, value, next(filter(None, lengths), ""), line)
        elif which:
            yield interface, value, line


def _network_manager(text: str) -> Iterator[_Set]:
    """Read `interface-name=` and `address1=10.0.0.1/24,10.0.0.254` of a keyfile."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    interface = parser.get("connection", "interface-name", fallback="")
    lines = text.splitlines()
    for section in ("ipv4", "ipv6"):
        for key, value in parser.items(section) if parser.has_section(section) else ():
            if re.fullmatch(r"address(es)?\d*", key):
                line = next(
                    (n for n, each in enumerate(lines, start=1) if each.startswith(key)), None
                )
                for text in value.split(";" if key.startswith("addresses") else "\0"):
                    yield interface, text.split(",")[0].strip(), line
