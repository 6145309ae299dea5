"""What Redfish asks of a system, it does in its own time: to restart, and from elsewhere."""

import pytest

from harness.lab import Lab, Start, Stop
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.test_bmc_system import IS_UP, OBEYED_S
from scenarios.reference.test_redfish import sushy
from scenarios.reference.words import STAY, with_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_linux("it obeys its power button"),
    pytest.mark.real_clock("somebody looks at it"),
]


@pytest.fixture
def site(site: Site) -> Site:
    """Let the system stay."""
    return with_words(site, STAY)


@on("bios-ipxe-rom", "x64-http-ipv4")
def test_graceful_restart(lab: Lab, boot_path: BootPath) -> None:
    """Its system shuts down when it is asked to, and is booted once more, without a hand."""
    guest = lab.add_guest(boot_path, has_disk=True)
    sushy(lab, guest, "boot Pxe Continuous", "reset On")
    guest.wait_for(IS_UP)
    sushy(lab, guest, "reset GracefulRestart")
    assert guest.power.wait_for_event(Start.ON, OBEYED_S, after=1)
    assert sushy(lab, guest, "show") == ["On Continuous Pxe"]
    guest.wait_for(IS_UP)
    events = [mark.event for mark in guest.power.history]
    assert events == [Start.ON, Stop.SHUTDOWN, Start.ON]
