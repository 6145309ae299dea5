"""One change of each kind in a copy of a site is told with the lines of both; nothing else is."""

from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from harness.compare.sites import Comparison, Difference, compare
from harness.model import Family
from harness.services.registry import load_site, served_by
from harness.site import Site
from harness.site.server import Relay

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHOWMAX, KEA = (load_site(FIXTURES / name) for name in ("showmax", "showmax-kea"))
FOUR, SIX = "etc/kea/kea-dhcp4.conf", "etc/kea/kea-dhcp6.conf"
DHCPD, DHCPD6 = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf"
ONE = '"data": "192.0.2.1"'
HOST = "52:54:00:12:34:50"
OWN = f'"reservations": [ {{ "hw-address": "{HOST}", "boot-file-name": "ipxe.efi" }} ],'


def told(difference: Difference) -> tuple[str, ...]:
    """Give what both sides tell, each with its line."""
    return tuple(f"{', '.join(each.texts)} ({each.place})" for each in difference.sides)


def clients(difference: Difference) -> set[str]:
    return {each.client for each in difference.rows}


def of(found: Comparison, matter: str) -> Difference:
    (difference,) = (each for each in found.differences if each.matter == matter)
    return difference


def test_the_same_decision_tree_is_answered_the_same() -> None:
    found = compare(SHOWMAX, KEA)
    assert not found.differences
    assert not found.implied
    assert not found.renumbering
    assert (found.questions, found.machines) == (64, ("stranger",))


def test_what_dnsmasq_cannot_express_is_all_that_it_tells_otherwise() -> None:
    """As `docs/servers.md` has it."""
    found = compare(SHOWMAX, load_site(FIXTURES / "showmax-dnsmasq"))
    assert {(each.family, each.matter) for each in found.differences} == {
        (Family.IPV4, "next-server"),
        *((Family.IPV6, each) for each in ("vendor class", "preferred", "T1", "T2", "preference")),
    }
    assert set(found.implied) == {"T1 at half", "T2 at seven eighths", "broadcast 192.0.2.255"}
    assert not any(each.startswith(("BIOS", "iPXE")) for each in clients(of(found, "next-server")))
    assert {told(each)[1] for each in found.differences if each.matter == "vendor class"} == {
        "vendor class HTTPClient, with a wrong length (option6:16, etc/dnsmasq.conf)"
    }


def test_each_setting_of_dhcpv4_is_told_with_both_lines() -> None:
    changed = (
        KEA.replaced(FOUR, '"valid-lifetime": 600', '"valid-lifetime": 900')
        .replaced(FOUR, f'"domain-name-servers", {ONE}', '"ntp-servers", "data": "192.0.2.9"')
        .replaced(FOUR, '"routers", "data": "192.0.2.1"', '"routers", "data": "192.0.2.2"')
        .replaced(FOUR, "192.0.2.64 - 192.0.2.127", "192.0.2.80 - 192.0.2.127")
        .replaced(FOUR, '"next-server": "192.0.2.1"', '"next-server": "192.0.2.3"')
    )  # fmt: skip
    found = compare(SHOWMAX, changed)
    assert {each.matter: told(each) for each in found.differences} == {
        "gives": (
            f"addresses from 192.0.2.64-192.0.2.127 (range, {DHCPD}:45)",
            f"addresses from 192.0.2.80-192.0.2.127 (pool, {FOUR}:56)",
        ),
        "for": (
            f"leases for 600 s (default-lease-time, {DHCPD}:5)",
            f"leases for 900 s (valid-lifetime, {FOUR}:9)",
        ),
        "router": (
            f"router 192.0.2.1 (option routers, {DHCPD}:46)",
            f"router 192.0.2.2 (routers, {FOUR}:58)",
        ),
        "DNS": (f"DNS 192.0.2.1 (option domain-name-servers, {DHCPD}:47)", " ()"),
        "NTP": (" ()", f"NTP 192.0.2.9 (ntp-servers, {FOUR}:59)"),
        "next-server": (
            f"next-server 192.0.2.1 (next-server, {DHCPD}:17)",
            f"next-server 192.0.2.3 (next-server, {FOUR}:19)",
        ),
    }
    assert {each.family for each in found.differences} == {Family.IPV4}
    assert all(each.startswith(("iPXE", "BIOS", "ia32 UEFI (", "x64 UEFI (", "x64 UEFI,", "arm"))
               for each in clients(of(found, "next-server")))  # fmt: skip


