"""iPXE of each release goes where it is sent, which firmware does not (see `test_redirection`)."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from harness.witness.wire import HttpExchange
from scenarios.bugs.by_script import END, with_script
from scenarios.bugs.redirected import MOVED, with_moved

STATUSES = (301, 302, 303, 307, 308)
FILES = {f"/by-{status}": status for status in STATUSES}


@pytest.fixture(params=["ipxe@1.0", "ipxe@1.21", "ipxe@2.0"])
def site(site: Site, request: pytest.FixtureRequest) -> Site:
    """Have this release fetch files that are elsewhere, one by each status."""
    for path, status in FILES.items():
        site = with_moved(site, path, status=status)
    site = site.with_supply("srv/tftp/ipxe.efi", f"{request.param}/ipxe.efi")
    return with_script(site, *(f"imgfetch http://192.0.2.1{path}" for path in FILES))


@on("x64-tftp-ipv4")
def test_it_is_followed(lab: Lab, boot_path: BootPath) -> None:
    """Each is asked for where it is not, and then where it is."""
    lab.power_on(boot_path).wait_for(END)
    asked = {each.path: each.status for each in lab.wire().of(HttpExchange)}
    assert FILES.items() <= asked.items()
    assert {f"{MOVED}{path}": 200 for path in FILES}.items() <= asked.items()
