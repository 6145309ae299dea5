"""The management network of a lab: a bridge, the server's port on it, guests' taps.

`ip` does it, inside the lab: the host's own network is never addressed.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path
from typing import Self, TypedDict

from harness.errors import CommandError, NetworkError, PrerequisiteError
from harness.host import tools
from harness.lab.namespace import Namespace
from harness.model import Family
from harness.process import Process
from harness.site.further_host import FurtherHost
from harness.site.server import SERVER_MAC, Server
from harness.step import IP_NAME

BRIDGE = "lab-bridge"
"""Named so that no site's interface, such as `br0`, is called the same."""
SERVER_BRIDGE = "lab-server-net"
"""The server's, where a relay stands between its network and the machines'."""
TO_STAND_INS = CABLE, PORT = "lab-outside", "lab-other"
"""What leads to the stand-ins for hosts beyond the lab, and no further: see `outside`."""
_HOST_PORT = "lab-host"
"""What leads to a site's further hosts begins so, with a number behind."""
RELAY_PORTS = "lab-relay-near", "lab-relay-far"
"""What leads to the relay: from the machines' bridge, from the server's."""
FIRST_TAP = "tap0"
"""The port of the first card of a lab's first guest (see `Nic.fitted`)."""
_SERVER_PORT = "lab-server"
_FAMILY_NAMES = {Family.IPV4: "inet", Family.IPV6: "inet6"}
_NOBODY = bytes.fromhex("020000000000")
"""A MAC address of our own making (IEEE 802, locally administered), which no card has."""
_EXPERIMENTAL = b"\x88\xb5"
"""The EtherType for local experiments (IEEE 802, 2014, table 9-1)."""
_SENDER = """
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender:
    sender.bind((sys.argv[1], 0))
    for line in sys.stdin:
        sender.send(bytes.fromhex(line))
"""
"""Sends whole frames by an interface, and receives none."""


class _Link(TypedDict, total=False):
    """What `ip -json -details link` tells of an interface."""

    ifname: str
    link_type: str
    link_netnsid: int
    linkinfo: dict[str, object]


