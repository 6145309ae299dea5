"""The waterfall of recorded boots: each row by the witnesses, well, in vain, or badly."""

import pytest

from harness.evidence.timeline import moments, phases
from harness.report.waterfall import Kind, Row, State, size_words, waterfall
from tests.judge.recorded import recorded
from tests.report.runs import GREEN, NAMES, TOLD


def rows(name: str) -> list[Row]:
    """Give the rows of a recorded boot."""
    boot = recorded(name)
    return waterfall(boot, phases(boot), moments(boot))


@pytest.mark.parametrize("name", NAMES)
def test_rows_come_in_the_order_of_time_and_end_after_they_begin(name: str) -> None:
    found = rows(name)
    starts = [each.start_s for each in found]
    assert starts == sorted(starts)
    assert all(each.end_s >= each.start_s for each in found)
    assert all(each.proofs for each in found if each.kind in (Kind.DHCP, Kind.TRANSFER))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("green-")])
def test_nothing_of_a_green_boot_is_bad(name: str) -> None:
    assert [each.what for each in rows(name) if each.state is State.BADLY] == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("red-missing-script", "script.ipxe over HTTP GET, IPv4: script"),
        ("red-missing-nbp-tftp", "undionly.kpxe over TFTP, IPv4: NBP"),
        ("red-stopped-dhcpd4", "DHCPv4 as HTTPClient, client arch 0x0010"),
    ],
)
def test_what_failed_is_bad(name: str, what: str) -> None:
    assert what in [each.what for each in rows(name) if each.state is State.BADLY]


def test_a_lease_is_one_row_with_its_messages() -> None:
    asked = [each for each in rows(GREEN) if each.what.startswith("DHCPv4 as HTTPClient")]
    (row,) = asked
    assert [tick.what for tick in row.ticks][-4:] == ["discover", "offer", "request", "ack"]
    assert "file http://192.0.2.1/ipxe.efi" in row.said
    assert {"dhcpd4", "wire"} <= {each.witness.split()[0] for each in row.proofs}


def test_a_menu_stands_until_something_is_fetched() -> None:
    found = rows(TOLD)
    (menu,) = [each for each in found if each.what.startswith("menu ")]
    kernel = next(each for each in found if "kernel" in each.what)
    assert menu.end_s == kernel.start_s
    assert menu.said == "counts down 5 s"


def test_sizes() -> None:
    found = [size_words(size) for size in (0, 999, 1024, 996864, 2_500_000_000)]
    assert found == ["0 B", "999 B", "1.02 kB", "997 kB", "2.5 GB"]
