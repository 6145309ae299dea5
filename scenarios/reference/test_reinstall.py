"""A machine is installed anew by three ipmitool commands, and comes back from its disk.

What installs it is the site's (`srv/tftp/reinstall`). Every installation makes up an id of its
own: the installer says it to console and web server, and the disk must say the same when it boots.
"""

import re

import pytest

from harness.lab import Disk, Guest, Lab
from harness.machines import BootPath
from harness.model import Family, Role
from harness.pytest_plugin.matrix import on
from harness.site import Site
from harness.witness.wire import DhcpMessage, HttpExchange
from scenarios.reference.red import red

pytestmark = [pytest.mark.slow, pytest.mark.live]

MAC = "52:54:00:12:34:50"
SERIAL = "SYSTEM"
# On a busy host Linux measures an emulated TSC wrongly: its clock ran at eight times the speed,
# and systemd gave up on all that it had started.
OWN_SCRIPT = """#!ipxe
set server {server}
set disk {disk}
set words tsc=unstable
chain http://${{server}}/reinstall/machine.ipxe ||
"""
ENOUGH = 512 << 20
DATA = b"what nobody may lose\n" * 1000
LIVE_S = 240.0
"""From the order to the installer's first words: POST, two DHCPs, and a live system."""
INSTALL_S = 400.0
"""From the first byte of the system to the last step: on an emulated disk."""
SYSTEM_S = 240.0
"""From its boot loader's first words to the system's: systemd."""
ENDED = re.compile(r"reinstall: ENDED: installation (?P<id>[0-9a-f-]{36}) is on (?P<disk>\S+) ")
INSTALLED = re.compile(r"installed: (?P<id>\S+) Debian \S+ root (?P<root>\S+) +(?P<type>\w+)\s")


def with_installer(site: Site, *, server: str, disk: str = SERIAL) -> Site:
    """Give the machine a script of its own that has it installed anew, on this disk."""
    script = OWN_SCRIPT.format(server=server, disk=disk)
    site = site.with_file(site.machine_script_path(MAC), script)
    return site.with_supply("srv/tftp/reinstall/system.tar.zst", "debian/system.tar.zst")


def machine(lab: Lab, boot_path: BootPath, *disks: Disk) -> Guest:
    """Make a machine that boots the system on its first disk, which reports and switches off."""
    guest = lab.add_guest(boot_path, mac=MAC, disks=disks)
    lab.bmc(guest).ipmitool("power", "on")
    boots_old_system(lab, guest)
    return guest


def boots_old_system(lab: Lab, guest: Guest) -> None:
    """See it boot what was on its disk before, and ask the network for nothing."""
    asked = dhcp_messages(lab)
    guest.wait_for("HARNESS-PAYLOAD")
    guest.wait_for_power_off()
    assert dhcp_messages(lab) == asked


def order_installation(lab: Lab, guest: Guest) -> None:
    """Order a boot from the network by IPMI, once; the machine's own script does the rest."""
    bmc = lab.bmc(guest)
    bmc.ipmitool("chassis", "bootdev", "pxe", "options=efiboot")
    bmc.ipmitool("power", "on")


def dhcp_messages(lab: Lab) -> int:
    """Count what was asked and answered so far."""
    return len(list(lab.wire().of(DhcpMessage)))


def installed(lab: Lab, guest: Guest) -> None:
    """See the installation end, and the machine come back from its disk with that very one."""
    guest.wait_for("reinstall: unpacking", timeout_s=LIVE_S)
    ended = guest.wait_for(ENDED, timeout_s=INSTALL_S, what="the installation's end").match
    asked = dhcp_messages(lab)
    guest.wait_for(f"reinstall: booting {ended['id']}")
    assert dhcp_messages(lab) == asked
    system = guest.wait_for(INSTALLED, timeout_s=SYSTEM_S, what="the installed system").match
    assert (system["id"], system["type"]) == (ended["id"], "ext4")
    assert system["root"] == f"{ended['disk']}3"
    assert reports(lab) == ["began", "ended"]
    assert ended["id"] in fetched(lab)[-1].path


def fetched(lab: Lab) -> list[HttpExchange]:
    """Give what was fetched over HTTP, in order."""
    return list(lab.wire().of(HttpExchange, mac=MAC))


def reports(lab: Lab) -> list[str]:
    """Give what the installer has told the server."""
    return [e.path.rpartition("is=")[2] for e in fetched(lab) if "/report?" in e.path]


