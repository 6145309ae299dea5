"""iPXE before 2.0 does not know the classless static routes of DHCP's option 121 (RFC 3442)."""

import re

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.by_script import with_script

ROUTE = re.compile(r"10\.99\.0\.0/255\.255\.255\.0 gw 192\.0\.2\.1\b")


@pytest.fixture
def site(site: Site) -> Site:
    """Give a route to another network, and show the routes."""
    configuration = "etc/dhcp/dhcpd.conf"
    routers = "  option routers 192.0.2.1;"
    routes = f"{routers}\n  option routes 24, 10, 99, 0, 192, 0, 2, 1;"
    code = "option client-arch code 93"
    definition = f"option routes code 121 = array of unsigned integer 8;\n{code}"
    told = site.replaced(configuration, routers, routes).replaced(configuration, code, definition)
    return with_script(told, "route")


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe b5fb7353f",
    symptom="was waited for",
    axis="loader",
    shown_by=["ipxe@1.0", "ipxe@1.21"],
    not_by=["ipxe@2.0"],
)
def test_classless_routes(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The route is among those that it has."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for(ROUTE, what="the route")
