"""A machine's own script may go by the machine's UUID: the site's name of it is filled in."""

from dataclasses import replace

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.promises.test_machine_script import with_script

MAC = "52:54:00:12:34:56"


@pytest.fixture
def site(site: Site) -> Site:
    """Let the boot script ask by UUID, and give this machine such a script."""
    by_uuid = replace(site, machine_script="script.ipxe-{uuid}")
    asked = by_uuid.replaced(site.script_path, "/script.ipxe-${netX/mac}", "/script.ipxe-${uuid}")
    return with_script(asked, MAC, "grml")


@on(slow=["bios-ipxe-rom", "x64-http-ipv4"])
def test_takes_over(lab: Lab, boot_path: BootPath) -> None:
    """IPXE has the same UUID as the site's file."""
    lab.power_on(boot_path, mac=MAC).assert_boots("grml")