class Network:
    """The network of one lab, between `__enter__` and `__exit__`."""

    def __init__(self, namespace: Namespace) -> None:
        """Keep the namespaces that it lives in."""
        self._namespace = namespace
        self._server = ""
        self._server_bridge = BRIDGE
        self._host_ports: list[str] = []
        self.noted: Callable[[str], object] = lambda _what: None
        """Told what of it was broken on purpose."""
        self._sender: Process | None = None
        self._sending = threading.Lock()
        self._is_up = False
        self._taps: set[str] = set()

    def __enter__(self) -> Self:
        """Make nothing yet, but see that it can be made."""
        tools.require("ip", "python3")
        self._is_up = True
        return self

    def __exit__(self, *_: object) -> None:
        """Forget it; the network itself goes with the namespaces."""
        with self._sending:
            self._is_up = False
            sender, self._sender = self._sender, None
            if sender is not None:
                sender.close()

    def build(self, server: Server, *, is_relayed: bool = False) -> None:
        """Make the bridge, and the server's interface with its addresses on it.

        `is_relayed`: on another bridge; the first is the machines', and who relays is not there.
        """
        self._server = server.interface
        self._server_bridge = SERVER_BRIDGE if is_relayed else BRIDGE
        if server.ipv6 is None:
            self._disable_ipv6("1")
        self._ip(
            "link set dev lo up",
            *_bridge(BRIDGE),
            *(_bridge(SERVER_BRIDGE) if is_relayed else ()),
            *_host(
                server.interface,
                _SERVER_PORT,
                SERVER_MAC,
                *server.interfaces,
                bridge=self._server_bridge,
            ),
        )
        if server.ipv6 is None:
            self._disable_ipv6("0")

    def have_tap(self, name: str) -> None:
        """Make a guest's port, a tap on the bridge, where there is none of this name yet.

        The tap is made by a command inside: /dev/net/tun makes it in the network
        namespace of whoever opens it.
        """
        if name in self._taps:
            return
        try:
            self._ip(f"tuntap add dev {name} mode tap", *_enslaved(name))
            self._taps.add(name)
        except NetworkError as error:
            said = error.last_lines[0] if error.last_lines else error.what
            raise PrerequisiteError(
                f"/dev/net/tun does not make tap {name}: {said}",
                cure="make /dev/net/tun readable and writable for you "
                "(`sudo chmod 0666 /dev/net/tun`, or a udev rule); `harness doctor` tests it",
            ) from error

    def add_cable(self, name: str) -> None:
        """Make a cable that leads nowhere yet; its far end is to become a port of the bridge."""
        self._ip(
            f"link add name {name} type veth peer name {_far_end(name)}",
            # Not in one message: Linux would switch it on first, and it would speak.
            f"link set dev {name} addrgenmode none",
            f"link set dev {name} up",
        )

    def move_to_cable(self, tap: str, cable: str) -> None:
        """Take a guest's tap off the bridge, and put the far end of a cable there instead.

        The server sends no bundles any more, of which one would be many frames of the wire.
        """
        self._ip(
            f"link set dev {self._server} gso_max_segs 1",
            f"link set dev {tap} nomaster",
            *_enslaved(_far_end(cable)),
        )

    def drop(self, family: Family, ports: Mapping[str, int]) -> None:
        """Let the server drop what comes to these ports over a family, as a firewall does.

        `ports` are of UDP and TCP, by these names. Rules stand before the server's own addresses.
        """
        own = "from all lookup local"
        self._ip(
            f"rule add priority 20 {own}",
            f"rule delete priority 0 {own}",
            *(
                f"rule add priority 10 iif {self._server} ipproto {name} dport {port} blackhole"
                for name, port in ports.items()
            ),
            family=family,
        )
        wanted = " and ".join(f"{name.upper()} port {port}" for name, port in ports.items())
        self.noted(f"a filter drops what comes to {wanted} over {IP_NAME[family]}")

    def add_far_address(self, address: IPv6Address) -> None:
        """Give the server an address behind it: machines reach it by the server as their router.

        On its loopback, for which Linux answers nobody's neighbour solicitation (RFC 4861, 7.2.3).
        """
        self._ip(f"address add {address}/128 dev lo nodad")
        self.noted(f"the server has {address} behind it, on no link of the machines'")

    def remove_address(self, address: IPv4Interface | IPv6Interface) -> None:
        """Take an address away from the server."""
        self._ip(f"address delete {address} dev {self._server}")
        self.noted(f"the server's address {address.ip} was taken away")

    def set_mtu(self, mtu: int) -> None:
        """Let the server's interface send no frame with more than this in it."""
        self._ip(f"link set dev {self._server} mtu {mtu}")
        self.noted(f"the server sends no frame with more than {mtu} bytes in it")

    def open_sender(self) -> None:
        """Have ready what `send_mark` needs; harmless the second time."""
        self._opened_sender()

    def send_mark(self, mark: bytes) -> None:
        """Send a frame over the bridge that nobody takes: the capture has it after all before."""
        frame = _NOBODY + _NOBODY + _EXPERIMENTAL + mark
        try:
            os.write(self._opened_sender().stdin_fd, f"{frame.hex()}\n".encode())
        except BrokenPipeError as error:
            raise NetworkError("the process that marks the wire has ended") from error

    def traffic(self) -> tuple[int, int]:
        """Count the frames that have come to the servers' interfaces, and those that they sent."""
        table = Path(f"/proc/{self._namespace.pid}/net/dev").read_text().splitlines()
        rows = {line.split(":")[0].strip(): line.split() for line in table}
        own, further = rows[self._server], [rows[port] for port in self._host_ports]
        # Of another host this is the other end of its cable.
        heard = int(own[2]) + sum(int(row[10]) for row in further)
        return heard, int(own[10]) + sum(int(row[2]) for row in further)

    def ways_out(self) -> tuple[str, ...]:
        """Name every interface that leads out of the lab: to hardware, or to another namespace."""
        shown = self._namespace.run(["ip", "-json", "-details", "link", "show"]).stdout
        links: list[_Link] = json.loads(shown)
        names = sorted(link["ifname"] for link in links if _leads_out(link))
        return tuple(
            name for name in names if name not in (*TO_STAND_INS, *RELAY_PORTS, *self._host_ports)
        )

    def add_host(self, name: str, *addresses: IPv4Interface | IPv6Interface, mac: str) -> None:
        """Put another host's interface on the bridge: a BMC's, or a rogue server's."""
        self._ip(*_host(name, f"{name}-port", mac, *addresses))

    def connect(self, host: FurtherHost, *, pid: int) -> None:
        """Put a further host's port on the server's bridge; the other end is where `pid` is.

        It has no address yet.
        """
        name, mac = host.server.interface, host.mac
        port = f"{_HOST_PORT}{len(self._host_ports) + 1}"
        self._host_ports.append(port)
        self._ip(
            f"link add name {port} type veth peer name {name} address {mac} netns {pid}",
            *_enslaved(port, self._server_bridge),
        )

    def introduce(self, hosts: Mapping[str, str]) -> None:
        """Tell the server which MAC address is behind each address, as if it had asked."""
        for family in Family:
            if commands := introduction(hosts, family, device=self._server):
                self._ip(*commands, family=family)

    def _disable_ipv6(self, value: str) -> None:
        """Set it for interfaces yet to come: Linux tells of their groups otherwise (RFC 3810)."""
        switch = "/proc/sys/net/ipv6/conf/default/disable_ipv6"
        self._namespace.run(["sh", "-c", f"[ ! -e {switch} ] || echo {value} >{switch}"])

    def _ip(self, *commands: str, family: Family | None = None) -> None:
        """Let `ip` do one thing after the other, up to the first that Linux refuses.

        `family` is for commands that do not tell it.
        """
        text = "".join(f"{command}\n" for command in commands)
        options = () if family is None else ("-family", _FAMILY_NAMES[family])
        try:
            self._namespace.run(["ip", *options, "-batch", "-"], stdin=text)
        except CommandError as error:
            raise NetworkError(
                f"the lab's network could not be set up: {' '.join(error.last_lines)}",
                last_lines=error.last_lines,
            ) from error

    def _opened_sender(self) -> Process:
        with self._sending:
            if self._sender is None:
                if not self._is_up:
                    raise NetworkError("the lab's network is not up")
                argv = ("python3", "-I", "-S", "-c", _SENDER, BRIDGE)
                self._sender = self._namespace.start(argv, pipe_stdin=True)
            return self._sender


