"""With lighttpd as the web server all boots the same, and its failures have its name."""

from pathlib import Path

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

CONFIGURATION = Path(__file__).with_name("lighttpd")
ACCESS_LOG = "conf-enabled/10-accesslog.conf"


@pytest.fixture
def site(site: Site) -> Site:
    """Put lighttpd in nginx's place, with Debian's own configuration of its access log."""
    changed = site.with_daemon("lighttpd", instead_of="nginx")
    for file in ("lighttpd.conf", ACCESS_LOG):
        changed = changed.with_file(f"etc/lighttpd/{file}", (CONFIGURATION / file).read_text())
    return changed


@on(
    "bios-ipxe-rom",
    slow=["bios-vendor-rom", "x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6"],
)
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """The wire, its access log and the payload agree."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


class TestRed:
    """A file that is not there."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take the boot script away."""
        return site.without(site.script_path)

    @on("bios-ipxe-rom")
    def test_a_file_that_is_not_there(self, lab: Lab, boot_path: BootPath) -> None:
        """The 404 is lighttpd's."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: lighttpd answered 404 to GET /script\.ipxe "):
            guest.assert_boots(lab.site.menu.default)
