"""An export that is read-only takes nothing, whatever the client asked for."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

pytestmark = [pytest.mark.slow, pytest.mark.live]


@on("bios-ipxe-rom")
def test_is_said_at_the_first_write(lab: Lab, boot_path: BootPath) -> None:
    """Mounted `rw`, the export reads; a write is refused by the server, in its words."""
    guest = lab.power_on(boot_path)
    guest.assert_boots("showmax")
    shell = guest.log_in()
    said, code = shell.mount_nfs("192.0.2.1:/srv/tftp", version="3", mode="rw")
    assert (said, code) == ("", 0)
    said, code = shell.attempt("touch /mnt/new")
    assert "Read-only file system" in said
    assert code == 1
    assert "ROFS" in {error for use in guest.nfs_uses() for error in use.errors}