class TestOverIPv6:
    """A management network without IPv4; the live system makes its address by itself."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take IPv4 away: Debian's initramfs asks for no other lease, so SLAAC is switched on."""
        site = site.only(Family.IPV6)
        site = site.replaced("etc/radvd.conf", "AdvAutonomous off", "AdvAutonomous on")
        return with_installer(site, server="[2001:db8::1]")

    @on("x64-http-ipv6")
    def test_is_installed_anew(self, lab: Lab, boot_path: BootPath) -> None:
        """Its second disk stays as it was, and all that it fetched came over IPv6."""
        disk = Disk(size=ENOUGH, serial=SERIAL, content=lab.reporting_system())
        guest = machine(lab, boot_path, disk, Disk(content=DATA, serial="DATA"))
        before = guest.power.read_disk(1)
        order_installation(lab, guest)
        installed(lab, guest)
        assert guest.power.read_disk(1) == before
        assert {each.family for each in fetched(lab)} == {Family.IPV6}


class TestOverIPv4:
    """A BIOS, which knows no other family."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Install over IPv4."""
        return with_installer(site, server="192.0.2.1")

    @on("bios-ipxe-rom")
    def test_is_installed_anew(self, lab: Lab, boot_path: BootPath) -> None:
        """All that it did before the system's own kernel is told by console and wire alike."""
        disk = Disk(size=ENOUGH, serial=SERIAL, content=lab.reporting_system())
        guest = machine(lab, boot_path, disk)
        order_installation(lab, guest)
        installed(lab, guest)

    @on("bios-ipxe-rom")
    def test_a_disk_that_is_too_small_is_left_alone(self, lab: Lab, boot_path: BootPath) -> None:
        """It is told before anything is written: the machine still boots what it had."""
        guest = machine(lab, boot_path, Disk(serial=SERIAL, content=lab.reporting_system()))
        order_installation(lab, guest)
        cause = r"FAILED at disk: vda \(SYSTEM\) has 64 MiB, and the system needs 384; no disk was"
        with red(guest, cause, own_timeouts_s=LIVE_S):
            guest.wait_for("reinstall: unpacking", timeout_s=LIVE_S)
        assert reports(lab) == ["began", "failed-at-disk"]
        lab.bmc(guest).ipmitool("power", "cycle")
        boots_old_system(lab, guest)

    @on("bios-ipxe-rom")
    def test_a_server_that_dies_leaves_a_disk_that_says_so(
        self, lab: Lab, boot_path: BootPath
    ) -> None:
        """The installer names what did not come, and the disk at each boot that it is no system."""
        disk = Disk(size=ENOUGH, serial=SERIAL, content=lab.reporting_system())
        guest = machine(lab, boot_path, disk)
        order_installation(lab, guest)
        guest.wait_for("reinstall: unpacking", timeout_s=LIVE_S)
        lab.service(Role.HTTP).stop()
        cause = r"FAILED at unpack: http://\S+/system.tar.zst did not come whole: .*is half written"
        with red(guest, cause, own_timeouts_s=INSTALL_S):
            guest.wait_for(ENDED, timeout_s=INSTALL_S, what="the installation's end")
        lab.bmc(guest).ipmitool("power", "cycle")
        cause = "THIS DISK IS HALF WRITTEN, by installation"
        with red(guest, cause, own_timeouts_s=LIVE_S):
            guest.wait_for("reinstall: booting")

    @on("bios-ipxe-rom")
    def test_no_other_disk_is_taken(self, lab: Lab, boot_path: BootPath) -> None:
        """Where the disk that is meant is missing, all there are are named, and none is touched."""
        other = Disk(size=ENOUGH, serial="OTHER", content=lab.reporting_system())
        guest = machine(lab, boot_path, other, Disk(serial="DATA", content=DATA))
        before = [guest.power.read_disk(number) for number in range(2)]
        order_installation(lab, guest)
        cause = (
            r"no disk here has .* SYSTEM; there are: vda \(OTHER, 512 MiB\) vdb \(DATA, 64 MiB\)"
        )
        with red(guest, cause, own_timeouts_s=LIVE_S):
            guest.wait_for("reinstall: unpacking", timeout_s=LIVE_S)
        assert [guest.power.read_disk(number) for number in range(2)] == before
