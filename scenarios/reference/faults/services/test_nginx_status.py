"""A web server that answers with an error or sends clients elsewhere is red, with its answer."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

CONFIGURATION = "etc/nginx/nginx.conf"
PLACE = "root /srv/tftp;"
FIRMWARE_S = 10.0
"""POST, and DHCP with its pauses."""


class TestNotFound:
    """The script is not there."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take it away."""
        return site.without(site.script_path)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Nginx's log has the path on its disk."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: nginx answered 404 to GET /script\.ipxe .*No such"):
            guest.wait_for_menu()


class TestForbidden:
    """The file is there, and nginx may not read it."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Shut the loader and the script."""
        return site.with_unreadable("srv/tftp/ipxe.efi").with_unreadable(site.script_path)

    @on("bios-ipxe-rom")
    def test_script(self, lab: Lab, boot_path: BootPath) -> None:
        """IPXE is refused the script."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: nginx answered 403 to GET /script\.ipxe .*denied"):
            guest.wait_for_menu()

    @on("x64-http-ipv4")
    def test_loader(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware is refused the loader."""
        guest = lab.power_on(boot_path)
        with red(
            guest,
            r"cause: nginx answered 403 to \w+ /ipxe\.efi .*denied",
            own_timeouts_s=FIRMWARE_S,
        ):
            guest.wait_for_menu()


class TestServerError:
    """Something behind the server is broken."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Answer the script's requests with 500."""
        broken = f"{PLACE} location = /script.ipxe {{ return 500; }}"
        return site.replaced(CONFIGURATION, PLACE, broken)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The status is named."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: nginx answered 500 to GET /script\.ipxe"):
            guest.wait_for_menu()


class TestRedirect:
    """Everything has moved."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Send clients to another path."""
        moved = "location ~ ^/(script.ipxe|ipxe.efi)$ { return 302 http://192.0.2.1/new$uri; }"
        new = "location /new/ { alias /srv/tftp/; }"
        return site.replaced(CONFIGURATION, PLACE, f"{PLACE} {moved} {new}")

    @on("bios-ipxe-rom")
    def test_script(self, lab: Lab, boot_path: BootPath) -> None:
        """IPXE follows; the site promises no such path."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: nginx answered 302 .*new/script\.ipxe"):
            guest.assert_boots(lab.site.menu.default)

    @on("x64-http-ipv4")
    def test_loader(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware does not follow."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: nginx answered 302 .*new/ipxe\.efi", own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()
