"""What is done to a lab's network, in a process of its own: the one owner of pyroute2.

Its sockets are opened inside the labs, so the host's own network is never addressed. Each takes a
process to open (see `_opened`), and is kept until its lab is gone.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Callable, Mapping
from ipaddress import IPv4Interface, IPv6Interface
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from pyroute2 import IPRoute
from pyroute2.netlink import nlmsg
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.process import ChildProcess, ChildProcessReturnValue

from harness.errors import NetworkError
from harness.netlink import Place

_NOBODY = bytes.fromhex("020000000000")
"""A MAC address of our own making (IEEE 802, locally administered), which no card has."""
_EXPERIMENTAL = b"\x88\xb5"
"""The EtherType for local experiments (IEEE 802, 2014, table 9-1)."""
_IFA_F_NODAD = 0x02
_IFF_LOOPBACK = 0x08
_ADDR_GEN_MODE_NONE = 1
_SOCKET_TIMEOUT_S = 10
_Address: TypeAlias = IPv4Interface | IPv6Interface
_routes: dict[Place, IPRoute] = {}
_senders: dict[Place, socket.socket] = {}
_handed_over: list[socket.socket] = []
"""Filled in the child process alone, lest Python warn there that nobody has closed it."""


def build(place: Place, bridge: str, port: str, mac: str, name: str, *addresses: _Address) -> None:
    """Make a bridge that forwards at once, and the server's interface on it."""
    ip = _route(place)
    ip.link("set", index=1, state="up")
    ip.link(
        "add", ifname=bridge, kind="bridge", br_stp_state=0, br_forward_delay=0, br_mcast_snooping=0
    )
    index = _index(ip, bridge)
    # Without an address of its own the bridge is a switch, not one more host.
    ip.link("set", index=index, IFLA_AF_SPEC=_without_link_local())
    ip.link("set", index=index, state="up")
    add_host(place, bridge, port, mac, name, *addresses)


def add_host(
    place: Place, bridge: str, port: str, mac: str, name: str, *addresses: _Address
) -> None:
    """Put a host's interface on the bridge, whose end of the cable is called `port`."""
    ip = _route(place)
    ip.link("add", ifname=name, kind="veth", peer=port, address=mac)
    enslave(place, bridge, port)
    index = _index(ip, name)
    for address in addresses:
        ip.addr(
            "add",
            index=index,
            address=str(address.ip),
            prefixlen=address.network.prefixlen,
            flags=_IFA_F_NODAD if address.version == 6 else 0,
        )
    ip.link("set", index=index, state="up")


def enslave(place: Place, bridge: str, name: str) -> None:
    """Make an interface a port of the bridge, without an address of its own."""
    ip = _route(place)
    index = _index(ip, name)
    ip.link("set", index=index, IFLA_AF_SPEC=_without_link_local())
    ip.link("set", index=index, master=_index(ip, bridge), state="up")


def release(place: Place, name: str) -> None:
    """Let an interface be no port any more."""
    ip = _route(place)
    ip.link("set", index=_index(ip, name), master=0)


def add_cable(place: Place, name: str, far_end: str) -> None:
    """Make a cable whose far end leads nowhere yet."""
    ip = _route(place)
    ip.link("add", ifname=name, kind="veth", peer=far_end)
    index = _index(ip, name)
    # Not in one message: Linux would switch it on first, and it would speak.
    ip.link("set", index=index, IFLA_AF_SPEC=_without_link_local())
    ip.link("set", index=index, state="up")


def limit(place: Place, name: str, what: str, most: int) -> None:
    """Set what an interface sends at most: its `mtu`, its `gso_max_segs`."""
    ip = _route(place)
    ip.link("set", index=_index(ip, name), **{what: most})


def send(place: Place, bridge: str, payload: bytes) -> None:
    """Send a frame over the bridge that nobody takes."""
    if place not in _senders:
        _senders[place] = _opened(place, _open_packet_socket)
        _senders[place].bind((bridge, 0))
    _senders[place].send(_NOBODY + _NOBODY + _EXPERIMENTAL + payload)


