"""shim looks for what it starts in the root where its own name came by option 67 alone.

It takes the directory from the DHCP header's field `file`, which such a server leaves empty.
"""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from harness.witness.wire import TftpTransfer

BOOT = "srv/tftp/boot"
NAMED = '  filename "ipxe.efi";'


@pytest.fixture
def site(site: Site, bug: Bug) -> Site:
    """Hand shim out by the option, with GRUB beside it."""
    by_option = '  option bootfile-name "boot/shimx64.efi";'
    site = site.with_supply(f"{BOOT}/shimx64.efi", f"{bug.release}/shimx64.efi.signed")
    site = site.with_supply(f"{BOOT}/grubx64.efi", "grub/grubnetx64.efi.signed")
    return site.replaced("etc/dhcp/dhcpd.conf", NAMED, by_option)


@pair(
    "x64-tftp-ipv4",
    report="rhboot/shim#710",
    symptom="'grubx64.efi'",
    axis="",
    shown_by=["shim@16.1"],
)
def test_shim_by_option_67(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It asks for the loader that lies beside it."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError):
        guest.wait_for_menu()
    asked = [each.file for each in lab.wire().of(TftpTransfer)]
    with bug.held():
        assert "boot/grubx64.efi" in asked
