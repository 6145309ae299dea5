"""What is written about the daemons themselves."""

import pytest

from harness.services.daemon_log import parse_dhcpd_note, parse_life, parse_nginx_error
from harness.services.logs import parse_dhcpd4, parse_dhcpd6

DENIED = (
    '2026/11/25 21:15:01 [error] 31#31: *7 open() "/srv/tftp/script.ipxe" failed '
    "(13: Permission denied), client: ::ffff:192.0.2.64, server: , "
    'request: "GET /script.ipxe HTTP/1.1", host: "192.0.2.1"'
)
DAMAGED = "/var/lib/dhcp/dhcpd.leases line 2: expected slash separating year from month."


def test_why_nginx_refused() -> None:
    fault = parse_nginx_error(DENIED, 2026)
    assert fault is not None
    assert (fault.client, fault.path) == ("192.0.2.64", "/script.ipxe")
    assert fault.why == 'open() "/srv/tftp/script.ipxe" failed (13: Permission denied)'


@pytest.mark.parametrize(
    "line",
    ["", "2026/11/25 21:15:01 [notice] 31#31: start worker process 32", DENIED[20:]],
)
def test_other_lines_of_nginx_say_nothing(line: str) -> None:
    assert parse_nginx_error(line, 2026) is None


def test_a_damaged_lease_file() -> None:
    for note in (parse_dhcpd4(DAMAGED, 2026), parse_dhcpd_note(DAMAGED, "dhcpd4")):
        assert note is not None
        assert note.daemon == "dhcpd4"
    six = parse_dhcpd6(DAMAGED.replace("dhcpd.", "dhcpd6."), 2026)
    assert six is not None
    assert six.daemon == "dhcpd6"


@pytest.mark.parametrize("line", ["", "Wrote 0 leases to leases file.", "  starts 4 20"])
def test_a_lease_file_in_order(line: str) -> None:
    assert parse_dhcpd4(line, 2026) is None


def test_a_life() -> None:
    life = parse_life('{"daemon": "nginx", "what": "stopped", "at": 1795641195.04}', 2026)
    assert life is not None
    assert (life.daemon, life.what, life.time_s) == ("nginx", "stopped", 1795641195.04)


@pytest.mark.parametrize(
    "line",
    ["", '{"daemon": "ngi', "[]", '{"daemon": "x", "what": "y"}', '{"daemon": 1, "at": "?"}'],
)
def test_half_a_life_says_nothing(line: str) -> None:
    assert parse_life(line, 2026) is None
