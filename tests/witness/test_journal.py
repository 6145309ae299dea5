"""What the daemons' logs tell."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model import Family
from harness.services.logs.dhcpd import Dhcpd6Parser, message4, message6
from harness.services.logs.dnsmasq import query
from harness.services.logs.registry import read_logs
from harness.services.logs.tftpd import request
from harness.services.logs.web import combined
from harness.witness.eui64 import mac_of
from harness.witness.journal import (
    DhcpLogged,
    DnsLogged,
    HttpServed,
    TftpAsked,
    TftpRefused,
    plain_address,
)
from harness.witness.wire import DhcpKind
from tests.judge.recorded import MAC, record


def test_no_logs_say_nothing(tmp_path: Path) -> None:
    assert read_logs(tmp_path).events == ()


def test_questions_to_real_logs() -> None:
    journal = record("green-x64-tftp-ipv6").journal
    assert [e.status for e in journal.of(HttpServed) if e.path == "/script.ipxe"] == [200]
    assert [e.file for e in journal.of(TftpAsked)].count("ipxe.efi") == 2
    replies = [event for event in journal.of(DhcpLogged) if event.kind is DhcpKind.REPLY]
    assert {event.mac for event in replies} == {MAC}


def test_nginx() -> None:
    line = (
        '::ffff:192.0.2.64 - - [22/Nov/2026:10:58:28 +0100] "GET /a%3Ab HTTP/1.1" 200 744 '
        '"-" "iPXE/1.21"'
    )
    event = combined("nginx")(line, 2026)
    assert isinstance(event, HttpServed)
    assert (event.client, event.path, event.status, event.bytes) == (
        "192.0.2.64",
        "/a%3Ab",
        200,
        744,
    )
    assert event.user_agent == "iPXE/1.21"
    assert event.time_s == 1795341508.0


def test_tftpd() -> None:
    head = "Nov 22 11:00:11 vm daemon.notice in.tftpd[103]: "
    asked = request(head + "RRQ from 2001:db8::1:a972 filename a b.efi", 2026)
    assert isinstance(asked, TftpAsked)
    assert (asked.client, asked.file, asked.time_s) == ("2001:db8::1:a972", "a b.efi", 1795345211.0)
    remapped = request(head + "RRQ from 10.0.0.1 filename x remapped to y", 2026)
    assert isinstance(remapped, TftpAsked)
    assert remapped.file == "x"
    refused = request(head + "sending NAK (1, File not found) to 192.0.2.64", 2026)
    assert isinstance(refused, TftpRefused)
    assert (refused.error, refused.client) == ("File not found", "192.0.2.64")


@pytest.mark.parametrize(
    ("line", "kind", "address", "remark"),
    [
        (f"DHCPDISCOVER from {MAC} via eth0", DhcpKind.DISCOVER, "", ""),
        (
            f"DHCPDISCOVER from {MAC} via eth0: network 192.0.2.0/24: no free leases",
            DhcpKind.DISCOVER,
            "",
            "network 192.0.2.0/24: no free leases",
        ),
        (
            f"DHCPREQUEST for 192.0.2.64 (192.0.2.1) from {MAC} via eth0",
            DhcpKind.REQUEST,
            "192.0.2.64",
            "",
        ),
        (f"DHCPACK on 192.0.2.64 to {MAC} (guest) via eth0", DhcpKind.ACK, "192.0.2.64", ""),
        (f"DHCPACK to 192.0.2.64 ({MAC}) via eth0", DhcpKind.ACK, "192.0.2.64", ""),
        (f"DHCPNAK on 192.0.2.9 to {MAC} via eth0", DhcpKind.NAK, "192.0.2.9", ""),
        (f"DHCPINFORM from 192.0.2.9 via eth0: {MAC}", None, "", ""),
    ],
)
def test_dhcpd4(line: str, kind: DhcpKind | None, address: str, remark: str) -> None:
    event = message4(line, 2026)
    if kind is None:
        assert event is None
        return
    assert isinstance(event, DhcpLogged)
    assert (event.kind, event.mac) == (kind, MAC)
    assert (event.address, event.remark) == (address, remark)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Solicit message from fe80::5054:ff:fe12:3456 port 546, transaction ID 0x1", "SOLICIT"),
        ("Sending Advertise to fe80::5054:ff:fe12:3456 port 546", "ADVERTISE"),
        ("Request message from fe80::5054:ff:fe12:3456 port 546, transaction ID 0x1", "REQUEST6"),
        ("Sending Reply to fe80::5054:ff:fe12:3456 port 546", "REPLY"),
    ],
)
def test_dhcpd6(line: str, kind: str) -> None:
    event = message6(line, 2026)
    assert isinstance(event, DhcpLogged)
    assert (event.kind, event.mac) == (DhcpKind[kind], MAC)


FORWARDED = (
    "Relay-forward message from 2001:db8::fe port 547, link address 2001:db8:1::1, "
    "peer address fe80::5054:ff:fe12:3456"
)
ANSWERED = "Sending Relay-reply to 2001:db8::fe port 547"


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (["Picking pool address", "Advertise NA: address", ANSWERED], ["SOLICIT", "ADVERTISE"]),
        (["Reply NA: address 2001:db8:1::64 to client", ANSWERED], ["SOLICIT", "REPLY"]),
        (["Client 00:04 releases address", ANSWERED], ["SOLICIT", "REPLY"]),
        (["No subnet found for link-address 2001:db8:1::1."], ["SOLICIT", "SOLICIT"]),
    ],
)
def test_dhcpd6_of_what_a_relay_passes_on(lines: list[str], kinds: list[str]) -> None:
    parse = Dhcpd6Parser()
    events = [event for line in (FORWARDED, *lines) if (event := parse(line, 2026)) is not None]
    told = [event for event in events if isinstance(event, DhcpLogged)]
    assert [event.kind for event in told] == [DhcpKind[kind] for kind in kinds]
    assert {event.mac for event in told} == {MAC}
    no_subnet = "No subnet found for link-address 2001:db8:1::1"
    assert told[-1].remark == (no_subnet if len(lines) == 1 else "")


@pytest.mark.parametrize(
    ("line", "family", "relay"),
    [
        ("DHCPv6 request from relay at 2001:db8:1::1", Family.IPV6, "2001:db8:1::1"),
        ("DHCP request via 198.51.100.1", Family.IPV4, "198.51.100.1"),
    ],
)
def test_dnsmasq_without_a_range_for_a_relay(line: str, family: Family, relay: str) -> None:
    event = query(f"dnsmasq-dhcp[92]: no address range available for {line}", 2026)
    assert isinstance(event, DhcpLogged)
    assert (event.family, event.client, event.kind.seeks) == (family, relay, True)
    assert event.remark.startswith("no address range available")


@pytest.mark.parametrize("head", ["dnsmasq: ", "Nov 22 11:11:14 dnsmasq[98]: "])
def test_dnsmasq(head: str) -> None:
    event = query(head + "query[AAAA] local-server from 2001:db8::1:3399", 2026)
    assert isinstance(event, DnsLogged)
    assert (event.what, event.name, event.client) == ("query", "local-server", "2001:db8::1:3399")
    answer = query(head + "config local-server is 2001:db8::1", 2026)
    assert isinstance(answer, DnsLogged)
    assert (answer.what, answer.value) == ("config", "2001:db8::1")


@given(line=st.text(max_size=300))
def test_any_line_is_read_without_a_word(line: str) -> None:
    for parse in (combined("nginx"), request, message4, message6, query):
        parse(line, 2026)


@given(spoilt=st.data())
def test_spoilt_lines_are_read_without_a_word(spoilt: st.DataObject) -> None:
    lines = [event.line for event in record("green-x64-tftp-ipv4").journal.events]
    line = spoilt.draw(st.sampled_from(lines))
    at = spoilt.draw(st.integers(0, len(line)))
    text = line[:at] + spoilt.draw(st.text(max_size=5)) + line[at + 1 :]
    for parse in (combined("nginx"), request, message4, message6, query):
        parse(text, 2026)


def test_addresses_are_written_one_way() -> None:
    assert plain_address("::ffff:192.0.2.1") == "192.0.2.1"
    assert plain_address("2001:DB8::1") == "2001:db8::1"


def test_the_mac_behind_a_link_local_address() -> None:
    assert mac_of("fe80::5054:ff:fe12:3456%eth0") == MAC
    assert mac_of("fe80::1") == ""
    assert mac_of("192.0.2.1") == ""