def test_each_setting_of_dhcpv6_is_told_with_both_lines() -> None:
    changed = KEA.replaced(SIX, '"preferred-lifetime": 604800', '"preferred-lifetime": 3600')
    changed = changed.replaced(SIX, "tftp://[2001:db8::1]/ipxe32.efi", "tftp://[2001:db8::1]/x.efi")
    found = compare(SHOWMAX, changed)
    assert told(of(found, "preferred")) == (
        f"preferred 604800 s (preferred-lifetime, {DHCPD6}:6)",
        f"preferred 3600 s (preferred-lifetime, {SIX}:7)",
    )
    assert told(of(found, "file")) == (
        f"file tftp://[2001:db8::1]/ipxe32.efi (option dhcp6.bootfile-url, {DHCPD6}:39)",
        f"file tftp://[2001:db8::1]/x.efi (bootfile-url, {SIX}:58)",
    )
    assert clients(of(found, "file")) == {"ia32 UEFI (0x0006)"}


def test_a_vendor_class_that_is_missing_is_told() -> None:
    changed = KEA.replaced(
        FOUR, '"option-data": [ { "name": "vendor-class-identifier", "data": "HTTPClient" } ]',
        '"option-data": []', count=2,
    )  # fmt: skip
    found = compare(SHOWMAX, changed).differences
    assert {tuple(clients(each)): told(each) for each in found} == {
        ("x64 UEFI HTTP (0x0010)",): (
            f"vendor class HTTPClient (option vendor-class-identifier, {DHCPD}:27)", " ()"
        ),
        ("ia32 UEFI HTTP (0x000f)",): (
            f"vendor class HTTPClient (option vendor-class-identifier, {DHCPD}:31)", " ()"
        ),
    }  # fmt: skip


def test_a_user_class_compared_as_text_is_told_with_the_class_that_nobody_is_in() -> None:
    found = compare(SHOWMAX, KEA.replaced(FOUR, "option[77].hex", "option[77].text"))
    files = {told(each)[1]: each for each in found.differences}
    assert set(files) == {
        f"file undionly.kpxe (boot-file-name, {FOUR}:63)",
        f"file ipxe32.efi (boot-file-name, {FOUR}:48)",
        f"file ipxe.efi (boot-file-name, {FOUR}:43)",
    }
    assert clients(files[f"file ipxe.efi (boot-file-name, {FOUR}:43)"]) == {
        "iPXE on x64 UEFI (0x0007)"
    }
    assert {each.sides[1].withheld for each in found.differences} == {
        f'{FOUR}:25 has that, inside `"name": "ipxe"` ({FOUR}:21) by '
        f'`"test": "option[77].text == \'iPXE\'"` ({FOUR}:24)'
    }


def test_a_class_behind_another_is_told() -> None:
    """Of several classes the first one's file counts."""
    first = '"test": "option[77].hex == \'iPXE\'"'
    changed = KEA.replaced(
        FOUR, '"name": "pxe",', '"name": "pxe", "boot-file-name": "undionly.kpxe",'
    )
    difference = next(
        each for each in compare(SHOWMAX, changed).differences
        if clients(each) == {"x64 UEFI (0x0007)"}
    )  # fmt: skip
    assert first in KEA.read(FOUR)
    assert difference.sides[1].texts == ("file undionly.kpxe",)
    assert difference.sides[1].withheld.startswith(f"{FOUR}:43 has that, inside `")


