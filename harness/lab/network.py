"""The management network of a lab: a bridge, the server's port on it, guests' taps."""

from ipaddress import IPv4Interface
from pathlib import Path
from typing import Self

from harness import netlink
from harness.errors import CommandError, NetworkError, PrerequisiteError
from harness.lab.namespace import Namespace
from harness.site import Server

BRIDGE = "lab-bridge"
"""Named so that no site's interface, such as `br0`, is called the same."""
TO_STAND_INS = CABLE, PORT = "lab-outside", "lab-other"
"""What leads to the stand-ins for hosts beyond the lab, and no further: see `outside`."""
SERVER_MAC = "52:54:00:00:00:01"
_SERVER_PORT = "lab-server"


class Network:
    """The network of one lab, between `__enter__` and `__exit__`."""

    def __init__(self, namespace: Namespace) -> None:
        """Keep the namespaces that it lives in."""
        self._namespace = namespace
        self._server = ""
        self._place: netlink.Place | None = None

    def __enter__(self) -> Self:
        """Do nothing yet: there is nothing but the namespace."""
        self._place = netlink.Place(
            pid=self._namespace.pid, has_user_namespace=self._namespace.has_user_namespace
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Forget it; the network itself goes with the namespaces."""
        self._ask("forget")
        self._place = None

    def build(self, server: Server) -> None:
        """Make the bridge, and the server's interface with its addresses on it."""
        self._server = server.interface
        self._ask("build", BRIDGE, _SERVER_PORT, SERVER_MAC, server.interface, *server.interfaces)

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
        self._ask("enslave", BRIDGE, name)

    def add_cable(self, name: str) -> None:
        """Make a cable that leads nowhere yet; its far end is to become a port of the bridge."""
        self._ask("add_cable", name, _far_end(name))

    def move_to_cable(self, tap: str, cable: str) -> None:
        """Take a guest's tap off the bridge, and put the far end of a cable there instead.

        The server sends no bundles any more, of which one would be many frames of the wire.
        """
        self._ask("limit", self._server, "gso_max_segs", 1)
        self._ask("release", tap)
        self._ask("enslave", BRIDGE, _far_end(cable))

    def set_mtu(self, mtu: int) -> None:
        """Let the server's interface send no frame with more than this in it."""
        self._ask("limit", self._server, "mtu", mtu)

    def send_mark(self, mark: bytes) -> None:
        """Send a frame over the bridge that nobody takes: the capture has it after all before."""
        self._ask("send", BRIDGE, mark)

    def traffic(self) -> tuple[int, int]:
        """Count the frames that have come to the server's interface, and those that it sent."""
        table = Path(f"/proc/{self._namespace.pid}/net/dev").read_text().splitlines()
        row = next(line.split() for line in table if line.lstrip().startswith(f"{self._server}:"))
        return int(row[2]), int(row[10])

    def ways_out(self) -> tuple[str, ...]:
        """Name every interface that leads out of the lab: to hardware, or to another namespace."""
        found = self._ask("ways_out")
        if not isinstance(found, tuple):
            raise TypeError(found)
        return tuple(name for name in found if name not in TO_STAND_INS)

    def add_host(self, name: str, *, ipv4: IPv4Interface, mac: str) -> None:
        """Put another host's interface on the bridge (a rogue server's, for a scenario)."""
        self._ask("add_host", BRIDGE, f"{name}-port", mac, name, ipv4)

    def _ask(self, what: str, *words: object) -> object:
        if self._place is None:
            raise NetworkError("the lab's network is not up")
        return netlink.ask(what, self._place, *words)


def _far_end(cable: str) -> str:
    return f"{cable}-far"
