"""A machine whose disk was wiped does not come back, and says so."""

from harness.lab import Disk, Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from scenarios.reference.red import red

FIRMWARE_S = 20.0


@on("bios-ipxe-rom", slow=["x64-tftp-ipv6"])
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """What has booted from the disk does so no more: the very same wait ends in the cause."""
    guest = lab.add_guest(boot_path, disks=[Disk(content=lab.reporting_system())])
    bmc = lab.bmc(guest)
    bmc.ipmitool("power", "on")
    guest.wait_for("HARNESS-PAYLOAD")
    guest.wait_for_power_off()
    guest.power.wipe_disk()
    bmc.ipmitool("power", "on")
    with red(guest, "cause: the disk has no boot loader", own_timeouts_s=FIRMWARE_S):
        guest.wait_for("HARNESS-PAYLOAD")