def test_an_option_of_the_subnet_comes_before_every_class() -> None:
    url = '{ "name": "bootfile-url", "data": "tftp://[2001:db8::1]/undionly.kpxe" }'
    dns = '{ "name": "dns-servers", "data": "2001:db8::1" }'
    found = compare(SHOWMAX, KEA.replaced(SIX, dns, f"{dns}, {url}"))
    assert {each.sides[1].texts for each in found.differences if each.matter == "file"} == {
        ("file tftp://[2001:db8::1]/undionly.kpxe",)
    }
    ipxe = next(each for each in found.differences if "iPXE on BIOS (0x0000)" in clients(each))
    assert ipxe.sides[0].place == f"option dhcp6.bootfile-url, {DHCPD6}:25"
    inside = f'{SIX}:26 has that, inside `"name": "ipxe"` ({SIX}:22) by `"test": '
    assert ipxe.sides[1].withheld.startswith(inside)


def test_a_reservation_that_one_side_has_is_asked_for_as_its_host() -> None:
    found = compare(SHOWMAX, KEA.replaced(FOUR, '"pools": [', f'{OWN} "pools": ['))
    assert found.machines == ("stranger", HOST)
    assert {row.machine for each in found.differences for row in each.rows} == {HOST}
    ipxe = next(each for each in found.differences if "iPXE on BIOS (0x0000)" in clients(each))
    assert told(ipxe) == (
        f"file http://192.0.2.1/script.ipxe (filename, {DHCPD}:23)",
        f"file ipxe.efi (boot-file-name, {FOUR}:56)",
    )


def test_silence_on_one_side_is_told() -> None:
    found = compare(SHOWMAX, KEA.without_daemons("kea6"))
    (difference,) = found.differences
    assert difference.family is Family.IPV6
    assert [each.texts for each in difference.sides][1] == ("nobody answers",)
    assert len(difference.rows) == 32


def test_a_network_that_one_side_serves_is_asked_for_on_both() -> None:
    more = "subnet 10.9.0.0 netmask 255.255.255.0 { range 10.9.0.10 10.9.0.20; }\n"
    found = compare(SHOWMAX.with_file(DHCPD, SHOWMAX.read(DHCPD) + more), KEA)
    assert {each.network for row in found.differences for each in row.rows} == {"10.9.0.0/24"}
    assert {each.sides[1].texts for each in found.differences} == {("nobody answers",)}


def test_machines_are_behind_the_relay_whichever_server_is_asked() -> None:
    relay = Relay(ipv4=IPv4Interface("198.51.100.1/24"))
    own = "subnet 198.51.100.0 netmask 255.255.255.0 { range 198.51.100.64; }\n"
    here = replace(SHOWMAX.only(Family.IPV4), relay=relay)
    found = compare(here.with_file(DHCPD, here.read(DHCPD) + own), KEA.only(Family.IPV4))
    assert {each.network for table in found.tables for each in table} == {"198.51.100.0/24"}
    (difference,) = found.differences
    assert difference.sides[1].texts == ("nobody answers",)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Site:
    """Give the Kea site on another network, its server at another place in it."""
    for path in (FIXTURES / "showmax-kea").rglob("*"):
        if path.is_file() and path.suffix != ".boot":
            text = path.read_text().replace("192.0.2.1", "198.51.100.5")
            text = text.replace("198.51.100.527", "192.0.2.127").replace("192.0.2.", "198.51.100.")
            into = tmp_path / path.relative_to(FIXTURES / "showmax-kea")
            into.parent.mkdir(parents=True, exist_ok=True)
            into.write_text(text.replace("2001:db8:", "2001:db8:77:"))
    return load_site(tmp_path)


def test_other_addresses_are_compared_by_their_place(elsewhere: Site) -> None:
    found = compare(SHOWMAX, elsewhere)
    assert "198.51.100.5 is 192.0.2.1" in found.renumbering.says()
    assert "198.51.100.0/24 is 192.0.2.0/24" in found.renumbering.says()
    assert not found.differences


def test_one_site_may_have_other_servers(tmp_path: Path) -> None:
    both = KEA.with_file(DHCPD, SHOWMAX.read(DHCPD)).with_file(DHCPD6, SHOWMAX.read(DHCPD6))
    other = served_by(both, ["dhcpd4", "dhcpd6"])
    assert other.daemons[:2] == ("dhcpd4", "dhcpd6")
    assert not {"kea4", "kea6"} & set(other.daemons)
    assert not compare(both, other).differences
