"""Whether the booted system found the server of its root file system."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import Family, PayloadReport
from harness.witness.payload import PAYLOAD_MARK, last_report
from harness.witness.wire import DhcpMessage, DnsLookup
from tests.judge.recorded import MAC, explained, record, showmax, with_events

SCRIPT = "srv/tftp/script.ipxe"


def reporting(**change: object) -> Boot:
    boot = record("green-bios-ipxe-rom")
    assert boot.payload is not None
    return replace(boot, payload=replace(boot.payload, **change))  # type: ignore[arg-type]


def looked_up(boot: Boot, *answers: str, rcode: int | None, name: str = "local-server") -> Boot:
    last = boot.wire.events[-1]
    lookups = [
        DnsLookup(
            time_s=last.time_s,
            frame=last.frame + 1,
            family=Family.IPV4,
            client_mac=MAC,
            name=name,
            type=type,
            answers=answers if type == "A" else (),
            rcode=rcode,
        )
        for type in ("A", "AAAA")
    ]
    return with_events(boot, *boot.wire.events, *lookups)


def test_a_name_that_resolves_is_green() -> None:
    boot = reporting(source="local-server", resolved=("192.0.2.1",))
    assert judge(looked_up(boot, "192.0.2.1", rcode=0)).green


@pytest.mark.parametrize(
    ("rcode", "why"),
    [(3, "the DNS server said no such name"), (None, "nobody answered")],
)
def test_a_name_that_does_not(rcode: int | None, why: str) -> None:
    causes = judge(looked_up(reporting(source="local-server"), rcode=rcode)).causes
    assert causes[0].startswith(f"local-server did not resolve: {why} (frame ")
    assert causes[1] == "the booted system got no address for local-server, where its root is to be"


def test_a_dns_server_that_does_not_answer_is_named_with_who_hands_it_out() -> None:
    site = showmax().replaced("etc/dhcp/dhcpd.conf", "servers 192.0.2.1", "servers 9.9.9.9")
    boot = replace(looked_up(reporting(source="local-server"), rcode=None), site=site)
    away = (
        replace(e, server="9.9.9.9") if isinstance(e, DnsLookup) else e for e in boot.wire.events
    )
    cause = judge(with_events(boot, *away)).causes[0]
    told = "9.9.9.9 (option domain-name-servers, etc/dhcp/dhcpd.conf:47)"
    assert cause.startswith(f"local-server did not resolve: nobody answered at {told} (frame ")


class TestNameThatIsNone:
    """An address that runs on into a path: `http://${next-server}` before what has no slash."""

    @pytest.fixture
    def boot(self) -> Boot:
        """One whose script has a URL of that kind, by variables."""
        site = showmax().replaced(
            SCRIPT, "kernel showmax/vmlinuz", "set base http://${next-server}\nkernel ${base}show/x"
        )
        return record("green-bios-ipxe-rom", site=site)

    def test_it_is_the_cause_whoever_was_asked(self, boot: Boot) -> None:
        """With the line that names it, and the one that sets its variable."""
        assert explained(looked_up(boot, rcode=None, name="192.0.2.1show"))[0] == (
            "192.0.2.1show was looked up as a name: 'show' stands right behind the address "
            f"192.0.2.1 (is a slash missing?); {SCRIPT}:54 names it; {SCRIPT}:53 sets base"
        )

    @pytest.mark.parametrize("name", ["192.0.2.1.nip.example", "4.example", "local-server"])
    def test_a_name_with_digits_is_one(self, boot: Boot, name: str) -> None:
        """DNS has such names (RFC 1123 2.1)."""
        causes = explained(looked_up(boot, rcode=None, name=name))
        assert not any("looked up as a name" in each for each in causes)


def test_the_payload_alone_is_believed_when_it_says_no() -> None:
    boot = looked_up(reporting(source="local-server"), "192.0.2.1", rcode=0)
    assert judge(boot).causes == (
        "the booted system got no address for local-server, where its root is to be",
    )


def test_a_system_without_an_address_of_its_own_says_so() -> None:
    causes = judge(reporting(source="local-server", ipv4=(), ipv6=())).causes
    assert causes[-1].endswith("where its root is to be, nor one of its own")


def test_a_site_whose_names_come_from_elsewhere_is_not_asked() -> None:
    boot = reporting(source="local-server")
    assert judge(replace(boot, site=boot.site.without_daemons("dnsmasq"))).green


def test_an_address_needs_no_look_up() -> None:
    assert judge(reporting(source="")).green


def test_a_report_names_it() -> None:
    text = (
        PAYLOAD_MARK + '{"token":"t","entry":"e","firmware":"bios","mac":"m","cmdline":"",'
        '"source":"local-server","resolved":["192.0.2.1","2001:db8::1"]}@@'
    )
    report = last_report(text)
    assert isinstance(report, PayloadReport)
    assert report.source == "local-server"
    assert report.resolved == ("192.0.2.1", "2001:db8::1")


EMPTY = [
    ("http://${nobody}/menu.ipxe", "look at 'http://${nobody}/menu.ipxe' in script.ipxe, line 2"),
    ("http:///menu.ipxe", "look at 'http:///menu.ipxe' in script.ipxe, line 2"),
    ("http://192.0.2.1/menu.ipxe", "some URL has no host"),
]


@pytest.mark.parametrize(("url", "where"), EMPTY)
def test_an_empty_name_is_told_with_the_url_that_has_no_host(url: str, where: str) -> None:
    boot = record("green-bios-ipxe-rom")
    site = boot.site.with_file("srv/tftp/script.ipxe", f"#!ipxe\nchain {url} || shell\n")
    boot = looked_up(replace(boot, site=site, payload=None), rcode=3)
    nameless = [replace(e, name="") if isinstance(e, DnsLookup) else e for e in boot.wire.events]
    (cause,) = [each for each in explained(with_events(boot, *nameless)) if "looked up" in each]
    assert cause.startswith("an empty name was looked up: the DNS server said no such name (frame ")
    assert cause.endswith(f"; {where}")


def test_an_empty_name_may_come_from_a_dhcp_answer() -> None:
    boot = looked_up(replace(record("green-bios-ipxe-rom"), payload=None), rcode=3)
    events = [
        replace(e, name="")
        if isinstance(e, DnsLookup)
        else replace(e, bootfile="http:///script.ipxe")
        if isinstance(e, DhcpMessage) and e.bootfile
        else e
        for e in boot.wire.events
    ]
    causes = explained(with_events(boot, *events))
    assert any("; look at 'http:///script.ipxe' in a DHCP answer" in each for each in causes)
