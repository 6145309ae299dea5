"""OVMF takes the first 64 bits of an IPv6 network for its prefix, whatever the router advertises.

RFC 4861, 6.3.4: what is outside an advertised prefix is reached through the router. OVMF asks for
the server's MAC address on the link instead, where it is not.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import on, pair
from harness.site import Site
from scenarios.bugs.behind_router import put_behind_router, with_loader_at

NEAR, FAR = "2001:db8::2:1", "2001:db8:1::1"
"""Outside the prefix that is advertised: within the same 64 bits, and not."""
GIVES_UP_S = 10.0
"""Of a machine with KVM: with emulation four times as much. Some versions ask for ever."""

pytestmark = pytest.mark.real_clock("routers answer by the host's time, and firmware goes on")


class TestOf112Bits:
    """Machines and server are in the same /64, and a router stands between their two /112."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Advertise the machines' part of it."""
        longer = site.replaced("etc/radvd.conf", "2001:db8::/64", "2001:db8::1:0/112")
        return with_loader_at(longer, NEAR)

    @pair(
        "x64-tftp-ipv6",
        report="tianocore/edk2#9781",
        symptom=rf"nobody has {NEAR} .*neighbour solicitations unanswered",
        shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
    )
    def test_prefix_length(self, lab: Lab, boot_path: BootPath, bug: Bug) -> None:
        """It fetches its loader through the router."""
        put_behind_router(lab, NEAR)
        guest = lab.power_on(boot_path)
        with bug.held():
            guest.wait_for("iPXE initialising devices", timeout_s=GIVES_UP_S)


class TestOf64Bits:
    """The server is in another /64."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Have the loader there."""
        return with_loader_at(site, FAR)

    @on("x64-tftp-ipv6")
    def test_is_reached(self, lab: Lab, boot_path: BootPath) -> None:
        """It is fetched through the router: where the lengths agree, all is well."""
        put_behind_router(lab, FAR)
        lab.power_on(boot_path).wait_for("iPXE initialising devices")
