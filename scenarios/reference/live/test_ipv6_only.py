"""Debian's live-boot on a network without IPv4: what it cannot do, and what it then needs."""

from dataclasses import replace

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on, only
from harness.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.live, only(Family.IPV6)]

BY_NAME = "fetch=http://local-server/stretch/filesystem.squashfs"
BY_ADDRESS = BY_NAME.replace("local-server", "[2001:db8::1]")


@on("x64-http-ipv6")
def test_by_dhcp(lab: Lab, boot_path: BootPath) -> None:
    """Its initramfs asks DHCPv4 only (klibc's ipconfig), and its root never comes."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match="cause: the initramfs found no root for the live system"):
        guest.assert_boots("showmax")


class TestByRouter:
    """Its kernel makes itself an address, where routers let it, and the server is named by its."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Announce a prefix to make addresses of; name the server by its own address."""
        site = site.replaced("etc/radvd.conf", "AdvAutonomous off", "AdvAutonomous on")
        site = site.replaced("srv/tftp/script.ipxe", BY_NAME, BY_ADDRESS)
        entry = site.menu.entries["showmax"]
        words = (BY_ADDRESS if word == BY_NAME else word for word in entry.cmdline)
        entries = {**site.menu.entries, "showmax": replace(entry, cmdline=tuple(words))}
        return replace(site, menu=replace(site.menu, entries=entries))

    @on("x64-http-ipv6")
    def test_boots(self, lab: Lab, boot_path: BootPath) -> None:
        """The root has come over IPv6, and nobody spoke IPv4 but to ask for DHCP."""
        guest = lab.power_on(boot_path)
        root = guest.assert_boots("showmax").root
        assert root.image_sha256
