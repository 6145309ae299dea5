"""A menu that comes back before anybody can have read why an entry failed is red."""

import pytest

from harness.errors import BootError
from harness.lab import EntryEnding, Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

pytestmark = pytest.mark.real_clock("the message stays for 10 seconds of somebody's time")


@pytest.fixture
def site(site: Site) -> Site:
    """Take a kernel away, and nearly all of the pause."""
    script = site.replaced(site.script_path, "\nsleep 10\n", "\nsleep 1\n")
    return script.without("srv/tftp/grml/vmlinuz.grml")


@on("bios-ipxe-rom")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The message promises 10 seconds."""
    guest = lab.power_on(boot_path)
    guest.choose("grml")
    with pytest.raises(BootError, match=r"after the message, the site says 10 s"):
        guest.assert_fails("grml", EntryEnding.MISSING)