def ways_out(place: Place) -> tuple[str, ...]:
    """Name every interface that leads to hardware, or to another namespace."""
    links = list(_route(place).get_links())
    return tuple(sorted(link.get_attr("IFLA_IFNAME") for link in links if _leads_out(link)))


def forget(place: Place) -> None:
    """Close the sockets of a lab that goes."""
    for kept in (_routes.pop(place, None), _senders.pop(place, None)):
        if kept is not None:
            kept.close()


_CAN: Mapping[str, Callable[..., object]] = {
    each.__name__: each
    for each in (
        *(build, add_host, enslave, release, add_cable),
        *(limit, send, ways_out, forget),
    )
}


def _route(place: Place) -> IPRoute:
    if place not in _routes:
        with _opened(place, _open_netlink) as opened:
            _routes[place] = IPRoute(fileno=opened.detach())
    return _routes[place]


def _leads_out(link: nlmsg) -> bool:
    """Whether an interface is hardware (it is of no kind), or its other end is elsewhere."""
    is_hardware = link.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") is None
    is_loopback = bool(link["flags"] & _IFF_LOOPBACK)
    return (is_hardware and not is_loopback) or link.get_attr("IFLA_LINK_NETNSID") is not None


def _without_link_local() -> dict[str, list[object]]:
    """Say `addrgenmode none` as netlink does."""
    inet6 = {"attrs": [["IFLA_INET6_ADDR_GEN_MODE", _ADDR_GEN_MODE_NONE]]}
    return {"attrs": [["AF_INET6", inet6]]}


def _index(ip: IPRoute, name: str) -> int:
    found = list(ip.link_lookup(ifname=name))
    if not found:
        raise NetworkError(f"the lab has no interface {name}")
    return int(found[0])


def _opened(place: Place, opening: Callable[[], socket.socket]) -> socket.socket:
    """Give a socket that was opened in a lab's network namespace.

    In a child process: who has entered a lab's user namespace cannot enter another's.
    """
    try:
        arguments = [place, opening]
        with ChildProcess(_open_inside, arguments) as child:
            descriptors = child.get_fds(timeout=_SOCKET_TIMEOUT_S)
    except (OSError, RuntimeError) as error:
        raise NetworkError(f"the lab's network cannot be reached: {error}") from error
    return socket.socket(fileno=descriptors[0])


def _open_netlink() -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, socket.NETLINK_ROUTE)


def _open_packet_socket() -> socket.socket:
    """Open a socket that sends whole frames, and receives none."""
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)


def _open_inside(place: Place, opening: Callable[[], socket.socket]) -> ChildProcessReturnValue:
    """Open a socket inside a lab's namespaces (in a child process).

    The user namespace comes first: it is what gives the right to the others.
    """
    setns = ctypes.CDLL(None, use_errno=True).setns
    for kind in ("user", "net") if place.has_user_namespace else ("net",):
        descriptor = os.open(Path(f"/proc/{place.pid}/ns/{kind}"), os.O_RDONLY)
        if setns(descriptor, 0) != 0:
            raise OSError(ctypes.get_errno(), f"setns to the lab's {kind} namespace")
        os.close(descriptor)
    opened = opening()
    _handed_over.append(opened)
    return ChildProcessReturnValue(b"", [opened])


def _done(what: str, place: Place, words: tuple[object, ...]) -> tuple[object, str]:
    """Give what a function gives, and what it complains of."""
    try:
        return _CAN[what](place, *words), ""
    except NetlinkError as error:
        return None, f"the lab's network could not be set up: {error}"
    except NetworkError as error:
        return None, error.what
    except OSError as error:
        return None, f"the lab's network cannot be reached: {error}"


def serve() -> None:
    """Do what is asked for on standard input, until that ends."""
    orders = Connection(os.dup(sys.stdin.fileno()), writable=False)
    answers = Connection(os.dup(sys.stdout.fileno()), readable=False)
    # Nobody reads words: they would stand among the answers.
    with Path(os.devnull).open("r+b") as nowhere:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            os.dup2(nowhere.fileno(), stream.fileno())
    while True:
        try:
            what, place, words = orders.recv()
        except EOFError:
            return
        answers.send(_done(what, place, words))


if __name__ == "__main__":
    serve()
