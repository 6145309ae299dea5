"""The boot of one machine of a capture, as the judge takes it: with no console, and no logs."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

from harness.explain.captured import Captured
from harness.judge.boot import Boot
from harness.machines import BootPath, Machine, NetworkStack, OptionRom, machine_of_client
from harness.machines.registry import MACHINES
from harness.model import VENDOR_CLASS_HTTP, Family, Protocol
from harness.site import Site
from harness.site.server import Server
from harness.witness.wire import DhcpMessage, HttpExchange, TftpTransfer, Wire, WireEvent

_BIOS_ARCH = 0x0000
_OTHER = "handed"
"""The key of a loader that no site names: what firmware is handed, the capture tells."""
_NOWHERE4, _NOWHERE6 = IPv4Interface("0.0.0.0/0"), IPv6Interface("::/0")


def captured_boot(captured: Captured, mac: str, site: Site | None, empty_dir: Path) -> Boot:
    """Give what one machine did.

    Without a site its servers are whoever answered, and `empty_dir` holds their files.
    """
    wire = captured.wire
    path = _path(mac, wire)
    return Boot(
        path=path,
        site=site or _unknown_site(mac, wire, empty_dir),
        entry="",
        mac=mac,
        token="",
        wire=wire,
        knows_servers=site is not None,
        captured_until_s=captured.file.ends_s,
    )


def _path(mac: str, wire: Wire) -> BootPath:
    """Give the way by which it boots: the first that somebody answers, else the first it tries."""
    asked = [each for each in wire.of(DhcpMessage, mac=mac) if each.is_boot_request]
    answers = {each.transaction for each in wire.of(DhcpMessage, mac=mac) if each.bootfile}
    first = next((each for each in asked if each.transaction in answers), next(iter(asked), None))
    if first is None:
        fetch = next(wire.of(TftpTransfer, mac=mac), None)
        family = fetch.family if fetch is not None else Family.IPV4
        return _made(MACHINES["x64"], Protocol.TFTP, family, _OTHER)
    is_http = first.vendor_class.startswith(VENDOR_CLASS_HTTP)
    protocol = Protocol.HTTP if is_http else Protocol.TFTP
    is_bios = first.client_arch == _BIOS_ARCH
    machine = machine_of_client(first.client_arch) or MACHINES["bios" if is_bios else "x64"]
    return _made(machine, protocol, first.family, None if asked[0].is_ipxe else _OTHER)


def _made(machine: Machine, protocol: Protocol, family: Family, loader: str | None) -> BootPath:
    return BootPath(
        id=f"{machine.id}-{protocol.value}-{family.value}",
        machine=machine,
        protocol=protocol,
        family=family,
        stack=NetworkStack.FIRMWARE,
        loader=loader,
        nic="",
        rom=OptionRom.NONE,
    )


def _unknown_site(mac: str, wire: Wire, empty_dir: Path) -> Site:
    """Give one of which only the server's addresses are known: those that files are asked of."""
    server = Server(interface="", hostname="", ipv4=_NOWHERE4, ipv6=_NOWHERE6)
    for family in reversed(Family):
        told = _server_of(mac, wire, family)
        if family is Family.IPV4 and told:
            server = replace(server, ipv4=IPv4Interface(told))
        elif told:
            server = replace(server, ipv6=IPv6Interface(told))
    return Site(dir=empty_dir, name="", server=server, daemons=())


def _server_of(mac: str, wire: Wire, family: Family) -> str:
    """Give whom a machine asks for files, else who answers DHCP; "" where nobody does."""
    events = [each for each in wire.of(WireEvent, mac=mac) if each.family is family]
    fetched = (e.server for e in events if isinstance(e, TftpTransfer | HttpExchange) and e.server)
    answers = [e for e in events if isinstance(e, DhcpMessage) and e.kind.from_server and e.server]
    told = (e.next_server for e in answers if e.next_server and e.bootfile)
    said = (*fetched, *told, *(each.server for each in answers))
    return next((each for each in said if each), "")
