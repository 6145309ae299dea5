"""A private libvirtd: the lab's guests belong to it, and it belongs to the lab.

People attach to it as to any other:
`virsh -c 'qemu+unix:///system?socket=/proc/PID/root/run/libvirt/libvirt-sock'`.
"""

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.services.base import Service

SOCKET_PATH = "/run/libvirt/libvirt-sock"

CONFIGURATION: Mapping[str, str] = {
    # Root here is root of the lab; the host's security drivers, cgroups and
    # message bus are not the lab's to use. Files belong to whoever made them.
    "etc/libvirt/qemu.conf": """\
user = "root"
group = "root"
security_driver = "none"
dynamic_ownership = 0
remember_owner = 0
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
""",
    "etc/libvirt/libvirtd.conf": """\
auth_unix_rw = "none"
unix_sock_rw_perms = "0770"
""",
}
"""The files that it needs, by their path in the lab."""


class Libvirtd(Service):
    """libvirt's monolithic daemon with the QEMU driver (package libvirt-daemon)."""

    name = "libvirtd"
    tool = "libvirtd"

    def command(self) -> Sequence[str]:
        """Run in the foreground, with the lab's configuration."""
        return ["libvirtd", "--config", "/etc/libvirt/libvirtd.conf"]
    sign = SOCKET_PATH

    def is_ready(self) -> bool:
        """Its socket takes connections."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.enclosure.path(SOCKET_PATH))) == 0

    @property
    def uri(self) -> str:
        """The connection URI that works from outside the lab."""
        return f"qemu+unix:///system?socket={self.enclosure.path(Path(SOCKET_PATH))}"
