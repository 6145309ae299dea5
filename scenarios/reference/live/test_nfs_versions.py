"""A booted system mounts the server's export by both versions of NFS, over both families."""

from hashlib import sha256

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on

pytestmark = [pytest.mark.slow, pytest.mark.live]
EXPORT = "/srv/tftp"


@on("bios-ipxe-rom")
def test_each_is_served(lab: Lab, boot_path: BootPath) -> None:
    """The script that it booted by is read back over each of them."""
    guest = lab.power_on(boot_path)
    guest.assert_boots("showmax")
    shell = guest.log_in()
    shell.add_address("2001:db8::99/64")
    server, server6 = lab.site.server.ipv4, lab.site.server.ipv6
    assert server is not None
    assert server6 is not None
    found = {
        shell.checksum_over_nfs(f"{server.ip}:{EXPORT}", "script.ipxe", version="3"),
        shell.checksum_over_nfs(f"{server.ip}:{EXPORT}", "script.ipxe", version="4.2"),
        shell.checksum_over_nfs(f"[{server6.ip}]:{EXPORT}", "script.ipxe", version="3"),
        shell.checksum_over_nfs(f"[{server6.ip}]:{EXPORT}", "script.ipxe", version="4.2"),
    }
    assert found == {sha256(lab.site.read(lab.site.script_path).encode()).hexdigest()}
    used = {(use.version, use.family) for use in guest.nfs_uses()}
    assert used == {(version, family) for version in ("3", "4.2") for family in Family}
