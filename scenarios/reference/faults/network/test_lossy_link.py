"""A link that loses, delays, doubles or reorders frames slows a boot down; it still is green."""

import pytest

from harness.lab import Lab
from harness.lab.link_fault import Kind, Toward
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

# An idle guest with the fast clock has given up before a process of the lab has forwarded.
pytestmark = pytest.mark.real_clock("a link's faults take the host's time")


@on("bios-ipxe-rom")
def test_lost_frames(lab: Lab, boot_path: BootPath) -> None:
    """Every tenth frame of HTTP is lost, either way: TCP sends it again."""
    link = lab.link().lose(every=10, of=Kind.HTTP)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("lose http")
    assert any("lost" in fault for fault in verdict.recovered)


@on(slow=["bios-ipxe-rom"])
def test_lost_questions(lab: Lab, boot_path: BootPath) -> None:
    """The first question to DHCP and its first answer are lost: the machine asks again."""
    link = lab.link()
    link.lose(times=1, of=Kind.DHCP, toward=Toward.SERVER)
    link.lose(times=1, of=Kind.DHCP, toward=Toward.GUEST)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("lose dhcp 1 to the server", "lose dhcp 1 to the guest")
    assert any("lost 1 frame (dhcp)" in fault for fault in verdict.recovered)


@on(slow=["x64-tftp-ipv6", "x64-tftp-ipv4"])
def test_lost_blocks(lab: Lab, boot_path: BootPath) -> None:
    """Three blocks of the loader are lost: each is sent again."""
    link = lab.link().lose(every=100, times=3, of=Kind.TFTP_DATA)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("lose tftp-data 300 to the guest")
    assert any("lost 3 frames (tftp-data)" in fault for fault in verdict.recovered)
    assert any("blocks of ipxe.efi again" in fault for fault in verdict.recovered)


@on(slow=["bios-ipxe-rom"])
def test_late_frames(lab: Lab, boot_path: BootPath) -> None:
    """Every frame takes 20 ms longer, as over a tunnel to another country."""
    link = lab.link().delay(20)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("delay")
    assert any("was slow" in fault for fault in verdict.recovered)


@on(slow=["bios-ipxe-rom", "x64-tftp-ipv4"])
def test_double_frames(lab: Lab, boot_path: BootPath) -> None:
    """Every third frame comes twice: nothing is fetched or leased twice for that."""
    link = lab.link().duplicate(every=3)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("duplicate any")
    assert any("twice" in fault for fault in verdict.recovered)


@on(slow=["bios-ipxe-rom"])
def test_overtaken_frames(lab: Lab, boot_path: BootPath) -> None:
    """Every tenth frame is overtaken by the next."""
    link = lab.link().reorder(every=10)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("reorder any")
    assert any("be overtaken" in fault for fault in verdict.recovered)
