"""With apache2 as the web server all boots the same, and its failures have its name."""

from pathlib import Path

import pytest

from harness.errors import ServiceError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

CONFIGURATION = Path(__file__).with_name("apache2") / "boot.conf"
PLACE = "etc/apache2/sites-enabled/boot.conf"


@pytest.fixture
def site(site: Site) -> Site:
    """Put apache2 in nginx's place, by a virtual host beside Debian's own files."""
    changed = site.with_daemon("apache2", instead_of="nginx")
    return changed.with_file(PLACE, CONFIGURATION.read_text())


@on(
    "bios-ipxe-rom",
    slow=["bios-vendor-rom", "x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6"],
)
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """The wire, its access log and the payload agree."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


class TestRefused:
    """A directory that nobody is granted."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let the virtual host forget whom it grants its directory."""
        return site.replaced(PLACE, "Require all granted", "AllowOverride None")

    @on("bios-ipxe-rom")
    def test_a_directory_that_nobody_is_granted(self, lab: Lab, boot_path: BootPath) -> None:
        """The 403 is apache2's, by Debian's rule for all that no section grants."""
        guest = lab.power_on(boot_path)
        told = (
            r"cause: apache2 answered 403 to GET /script\.ipxe over IPv4 \(frame \d+\); "
            r"apache2 says: client denied by server configuration: /srv/tftp/script\.ipxe; "
            r"`Require all denied` in <Directory /> \(Debian's own apache2\.conf\)"
        )
        with red(guest, told):
            guest.assert_boots(lab.site.menu.default)


@on(slow=["bios-ipxe-rom"])
def test_dead_before(lab: Lab, boot_path: BootPath) -> None:
    """Nobody answers, and who ended it is told."""
    lab.service("apache2").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: .*192\.0\.2\.1.*refused.*apache2 was stopped"):
        guest.wait_for_menu()


@on(slow=["bios-ipxe-rom"])
def test_dead_between(lab: Lab, boot_path: BootPath) -> None:
    """A daemon that dies ends the wait, with its last words."""
    guest = lab.power_on(boot_path)
    lab.service("apache2").kill()
    with pytest.raises(ServiceError, match="apache2: died"):
        guest.wait_for_menu()
