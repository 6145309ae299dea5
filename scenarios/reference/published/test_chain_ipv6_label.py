"""The published label `:chain_ipv6:` is reached by no `goto`: no machine's own script over IPv6."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on
from harness.site import Site

MAC = "52:54:00:12:34:50"
"""Of a lab's first machine: one with another needs an image of its own of its POST."""
SCRIPT = """#!ipxe
kernel {entry.kernel} initrd=initrd.img {words}
initrd {entry.initrd}
boot
"""


@pytest.fixture
def site(site: Site) -> Site:
    """Give a machine a script of its own, in a network without IPv4."""
    entry = site.menu.entries["gparted"]
    script = SCRIPT.format(entry=entry, words=" ".join(entry.expected_words(MAC)))
    return site.without_daemons("dhcpd4").with_file(site.machine_script_path(MAC), script)


class TestPublished:
    """A colon too many."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Write the label as it was published."""
        return site.replaced(site.script_path, "\n:chain_ipv6\n", "\n:chain_ipv6:\n")

    @on("x64-http-ipv6")
    def test_the_script_ends_there(self, lab: Lab, boot_path: BootPath) -> None:
        """No such label, says iPXE, and asks for nothing more."""
        guest = lab.power_on(boot_path, mac=MAC)
        with pytest.raises(BootError, match=r"/2d02[\s\S]*went well was script\.ipxe over HTTP, "):
            guest.assert_boots("gparted")


@on(slow=["x64-http-ipv6"])
def test_the_sites_own_label_is_reached(lab: Lab, boot_path: BootPath) -> None:
    """Without it, the machine's own script is fetched over IPv6, and run."""
    guest = lab.power_on(boot_path, mac=MAC)
    verdict = guest.assert_boots("gparted")
    assert verdict.machine_script_family is Family.IPV6
