"""A machine's own script may go by the machine's UUID: the site's name of it is filled in."""

from dataclasses import replace

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

MAC = "52:54:00:12:34:56"
SCRIPT = """#!ipxe
kernel {entry.kernel} initrd=initrd.grml.img {words}
initrd {entry.initrd}
boot
"""


@pytest.fixture
def site(site: Site) -> Site:
    """Let the boot script ask by UUID, and give this machine such a script."""
    by_uuid = replace(site, machine_script="script.ipxe-{uuid}")
    asked = by_uuid.replaced(site.script_path, "/script.ipxe-${netX/mac}", "/script.ipxe-${uuid}")
    entry = site.menu.entries["grml"]
    script = SCRIPT.format(entry=entry, words=" ".join(entry.expected_words(MAC)))
    return asked.with_file(asked.machine_script_path(MAC), script)


@on(slow=["bios-ipxe-rom", "x64-http-ipv4"])
def test_takes_over(lab: Lab, boot_path: BootPath) -> None:
    """IPXE has the same UUID as the site's file."""
    lab.power_on(boot_path, mac=MAC).assert_boots("grml")
