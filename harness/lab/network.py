"""The management network of a lab: a bridge, the server's port on it, guests' taps.

The one owner of pyroute2. Runs in the harness's process over a netlink socket
that was opened inside the lab, so the host's own network is never addressed. A lab begins to
import pyroute2 before it waits for its namespaces: it takes as long as they do.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from typing import TYPE_CHECKING, Self

from harness.errors import CommandError, NetworkError, PrerequisiteError
from harness.lab.namespace import Namespace
from harness.site import Server

if TYPE_CHECKING:
    from pyroute2 import IPRoute
    from pyroute2.netlink import nlmsg
    from pyroute2.process import ChildProcessReturnValue

BRIDGE = "lab-bridge"
"""Named so that no site's interface, such as `br0`, is called the same."""
TO_STAND_INS = CABLE, PORT = "lab-outside", "lab-other"
"""What leads to the stand-ins for hosts beyond the lab, and no further: see `outside`."""
SERVER_MAC = "52:54:00:00:00:01"
_SERVER_PORT = "lab-server"
_NOBODY = bytes.fromhex("020000000000")
"""A MAC address of our own making (IEEE 802, locally administered), which no card has."""
_EXPERIMENTAL = b"\x88\xb5"
"""The EtherType for local experiments (IEEE 802, 2014, table 9-1)."""
_IFA_F_NODAD = 0x02
_IFF_LOOPBACK = 0x08
_ADDR_GEN_MODE_NONE = 1
_SOCKET_TIMEOUT_S = 10
_handed_over: list[socket.socket] = []
"""Filled in the child process alone, lest Python warn there that nobody has closed it."""


class Network:
    """The network of one lab, between `__enter__` and `__exit__`.

    Its sockets are opened once: each takes a process of its own to open (see `_opened`).
    """

    def __init__(self, namespace: Namespace) -> None:
        """Keep the namespaces that it lives in."""
        self._namespace = namespace
        self._server = ""
        self._rtnetlink: socket.socket | None = None
        self._talking = threading.Lock()
        self._sender: socket.socket | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Do nothing yet: the first who needs a socket opens it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the sockets; the network itself goes with the namespaces."""
        self._rtnetlink = self._sender = None
        self._open.close()

    def build(self, server: Server) -> None:
        """Make the bridge, and the server's interface with its addresses on it."""
        self._server = server.interface
        with self._netlink() as ip:
            ip.link("set", index=1, state="up")
            _add_bridge(ip)
            _add_host(ip, server.interface, _SERVER_PORT, SERVER_MAC, server.ipv4, server.ipv6)

    def add_tap(self, name: str) -> None:
        """Make a guest's port: a tap on the bridge.

        The tap is made by a command inside: /dev/net/tun makes it in the network
        namespace of whoever opens it.
        """
        try:
            self._namespace.run(["ip", "tuntap", "add", "dev", name, "mode", "tap"])
        except CommandError as error:
            said = error.last_lines[-1] if error.last_lines else error.what
            raise PrerequisiteError(
                f"/dev/net/tun does not make tap {name}: {said}",
                cure="make /dev/net/tun readable and writable for you "
                "(`sudo chmod 0666 /dev/net/tun`, or a udev rule); `harness doctor` tests it",
            ) from error
        with self._netlink() as ip:
            _enslave(ip, name)

    def add_cable(self, name: str) -> None:
        """Make a cable that leads nowhere yet; its far end is to become a port of the bridge."""
        with self._netlink() as ip:
            ip.link("add", ifname=name, kind="veth", peer=_far_end(name))
            index = _index(ip, name)
            # Not in one message: Linux would switch it on first, and it would speak.
            ip.link("set", index=index, IFLA_AF_SPEC=_without_link_local())
            ip.link("set", index=index, state="up")

    def move_to_cable(self, tap: str, cable: str) -> None:
        """Take a guest's tap off the bridge, and put the far end of a cable there instead.

        The server sends no bundles any more, of which one would be many frames of the wire.
        """
        with self._netlink() as ip:
            ip.link("set", index=_index(ip, self._server), gso_max_segs=1)
            ip.link("set", index=_index(ip, tap), master=0)
            _enslave(ip, _far_end(cable))

    def set_mtu(self, mtu: int) -> None:
        """Let the server's interface send no frame with more than this in it."""
        with self._netlink() as ip:
            ip.link("set", index=_index(ip, self._server), mtu=mtu)

    def send_mark(self, mark: bytes) -> None:
        """Send a frame over the bridge that nobody takes: the capture has it after all before."""
        if self._sender is None:
            self._sender = self._open.enter_context(_opened(self._namespace, _open_packet_socket))
        self._sender.send(_NOBODY + _NOBODY + _EXPERIMENTAL + mark)

    def traffic(self) -> tuple[int, int]:
        """Count the frames that have come to the server's interface, and those that it sent."""
        table = Path(f"/proc/{self._namespace.pid}/net/dev").read_text().splitlines()
        row = next(line.split() for line in table if line.lstrip().startswith(f"{self._server}:"))
        return int(row[2]), int(row[10])

    def ways_out(self) -> tuple[str, ...]:
        """Name every interface that leads out of the lab: to hardware, or to another namespace."""
        with self._netlink() as ip:
            links = list(ip.get_links())
        names = (link.get_attr("IFLA_IFNAME") for link in links if _leads_out(link))
        return tuple(sorted(name for name in names if name not in TO_STAND_INS))

    def add_host(self, name: str, *, ipv4: IPv4Interface, mac: str) -> None:
        """Put another host's interface on the bridge (a rogue server's, for a scenario)."""
        with self._netlink() as ip:
            _add_host(ip, name, f"{name}-port", mac, ipv4)

    @contextmanager
    def _netlink(self) -> Iterator[IPRoute]:
        """Talk rtnetlink to the lab's network namespace; one at a time, for answers must not mix.

        An IPRoute belongs to the thread that made it, so only the socket is kept.
        """
        from pyroute2 import IPRoute
        from pyroute2.netlink.exceptions import NetlinkError

        with self._talking:
            if self._rtnetlink is None:
                self._rtnetlink = self._open.enter_context(_opened(self._namespace, _open_netlink))
            try:
                with IPRoute(fileno=os.dup(self._rtnetlink.fileno())) as ip:
                    yield ip
            except NetlinkError as error:
                raise NetworkError(f"the lab's network could not be set up: {error}") from error


