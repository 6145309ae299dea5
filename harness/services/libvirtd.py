"""A private libvirtd: the lab's guests belong to it, and it belongs to the lab.

People attach to it as to any other:
`virsh -c 'qemu+unix:///system?socket=/proc/PID/root/run/libvirt/libvirt-sock'`.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from harness.host.tools import TOOLS
from harness.services.base import Service

_DRIVER_DIR = "/run/harness/libvirt-drivers"
_QEMU_DRIVERS = tuple(Path("/usr/lib").glob("*/libvirt/connection-driver/libvirt_driver_qemu.so"))
SOCKET_PATH = "/run/libvirt/libvirt-sock"
NICENESS = 7
"""Of its guests, which inherit it: servers come first, and who holds guests for them.

Linux shares cores among sessions: beside eight guests that spin, all of a run's workers had a fifth
of what there is by 3, and have a third (sched(7), autogroup).
"""

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
# Asking QEMU what its CPU lacks takes hundreds of round trips: 0.4 s of each start.
capability_filters = [ "cpu-unavailable-features" ]
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
    tool = TOOLS["libvirtd"]
    sign = SOCKET_PATH
    writes = ("/var/lib/libvirt", "/var/log/libvirt")
    argv = (
        *("nice", f"--adjustment={NICENESS}"),
        *("libvirtd", "--config", "/etc/libvirt/libvirtd.conf"),
    )

    def environment(self) -> Mapping[str, str]:
        """Let it load the QEMU driver alone: the others look at the host's hardware first."""
        return {"LIBVIRT_DRIVER_DIR": _DRIVER_DIR} if _QEMU_DRIVERS else {}

    def start(self) -> None:
        """Start it beside a directory that holds only the driver that it needs."""
        driver_dir = self.enclosure.path(_DRIVER_DIR)
        driver_dir.mkdir(exist_ok=True)
        for driver in _QEMU_DRIVERS:
            with suppress(FileExistsError):  # it is started again
                (driver_dir / driver.name).symlink_to(driver)
        super().start()

    def is_ready(self) -> bool:
        """Its socket takes connections."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.enclosure.path(SOCKET_PATH))) == 0

    @property
    def uri(self) -> str:
        """The connection URI that works from outside the lab."""
        return f"qemu+unix:///system?socket={self.enclosure.path(Path(SOCKET_PATH))}"
