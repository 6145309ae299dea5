"""dnsmasq itself as DHCP server of both families, in a lab without guests."""

from pathlib import Path

import pytest

from harness.errors import ServiceError
from harness.lab.asked_servers import asked_servers
from harness.model import Family, Role
from harness.services.logs.dnsmasq import query
from harness.services.registry import load_site
from harness.site import Site
from harness.site.known_machine import KnownMachine
from harness.witness.journal import DhcpLogged
from harness.witness.wire import DhcpMessage
from harness.witness.wire.question import Question

MAIN = """port=0
interface=eth0
bind-interfaces
dhcp-range=192.0.2.64,192.0.2.127,12h
dhcp-range=2001:db8::1:0,2001:db8::1:ffff,64,12h
dhcp-host=52:54:00:00:00:07,set:own,192.0.2.7,[2001:db8::7],fixed
enable-ra
quiet-dhcp
quiet-dhcp6
"""
BOOT = """dhcp-match=set:x64,option:client-arch,7
dhcp-match=set:x64,option6:61,7
dhcp-userclass=set:ipxe,iPXE
dhcp-boot=tag:x64,tag:!ipxe,ipxe.efi,,192.0.2.1
dhcp-boot=tag:ipxe,http://192.0.2.1/script.ipxe
dhcp-option=tag:x64,tag:!ipxe,option6:bootfile-url,tftp://[2001:db8::1]/ipxe.efi
dhcp-option=tag:ipxe,option6:bootfile-url,http://[2001:db8::1]/script.ipxe
"""
SERVER = '[server]\ninterface = "eth0"\nipv4 = "192.0.2.1/24"\nipv6 = "2001:db8::1/64"\n'
STRANGER = KnownMachine.of("any")
FIXED = KnownMachine.of("fixed", mac="52:54:00:00:00:07")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site.toml").write_text(SERVER)
    (tmp_path / "etc" / "dnsmasq.d").mkdir(parents=True)
    (tmp_path / "etc" / "dnsmasq.conf").write_text(MAIN)
    (tmp_path / "etc" / "dnsmasq.d" / "boot").write_text(BOOT)
    # Debian's unit leaves it out.
    (tmp_path / "etc" / "dnsmasq.d" / "boot.dpkg-dist").write_text("dhcp-ignore=tag:x64\n")
    return load_site(tmp_path)


def question(family: Family, machine: KnownMachine, xid: int, *, ipxe: bool = False) -> Question:
    return Question(
        family=family,
        mac=machine.mac,
        uuid=machine.uuid,
        xid=xid,
        client_arch=7,
        vendor_class="PXEClient",
        user_class="iPXE" if ipxe else "",
    )


def test_its_options_give_it_its_roles(site: Site) -> None:
    (daemon,) = site.daemon_facts.all
    assert daemon.roles == (Role.DHCPV4, Role.DHCPV6, Role.RA)


def test_it_answers_by_its_options_and_logs_each_lease(site: Site) -> None:
    questions = [
        question(Family.IPV4, STRANGER, 1),
        question(Family.IPV6, STRANGER, 2),
        question(Family.IPV4, STRANGER, 3, ipxe=True),
        question(Family.IPV6, STRANGER, 4, ipxe=True),
        question(Family.IPV4, FIXED, 5),
        question(Family.IPV6, FIXED, 6),
    ]
    with asked_servers(site) as asker:
        asked = asker.ask(questions)
        said = asker.said()
    answers: dict[int, DhcpMessage] = {each.question.xid: each.answers[0] for each in asked}
    assert {xid: each.bootfile for xid, each in answers.items()} == {
        **dict.fromkeys((1, 5), "ipxe.efi"),
        **dict.fromkeys((2, 6), "tftp://[2001:db8::1]/ipxe.efi"),
        3: "http://192.0.2.1/script.ipxe",
        4: "http://[2001:db8::1]/script.ipxe",
    }
    assert (answers[5].address, answers[6].address) == ("192.0.2.7", "2001:db8::7")
    events = [each for line in said if isinstance(each := query(line, 2026), DhcpLogged)]
    offered = {each.xid: each.address for each in events if each.kind.proposes}
    assert offered == {xid: each.address for xid, each in answers.items()}


def test_what_it_refuses_is_in_its_own_words_with_file_and_line(site: Site) -> None:
    slip = site.replaced("etc/dnsmasq.d/boot", "dhcp-userclass=", "dhcp-userclas=")
    with (
        pytest.raises(ServiceError, match=r"bad option at line 3 of /etc/dnsmasq\.d/boot"),
        asked_servers(slip),
    ):
        pass