def _leads_out(link: nlmsg) -> bool:
    """Whether an interface is hardware (it is of no kind), or its other end is elsewhere."""
    is_hardware = link.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") is None
    is_loopback = bool(link["flags"] & _IFF_LOOPBACK)
    return (is_hardware and not is_loopback) or link.get_attr("IFLA_LINK_NETNSID") is not None


def _add_bridge(ip: IPRoute) -> None:
    """Make a bridge that forwards at once and takes no part in the traffic itself."""
    ip.link(
        "add", ifname=BRIDGE, kind="bridge", br_stp_state=0, br_forward_delay=0, br_mcast_snooping=0
    )
    index = _index(ip, BRIDGE)
    # Without an address of its own the bridge is a switch, not one more host.
    ip.link("set", index=index, IFLA_AF_SPEC=_without_link_local())
    ip.link("set", index=index, state="up")


def _add_host(
    ip: IPRoute, name: str, port: str, mac: str, *addresses: IPv4Interface | IPv6Interface | None
) -> None:
    """Put a host's interface on the bridge, whose end of the cable is called `port`."""
    ip.link("add", ifname=name, kind="veth", peer=port, address=mac)
    _enslave(ip, port)
    index = _index(ip, name)
    for address in (each for each in addresses if each is not None):
        ip.addr(
            "add",
            index=index,
            address=str(address.ip),
            prefixlen=address.network.prefixlen,
            flags=_IFA_F_NODAD if address.version == 6 else 0,
        )
    ip.link("set", index=index, state="up")


def _without_link_local() -> dict[str, list[object]]:
    """Say `addrgenmode none` as netlink does."""
    inet6 = {"attrs": [["IFLA_INET6_ADDR_GEN_MODE", _ADDR_GEN_MODE_NONE]]}
    return {"attrs": [["AF_INET6", inet6]]}


def _far_end(cable: str) -> str:
    return f"{cable}-far"


def _enslave(ip: IPRoute, name: str) -> None:
    index = _index(ip, name)
    ip.link("set", index=index, IFLA_AF_SPEC=_without_link_local())
    ip.link("set", index=index, master=_index(ip, BRIDGE), state="up")


def _index(ip: IPRoute, name: str) -> int:
    found = list(ip.link_lookup(ifname=name))
    if not found:
        raise NetworkError(f"the lab has no interface {name}")
    return int(found[0])


def _opened(namespace: Namespace, opening: Callable[[], socket.socket]) -> socket.socket:
    """Give a socket that was opened in the lab's network namespace.

    In a child process: one with threads, as ours, cannot enter a user namespace.
    """
    from pyroute2.process import ChildProcess

    try:
        arguments = [namespace.pid, namespace.has_user_namespace, opening]
        with ChildProcess(_open_inside, arguments) as child:
            descriptors = child.get_fds(timeout=_SOCKET_TIMEOUT_S)
    except (OSError, RuntimeError) as error:
        raise NetworkError(f"the lab's network cannot be reached: {error}") from error
    return socket.socket(fileno=descriptors[0])


def _open_netlink() -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, socket.NETLINK_ROUTE)


def _open_packet_socket() -> socket.socket:
    """Open a socket that sends whole frames over the bridge, and receives none."""
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    opened.bind((BRIDGE, 0))
    return opened


def _open_inside(
    pid: int, has_user_namespace: bool, opening: Callable[[], socket.socket]
) -> ChildProcessReturnValue:
    """Open a socket inside the namespaces of `pid` (in a child process).

    The user namespace comes first: it is what gives the right to the others.
    """
    from pyroute2.process import ChildProcessReturnValue

    # pyroute2 ends this child by SIGTERM: a handler of ours would run on as its parent.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    setns = ctypes.CDLL(None, use_errno=True).setns
    for kind in ("user", "net") if has_user_namespace else ("net",):
        descriptor = os.open(Path(f"/proc/{pid}/ns/{kind}"), os.O_RDONLY)
        if setns(descriptor, 0) != 0:
            raise OSError(ctypes.get_errno(), f"setns to the lab's {kind} namespace")
        os.close(descriptor)
    opened = opening()
    _handed_over.append(opened)
    return ChildProcessReturnValue(b"", [opened])
