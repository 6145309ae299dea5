"""A router that is silent, or does not say all that IPv6 hosts need, is red on IPv6's paths."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

PREFIX = """
  prefix 2001:db8::/64
  {
    AdvOnLink on;
    AdvAutonomous off;
  };
"""


@on("x64-http-ipv6")
def test_absent(lab: Lab, boot_path: BootPath) -> None:
    """Nobody says where the network is."""
    lab.service("radvd").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: no router advertisement .*radvd was stopped"):
        guest.assert_boots(lab.site.menu.default)


class TestWithoutManagedFlag:
    """Addresses come from DHCPv6, and nobody says so."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Switch both flags off."""
        site = site.replaced("etc/radvd.conf", "AdvManagedFlag on", "AdvManagedFlag off")
        return site.replaced("etc/radvd.conf", "AdvOtherConfigFlag on", "AdvOtherConfigFlag off")

    @on("x64-http-ipv6")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The advertisement itself is the witness."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the router .* lacks the managed flag"):
            guest.assert_boots(lab.site.menu.default)


class TestWithoutPrefix:
    """The server's address is on the link, and nobody says so."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take the prefix out."""
        return site.replaced("etc/radvd.conf", PREFIX, "")

    @on("x64-http-ipv6")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The prefix that is missing is named."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the router .* lacks the prefix 2001:db8::/64"):
            guest.assert_boots(lab.site.menu.default)
