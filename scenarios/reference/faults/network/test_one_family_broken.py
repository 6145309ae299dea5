"""A network with both families of which one is broken: who boots by that is red, by its name."""

import pytest

from harness.lab import Lab
from harness.lab.fault import remove_address, silence
from harness.machines import BootPath
from harness.model import Family, Protocol
from harness.pytest_plugin.matrix import on
from harness.step import IP_NAME
from scenarios.reference.red import red

GIVES_UP_S = 120.0
"""Within this much of its own time firmware has sent its last question (docs/families.md)."""
DNS = {"udp": 53}


SAID = {
    Protocol.TFTP: r"cause: nothing answered the TFTP request for ipxe\.efi over {}",
    Protocol.HTTP: r"cause: the web server does not answer: \S+ port 80 over {}, \d+ SYNs unansw",
}


@on(slow=["x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6", "bios-ipxe-rom"])
def test_files_are_dropped(lab: Lab, boot_path: BootPath) -> None:
    """Whoever has a lease of a family asks for its file over that, and again and again."""
    silence(lab, boot_path.family)
    guest = lab.power_on(boot_path)
    said = SAID[boot_path.protocol].format(IP_NAME[boot_path.family])
    with red(guest, said, own_timeouts_s=GIVES_UP_S):
        guest.assert_boots(lab.site.menu.default)


@on(slow=["x64-tftp-ipv4", "bios-ipxe-rom"])
def test_nobody_has_the_servers_ipv4_address(lab: Lab, boot_path: BootPath) -> None:
    """DHCP goes on and names it, and nobody answers for it."""
    remove_address(lab, Family.IPV4)
    guest = lab.power_on(boot_path)
    words = r"cause: nobody has the server's address 192\.0\.2\.1: \d+ ARP requests unanswered"
    with red(guest, words, own_timeouts_s=GIVES_UP_S):
        guest.assert_boots(lab.site.menu.default)


@pytest.mark.slow
@pytest.mark.needs_linux("it asks the DNS server")
@on("bios-ipxe-rom")
@pytest.mark.parametrize("family", Family, ids=lambda family: family.value)
def test_dns_over_one_family(lab: Lab, boot_path: BootPath, family: Family) -> None:
    """Machines are told of a DNS server in both: the other one is asked, and it boots."""
    lab.network.drop(family, DNS)
    guest = lab.power_on(boot_path)
    guest.assert_boots(lab.site.menu.default)
    report = guest.record.reported()
    assert report is not None
    assert report.resolved == ("192.0.2.1", "2001:db8::1")
