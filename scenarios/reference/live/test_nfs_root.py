"""Live systems mount their root from the boot server's NFS export."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

pytestmark = [pytest.mark.slow, pytest.mark.live]


@on("x64-http-ipv4")
def test_gparted(lab: Lab, boot_path: BootPath) -> None:
    """`netboot=nfs nfsroot=…`, for live-boot."""
    guest = lab.power_on(boot_path)
    guest.choose("gparted")
    root = guest.assert_boots("gparted").root
    assert root.medium.source == "192.0.2.1:/srv/tftp/gparted"
    assert root.medium.nfs_version == "3"


@on("bios-ipxe-rom")
def test_grml(lab: Lab, boot_path: BootPath) -> None:
    """`root=/dev/nfs nfsroot=… live-media-path=…`, for live-boot."""
    guest = lab.power_on(boot_path)
    guest.choose("grml")
    root = guest.assert_boots("grml").root
    assert root.medium.source == "192.0.2.1:/srv/tftp/grml"
    assert root.image.endswith("/live/grml64-full/filesystem.squashfs")


@on("bios-ipxe-rom")
def test_sysrescd(lab: Lab, boot_path: BootPath) -> None:
    """`nfsboot=…`, for an initramfs that stands in for SystemRescueCd's, and says so."""
    guest = lab.power_on(boot_path)
    guest.choose("sysrescd")
    root = guest.assert_boots("sysrescd").root
    assert root.medium.source == "192.0.2.1:/srv/tftp/sysrescd"
    assert root.image.endswith("/sysrcd.dat")
    assert "stand-in" in root.stand_in
