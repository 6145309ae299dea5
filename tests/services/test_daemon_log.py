"""What is written about the daemons themselves."""

import pytest

from harness.model import Family
from harness.services.logs.dhcpd import message4, message6
from harness.services.logs.dnsmasq import query
from harness.services.logs.lives import life
from harness.services.logs.web import fault
from harness.witness.journal import DaemonLife, DhcpLogged, FaultMade, ProxyLogged

DENIED = (
    '2026/11/25 21:15:01 [error] 31#31: *7 open() "/srv/tftp/script.ipxe" failed '
    "(13: Permission denied), client: ::ffff:192.0.2.64, server: , "
    'request: "GET /script.ipxe HTTP/1.1", host: "192.0.2.1"'
)
DAMAGED = "/var/lib/dhcp/dhcpd.leases line 2: expected slash separating year from month."


def test_why_nginx_refused() -> None:
    refusal = fault(DENIED, 2026)
    assert refusal is not None
    assert (refusal.client, refusal.path) == ("192.0.2.64", "/script.ipxe")
    assert refusal.why == 'open() "/srv/tftp/script.ipxe" failed (13: Permission denied)'


@pytest.mark.parametrize(
    "line",
    ["", "2026/11/25 21:15:01 [notice] 31#31: start worker process 32", DENIED[20:]],
)
def test_other_lines_of_nginx_say_nothing(line: str) -> None:
    assert fault(line, 2026) is None


def test_a_damaged_lease_file() -> None:
    note = message4(DAMAGED, 2026)
    assert note is not None
    assert note.daemon == "dhcpd4"
    six = message6(DAMAGED.replace("dhcpd.", "dhcpd6."), 2026)
    assert six is not None
    assert six.daemon == "dhcpd6"


@pytest.mark.parametrize("line", ["", "Wrote 0 leases to leases file.", "  starts 4 20"])
def test_a_lease_file_in_order(line: str) -> None:
    assert message4(line, 2026) is None


def test_a_life() -> None:
    noted = life('{"daemon": "nginx", "what": "stopped", "at": 1795641195.04}', 2026)
    assert isinstance(noted, DaemonLife)
    assert (noted.daemon, noted.what, noted.time_s) == ("nginx", "stopped", 1795641195.04)


def test_a_fault_that_is_no_daemons() -> None:
    made = life('{"daemon": "", "what": "a filter drops all", "at": 1795641195.04}', 2026)
    assert isinstance(made, FaultMade)
    assert (made.text, made.time_s) == ("a filter drops all", 1795641195.04)


@pytest.mark.parametrize(
    "line",
    ["", '{"daemon": "ngi', "[]", '{"daemon": "x", "what": "y"}', '{"daemon": 1, "at": "?"}'],
)
def test_half_a_life_says_nothing(line: str) -> None:
    assert life(line, 2026) is None


@pytest.mark.parametrize(
    ("line", "kind", "address", "remark"),
    [
        ("dnsmasq-dhcp[14]: 4235 DHCPDISCOVER(br0) 52:54:00:12:34:50 ", "discover", "", ""),
        ("dnsmasq-dhcp: DHCPACK(eth0) 10.9.6.5 52:54:00:12:34:50 nas", "ack", "10.9.6.5", ""),
        (
            "dnsmasq-dhcp: DHCPDISCOVER(eth0) 52:54:00:12:34:50 no address available",
            "discover",
            "",
            "no address available",
        ),
    ],
)
def test_dnsmasq_tells_of_leases(line: str, kind: str, address: str, remark: str) -> None:
    event = query(line, 2026)
    assert isinstance(event, DhcpLogged)
    assert (event.kind.value, event.mac) == (kind, "52:54:00:12:34:50")
    assert (event.address, event.remark) == (address, remark)


@pytest.mark.parametrize(
    ("line", "kind", "xid", "address"),
    [
        ("dnsmasq-dhcp[10]: 65538 DHCPSOLICIT(eth0) {duid}", "solicit", 65538, ""),
        (
            "dnsmasq-dhcp[10]: 65538 DHCPADVERTISE(eth0) 2001:db8::7 {duid} nas",
            *("advertise", 65538, "2001:db8::7"),
        ),
        ("dnsmasq-dhcp: DHCPREPLY(eth0) 2001:db8::1:0 {duid}", "reply", None, "2001:db8::1:0"),
        ("dnsmasq-dhcp[9]: 7 DHCPREQUEST(eth0) {duid}", "request6", 7, ""),
    ],
)
def test_dnsmasq_tells_of_dhcpv6_by_transaction(
    line: str, kind: str, xid: int | None, address: str
) -> None:
    duid = "00:04:2f:a2:ff:09:c2:10:1b:5c:bb:9f:b1:01:79:c3:a0:4f"
    event = query(line.format(duid=duid), 2026)
    assert isinstance(event, DhcpLogged)
    assert (event.family, event.mac) == (Family.IPV6, "")
    assert (event.kind.value, event.xid, event.address) == (kind, xid, address)


@pytest.mark.parametrize(
    ("line", "answered"),
    [
        ("dnsmasq-dhcp[41]: 2780968176 PXE(eth0) 52:54:00:12:34:50 proxy", True),
        ("dnsmasq-dhcp: PXE(eth0) 192.0.2.64 52:54:00:12:34:50 ipxe.efi", True),
        ("dnsmasq-dhcp[41]: 2780968176 PXE(eth0) 52:54:00:12:34:50 proxy-ignored", False),
    ],
)
def test_dnsmasq_tells_of_boot_files_beside_another_s_addresses(
    line: str, *, answered: bool
) -> None:
    event = query(line, 2026)
    assert isinstance(event, ProxyLogged)
    assert (event.mac, event.answered) == ("52:54:00:12:34:50", answered)


def test_other_lines_of_dnsmasqs_dhcp_say_nothing() -> None:
    assert query("dnsmasq-dhcp[14]: 4235 vendor class: PXEClient:Arch:00000", 2026) is None
