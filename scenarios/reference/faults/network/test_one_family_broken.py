"""A network with both families of which one is broken: who boots by that is red, by its name."""

import pytest

from harness.lab import Lab
from harness.lab.fault import remove_address, silence
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on
from scenarios.reference.red import red

GIVES_UP_S = 120.0
"""Within this much of its own time firmware has sent its last question (docs/families.md)."""
DNS = {"udp": 53}


TFTP = r"cause: nothing answered the TFTP request for ipxe\.efi over {}"
HTTP = r"cause: the web server does not answer: \S+ port 80 over {}, \d+ SYNs unanswered"


@on(slow=["x64-http-ipv4", "bios-ipxe-rom"])
def test_http_is_dropped_over_ipv4(lab: Lab, boot_path: BootPath) -> None:
    """Whoever has a lease of IPv4 asks for its file over IPv4, and again and again."""
    silence(lab, Family.IPV4)
    guest = lab.power_on(boot_path)
    with red(guest, HTTP.format("IPv4"), own_timeouts_s=GIVES_UP_S):
        guest.assert_boots(lab.site.menu.default)


@on(slow=["x64-http-ipv6"])
def test_http_is_dropped_over_ipv6(lab: Lab, boot_path: BootPath) -> None:
    """The same over IPv6."""
    silence(lab, Family.IPV6)
    guest = lab.power_on(boot_path)
    with red(guest, HTTP.format("IPv6"), own_timeouts_s=GIVES_UP_S):
        guest.assert_boots(lab.site.menu.default)


@on(slow=["x64-tftp-ipv4"])
def test_tftp_is_dropped_over_ipv4(lab: Lab, boot_path: BootPath) -> None:
    """The same by TFTP."""
    silence(lab, Family.IPV4)
    guest = lab.power_on(boot_path)
    with red(guest, TFTP.format("IPv4"), own_timeouts_s=GIVES_UP_S):
        guest.assert_boots(lab.site.menu.default)


@on(slow=["x64-tftp-ipv6"])
def test_tftp_is_dropped_over_ipv6(lab: Lab, boot_path: BootPath) -> None:
    """The same by TFTP over IPv6."""
    silence(lab, Family.IPV6)
    guest = lab.power_on(boot_path)
    with red(guest, TFTP.format("IPv6"), own_timeouts_s=GIVES_UP_S):
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
