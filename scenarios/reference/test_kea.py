"""With Kea as the DHCP servers all boots the same, and its failures have its name and lines."""

from pathlib import Path

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

FILES = Path(__file__).parents[2] / "fixtures" / "showmax-kea"
FOUR, SIX = "etc/kea/kea-dhcp4.conf", "etc/kea/kea-dhcp6.conf"
TAKEN = '"reservations": [ { "hw-address": "52:54:00:00:00:77", "ip-address": "192.0.2.64" } ],'
ROUNDS_S = 180.0
"""A loader that is handed itself asks DHCP and fetches itself in each round."""


@pytest.fixture
def site(site: Site) -> Site:
    """Put Kea in dhcpd's place, with the same decision tree."""
    changed = site.with_daemon("kea4", instead_of="dhcpd4")
    changed = changed.with_daemon("kea6", instead_of="dhcpd6")
    for path in (FOUR, SIX):
        changed = changed.with_file(path, (FILES / path).read_text())
    return changed


@on(
    *("bios-ipxe-rom", "x64-http-ipv6"),
    slow=["bios-vendor-rom", "x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4"],
)
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """The wire, its log and the payload agree."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@on("bios-ipxe-rom")
def test_dead_before_the_boot(lab: Lab, boot_path: BootPath) -> None:
    """Somebody ended it."""
    lab.service("kea4").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: kea-dhcp4 was stopped before this machine asked"):
        guest.assert_boots(lab.site.menu.default)


@on(slow=["x64-http-ipv4"])
def test_dead_between_firmware_and_ipxe(lab: Lab, boot_path: BootPath) -> None:
    """The firmware had its lease; iPXE does not get one."""
    guest = lab.power_on(boot_path)
    guest.wait_for("File Size:")
    lab.service("kea4").stop()
    with red(guest, r"cause: kea-dhcp4 was stopped after frame \d+.*iPXE's"):
        guest.assert_boots(lab.site.menu.default)


class TestEmptyPool4:
    """One address, which is another machine's."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Shrink the pool."""
        small = site.replaced(FOUR, "192.0.2.64 - 192.0.2.127", "192.0.2.64 - 192.0.2.64")
        return small.replaced(FOUR, '"pools": [', f'{TAKEN} "pools": [')

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Kea logs why it does not answer."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the pool 192\.0\.2\.64 to 192\.0\.2\.64 .* has no free lease"):
            guest.assert_boots(lab.site.menu.default)


class TestWrongFile:
    """One letter of the boot file."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name a file that is not there."""
        return site.replaced(
            FOUR, '"http://192.0.2.1/script.ipxe"', '"http://192.0.2.1/scrip.ipxe"'
        )

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It is what Kea has handed out."""
        guest = lab.power_on(boot_path)
        with red(guest, r"handed out bootfile 'http://192\.0\.2\.1/scrip\.ipxe' \(frame \d+\)"):
            guest.assert_boots(lab.site.menu.default)


class TestUserClassAsText:
    """`option[77].text` is never 'iPXE', whatever iPXE sends."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Compare it so."""
        return site.replaced(FOUR, "option[77].hex", "option[77].text")

    @on(slow=["x64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The loader is handed itself."""
        guest = lab.power_on(boot_path)
        with red(
            guest,
            r"cause: .*handed out bootfile 'ipxe\.efi' .*'script\.ipxe'",
            own_timeouts_s=ROUNDS_S,
        ):
            guest.assert_boots(lab.site.menu.default)


class TestReservation:
    """A host's own file comes before the class's, for iPXE on it, too."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Give the machine a reservation with the loader that its firmware needs."""
        own = '"hw-address": "52:54:00:12:34:50", "boot-file-name": "ipxe.efi"'
        return site.replaced(FOUR, '"pools": [', f'"reservations": [ {{ {own} }} ], "pools": [')

    @on(slow=["x64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The loader is handed itself."""
        guest = lab.power_on(boot_path)
        with red(
            guest,
            r"cause: .*handed out bootfile 'ipxe\.efi' .*'script\.ipxe'",
            own_timeouts_s=ROUNDS_S,
        ):
            guest.assert_boots(lab.site.menu.default)
