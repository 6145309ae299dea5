"""A DNS server that does not know the boot server, or is dead, is red: the live system needs it."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

pytestmark = pytest.mark.needs_linux("it asks for the name itself")

RECORD = "host-record=local-server,192.0.2.1,2001:db8::1"


class TestWithoutTheName:
    """The one name that boot entries use is not there."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Forget it."""
        return site.replaced("etc/dnsmasq.conf", RECORD, "")

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The wire has the server's answer, and the booted system has no address."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: local-server did not resolve: the DNS server said no such name"):
            guest.assert_boots("showmax")


@on(slow=["bios-ipxe-rom"])
def test_dead(lab: Lab, boot_path: BootPath) -> None:
    """Nobody listens where DHCP sends the system for names."""
    lab.service("dnsmasq").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: the DNS server does not listen: .*dnsmasq was stopped"):
        guest.assert_boots("showmax")
