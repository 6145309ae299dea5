"""The management network of a lab: a bridge, the server's port on it, guests' taps.

`ip` makes it, inside the lab, so the host's own network is never addressed.
"""

import ctypes
import json
import os
import signal
import socket
from contextlib import suppress
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from typing import NoReturn, Self

from harness.errors import CommandError, NetworkError, PrerequisiteError
from harness.lab.namespace import Namespace
from harness.site import Server

BRIDGE = "lab-bridge"
"""Named so that no site's interface, such as `br0`, is called the same."""
SERVER_MAC = "52:54:00:00:00:01"
_SERVER_PORT = "lab-server"
_NOBODY = bytes.fromhex("020000000000")
"""A MAC address of our own making (IEEE 802, locally administered), which no card has."""
_EXPERIMENTAL = b"\x88\xb5"
"""The EtherType for local experiments (IEEE 802, 2014, table 9-1)."""
_SOCKET_TIMEOUT_S = 10
_MESSAGE_BYTES = 4096


class Network:
    """The network of one lab, between `__enter__` and `__exit__`."""

    def __init__(self, namespace: Namespace) -> None:
        """Keep the namespaces that it lives in."""
        self._namespace = namespace
        self._server = ""
        self._sender: socket.socket | None = None

    def __enter__(self) -> Self:
        """Do nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what sends marks; the network itself goes with the namespaces."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def build(self, server: Server) -> None:
        """Make the bridge, and the server's interface with its addresses on it."""
        self._server = server.interface
        self._do(
            "link set lo up",
            # It forwards at once, and takes no part in the traffic itself.
            f"link add {BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            # Without an address of its own the bridge is a switch, not one more host.
            *_up_without_link_local(BRIDGE),
            *_host(server.interface, _SERVER_PORT, SERVER_MAC, server.ipv4, server.ipv6),
        )

    def add_tap(self, name: str) -> None:
        """Make a guest's port: a tap on the bridge."""
        try:
            self._do(f"tuntap add dev {name} mode tap", *_port(name))
        except NetworkError as error:
            raise PrerequisiteError(
                f"/dev/net/tun does not make tap {name}: {error.what}",
                cure="make /dev/net/tun readable and writable for you "
                "(`sudo chmod 0666 /dev/net/tun`, or a udev rule); `harness doctor` tests it",
            ) from error

    def add_cable(self, name: str) -> None:
        """Make a cable that leads nowhere yet; its far end is to become a port of the bridge."""
        self._do(f"link add {name} type veth peer name {name}-far", *_up_without_link_local(name))

    def move_to_cable(self, tap: str, cable: str) -> None:
        """Take a guest's tap off the bridge, and put the far end of a cable there instead.

        The server sends no bundles any more, of which one would be many frames of the wire.
        """
        segments = f"link set {self._server} gso_max_segs 1"
        self._do(segments, f"link set {tap} nomaster", *_port(f"{cable}-far"))

    def set_mtu(self, mtu: int) -> None:
        """Let the server's interface send no frame with more than this in it."""
        self._do(f"link set {self._server} mtu {mtu}")

    def send_mark(self, mark: bytes) -> None:
        """Send a frame over the bridge that nobody takes: the capture has it after all before."""
        if self._sender is None:
            self._sender = _packet_socket(self._namespace)
        self._sender.send(_NOBODY + _NOBODY + _EXPERIMENTAL + mark)

    def ways_out(self) -> tuple[str, ...]:
        """Name every interface that leads out of the lab: to hardware, or to another namespace."""
        links = json.loads(self._namespace.run(["ip", "-json", "-details", "link"]).stdout)
        return tuple(sorted(link["ifname"] for link in links if _leads_out(link)))

    def add_host(self, name: str, *, ipv4: IPv4Interface, mac: str) -> None:
        """Put another host's interface on the bridge (a rogue server's, for a scenario)."""
        self._do(*_host(name, f"{name}-port", mac, ipv4))

    def _do(self, *lines: str) -> None:
        """Have `ip` do all this, in one process: it is on the way to the first instruction."""
        try:
            self._namespace.run(["ip", "-batch", "-"], stdin="\n".join(lines))
        except CommandError as error:
            said = next(iter(error.last_lines), error.what)
            raise NetworkError(
                f"the lab's network could not be set up: {said}", last_lines=error.last_lines
            ) from error


def _leads_out(link: dict[str, object]) -> bool:
    """Whether an interface is hardware (it is of no kind), or its other end is elsewhere."""
    is_hardware = "linkinfo" not in link and link["link_type"] != "loopback"
    return is_hardware or "link_netnsid" in link


def _host(
    name: str, port: str, mac: str, *addresses: IPv4Interface | IPv6Interface | None
) -> tuple[str, ...]:
    """Put a host's interface on the bridge, whose end of the cable is called `port`."""
    given = [each for each in addresses if each is not None]
    nodad = {4: "", 6: " nodad"}
    return (
        f"link add {name} address {mac} type veth peer name {port}",
        *_port(port),
        *(f"address add {each} dev {name}{nodad[each.version]}" for each in given),
        f"link set {name} up",
    )


def _port(name: str) -> tuple[str, ...]:
    return (f"link set {name} master {BRIDGE}", *_up_without_link_local(name))


def _up_without_link_local(name: str) -> tuple[str, str]:
    # Not in one message: Linux would switch it on first, and it would speak.
    return f"link set {name} addrgenmode none", f"link set {name} up"


def _packet_socket(namespace: Namespace) -> socket.socket:
    """Give a socket that sends whole frames over a lab's bridge, and receives none.

    A child process opens it: one with threads, as ours, cannot enter a user namespace.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = os.fork()
            if child == 0:
                _open_inside(theirs, namespace.pid, namespace.has_user_namespace)
        ours.settimeout(_SOCKET_TIMEOUT_S)
        try:
            said, descriptors, _, _ = socket.recv_fds(ours, _MESSAGE_BYTES, 1)
        except OSError as error:
            said, descriptors = str(error).encode(), []
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if not descriptors:
        raise NetworkError(f"the lab's network cannot be reached: {said.decode()}")
    return socket.socket(fileno=descriptors[0])


def _open_inside(answer: socket.socket, pid: int, has_user_namespace: bool) -> NoReturn:
    """Open the socket in the namespaces of `pid`, hand it over, and end (in a child process).

    The user namespace comes first: it is what gives the right to the others.
    """
    try:
        setns = ctypes.CDLL(None, use_errno=True).setns
        for kind in ("user", "net") if has_user_namespace else ("net",):
            descriptor = os.open(Path(f"/proc/{pid}/ns/{kind}"), os.O_RDONLY)
            if setns(descriptor, 0) != 0:
                raise OSError(ctypes.get_errno(), f"setns to the lab's {kind} namespace")
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        opened.bind((BRIDGE, 0))
        socket.send_fds(answer, [b"opened"], [opened.fileno()])
    except OSError as error:
        answer.send(str(error).encode())
    finally:
        os._exit(0)
