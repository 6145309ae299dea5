"""A machine's own script takes over: no menu, and the entry that the script names."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on
from harness.site import Site

MAC = "52:54:00:12:34:56"
ENTRY = "sysrescd"
"""Not the default, nor one whose kernel asks for a video mode that no serial console has."""
SCRIPT = """#!ipxe
kernel {entry.kernel} initrd=initram.igz {words}
initrd {entry.initrd}
boot
"""


@pytest.fixture
def site(site: Site) -> Site:
    """Give the machine with this MAC a script of its own."""
    entry = site.menu.entries[ENTRY]
    script = SCRIPT.format(entry=entry, words=" ".join(entry.expected_words(MAC)))
    return site.with_file(site.machine_script_path(MAC), script)


@on("x64-http-ipv4", "bios-ipxe-rom")
def test_over_ipv4(lab: Lab, boot_path: BootPath) -> None:
    """Where both families work, the script is fetched over IPv4."""
    guest = lab.power_on(boot_path, mac=MAC)
    verdict = guest.assert_boots(ENTRY)
    assert verdict.machine_script_family is Family.IPV4


class TestIPv6Only:
    """A network without IPv4."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take the DHCPv4 server away."""
        return site.without_daemons("dhcpd4")

    @on("x64-http-ipv6", "x64-tftp-ipv6")
    def test_over_ipv6(self, lab: Lab, boot_path: BootPath) -> None:
        """The script is found beside the one that DHCPv6 named."""
        guest = lab.power_on(boot_path, mac=MAC)
        verdict = guest.assert_boots(ENTRY)
        assert verdict.machine_script_family is Family.IPV6
