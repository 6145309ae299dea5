"""tcpdump on the lab's bridge: the wire is a witness."""

from harness.host.tools import TOOLS
from harness.services.base import Service

CAPTURE_FILE = "/run/harness/evidence/wire.pcap"
_SNAP_LENGTH = 2048
"""Bytes kept of a frame: all of a DHCP message, the head of a segment of data."""


class Capture(Service):
    """Records every frame that crosses the bridge, from the lab's start."""

    name = "capture"
    tool = TOOLS["tcpdump"]
    interface = "lab-bridge"
    # Each frame is written at once, without changing the user.
    argv = (
        *("tcpdump", "-i", interface, "-n", "-U", "--immediate-mode"),
        *("-s", str(_SNAP_LENGTH), "-B", "16384", "-Z", "root", "-w", CAPTURE_FILE),
    )
    ready = "listening on"
