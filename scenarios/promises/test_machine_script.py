"""A machine's own script takes over: no menu, and the entry that the script names."""

from pathlib import Path

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family, Role
from harness.pytest_plugin.matrix import needs, on
from harness.site import Site

pytestmark = needs("machine_script")

MAC = "52:54:00:12:34:50"
"""Of a lab's first machine: one with another needs an image of its own of its POST."""
# Files by their place on the server: the script may lie in a directory of its own.
SCRIPT = """#!ipxe
kernel /{item.kernel} initrd={initrd} {words}
initrd /{item.initrd}
boot
"""


def with_script(site: Site, mac: str, entry: str) -> Site:
    """Give the machine with this MAC a script of its own, which boots this entry."""
    item = site.menu.entries[entry]
    script = SCRIPT.format(
        item=item, initrd=Path(item.initrd or "").name, words=" ".join(item.expected_words(mac))
    )
    return site.with_file(site.machine_script_path(mac), script)


@pytest.fixture
def site(site: Site, entry: str) -> Site:
    """Let it boot an entry that nobody has chosen."""
    return with_script(site, MAC, entry)


@on("x64-http-ipv4", "bios-ipxe-rom")
def test_over_ipv4(lab: Lab, boot_path: BootPath, entry: str) -> None:
    """Where both families work, the script is fetched over IPv4."""
    guest = lab.power_on(boot_path, mac=MAC)
    verdict = guest.assert_boots(entry)
    assert verdict.machine_script_family is Family.IPV4


class TestIPv6Only:
    """A network without IPv4."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take the DHCPv4 server away, if there is one."""
        return site.without_role(Role.DHCPV4)

    @on("x64-http-ipv6", slow=["x64-tftp-ipv6"])
    def test_over_ipv6(self, lab: Lab, boot_path: BootPath, entry: str) -> None:
        """The script is found beside the one that DHCPv6 named."""
        guest = lab.power_on(boot_path, mac=MAC)
        verdict = guest.assert_boots(entry)
        assert verdict.machine_script_family is Family.IPV6
