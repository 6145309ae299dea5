"""iPXE before 1.21 takes percent-encoding apart and puts it together otherwise: %2F becomes /."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from harness.witness.wire import HttpExchange
from scenarios.bugs.by_script import END, with_script

ASKED = "/enc/a%2Fb%7Ec%20d.txt"


@pytest.fixture
def site(site: Site) -> Site:
    """Fetch a file by such a name; the web server gives it out by either."""
    return with_script(
        site.with_file("srv/tftp/enc/a/b~c d.txt", "found"), f"imgfetch http://192.0.2.1{ASKED}"
    )


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe 1844aacc8",
    symptom=r"/enc/a/b~c%20d\.txt",
    axis="loader",
    shown_by=["ipxe@1.0"],
    not_by=["ipxe@1.21", "ipxe@2.0"],
)
def test_percent_encoding(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """What the script says is what the server is asked for."""
    lab.power_on(boot_path).wait_for(END)
    asked = [each.path for each in lab.wire().of(HttpExchange)]
    with bug.held():
        assert ASKED in asked
