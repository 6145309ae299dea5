"""A mount whose export is gone is stale, and the server is the one who says so."""

import pytest

from harness.lab import Lab
from harness.lab.fault import export_instead
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

pytestmark = [pytest.mark.slow, pytest.mark.live]


@on("bios-ipxe-rom")
def test_is_said_at_the_next_look(lab: Lab, boot_path: BootPath) -> None:
    """The operator exports another directory instead, below the running client."""
    guest = lab.power_on(boot_path)
    guest.assert_boots("showmax")
    shell = guest.log_in()
    assert shell.mount_nfs("192.0.2.1:/srv/tftp", version="3") == ("", 0)
    export_instead(lab, "/srv/tftp/grml *(ro,insecure)\n")
    said, code = shell.attempt("ls /mnt/showmax")
    assert "Stale file handle" in said
    assert code != 0
    assert "STALE" in {error for use in guest.nfs_uses() for error in use.errors}