def introduction(hosts: Mapping[str, str], family: Family, *, device: str) -> list[str]:
    """Give the commands of `ip` that tell a server who has which address of a family."""
    own = {a: mac for a, mac in hosts.items() if Family.of(a) is family}
    length = 32 if family is Family.IPV4 else 128
    return [
        *(f"route replace {address}/{length} dev {device}" for address in own),
        *(
            f"neighbour replace {address} lladdr {mac} dev {device} nud permanent"
            for address, mac in own.items()
        ),
    ]


def _bridge(name: str) -> Iterator[str]:
    yield f"link add name {name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
    # Without an address of its own the bridge is a switch, not one more host.
    yield f"link set dev {name} addrgenmode none"
    yield f"link set dev {name} up"


def _host(
    name: str,
    port: str,
    mac: str,
    *addresses: IPv4Interface | IPv6Interface,
    bridge: str = BRIDGE,
) -> Iterator[str]:
    """Put a host's interface on a bridge, whose end of the cable is called `port`."""
    yield f"link add name {name} address {mac} type veth peer name {port}"
    yield from _enslaved(port, bridge)
    if all(address.version == 4 for address in addresses):
        # Linux makes itself an address of IPv6 otherwise, and tells the network of it.
        yield f"link set dev {name} addrgenmode none"
    for address in addresses:
        at_once = "nodad" if address.version == 6 else ""
        yield f"address add {address} dev {name} {at_once}"
    yield f"link set dev {name} up"


def _enslaved(name: str, bridge: str = BRIDGE) -> Iterator[str]:
    """Make an interface a port of a bridge, without an address of its own."""
    yield f"link set dev {name} addrgenmode none"
    yield f"link set dev {name} master {bridge} up"


def _far_end(cable: str) -> str:
    return f"{cable}-far"


def _leads_out(link: _Link) -> bool:
    """Whether an interface is hardware (it is of no kind), or its other end is elsewhere."""
    is_hardware = "info_kind" not in link.get("linkinfo", {})
    return (is_hardware and link["link_type"] != "loopback") or "link_netnsid" in link
