"""An HTTP URL without the vendor class in the reply is red: UEFI HTTP Boot ignores it."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

POST_S, DISCOVERS_S = 20.0, 8.0 + 16 + 32 + 64
"""How long a cold start takes, and UEFI waits for an offer that it likes, question by question."""


class TestDhcpv4:
    """Option 60."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Leave it out."""
        option = '  option vendor-class-identifier "HTTPClient";\n'
        return site.replaced("etc/dhcp/dhcpd.conf", option, "", count=2)

    @on(slow=["x64-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware waits for another offer."""
        guest = lab.power_on(boot_path)
        cause = r"cause: .*DHCPv4 .*vendor class HTTPClient"
        with red(guest, cause, own_timeouts_s=POST_S + DISCOVERS_S):
            guest.wait_for_menu()


class TestDhcpv6:
    """Option 16."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Leave it out."""
        option = '  option dhcp6.vendor-class 0 10 "HTTPClient";\n'
        return site.replaced("etc/dhcp/dhcpd6.conf", option, "", count=2)

    @on("x64-http-ipv6")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware waits for another advertisement."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*DHCPv6 .*vendor class HTTPClient"):
            guest.wait_for_menu()
