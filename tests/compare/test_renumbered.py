"""Addresses of one site are told as those of another: servers by name, others by place."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface, ip_network
from pathlib import Path

import pytest

from harness.compare.renumbered import Renumbering
from harness.services.registry import load_site

HERE = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")
SERVER = replace(
    HERE.server, ipv4=IPv4Interface("10.7.0.9/24"), ipv6=IPv6Interface("2001:db8:7::9/64")
)
THERE = replace(HERE, server=SERVER)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("next-server 192.0.2.1", "next-server 10.7.0.9"),
        ("addresses from 192.0.2.64-192.0.2.127", "addresses from 10.7.0.64-10.7.0.127"),
        ("broadcast 192.0.2.255; mask 255.255.255.0", "broadcast 10.7.0.255; mask 255.255.255.0"),
        ("http://192.0.2.1/script.ipxe", "http://10.7.0.9/script.ipxe"),
        ("tftp://[2001:db8::1]/ipxe.efi", "tftp://[2001:db8:7::9]/ipxe.efi"),
        ("iscsi:192.0.2.1::::iqn.2026-01.example:a", "iscsi:10.7.0.9::::iqn.2026-01.example:a"),
        ("http://10.7.0.9/left-behind.ipxe", "http://192.0.2.1/left-behind.ipxe"),
        ("DNS 10.7.0.64; router 2001:db8:7::5", "DNS 192.0.2.64; router 2001:db8::5"),
        ("2001:db8::1:0-2001:db8::1:ffff", "2001:db8:7::1:0-2001:db8:7::1:ffff"),
        (
            "192.0.20.1, 1.192.0.2.1, 52:54:00:12:34:50",
            "192.0.20.1, 1.192.0.2.1, 52:54:00:12:34:50",
        ),
        ("seabios 1.16.2-1, for 600 s", "seabios 1.16.2-1, for 600 s"),
    ],
)
def test_addresses_are_those_of_the_other_site(text: str, other: str) -> None:
    assert Renumbering.of(HERE, THERE).applied(text) == other
    assert Renumbering.of(THERE, HERE).applied(other) == text


def test_the_same_addresses_are_left_alone() -> None:
    same = Renumbering.of(HERE, HERE)
    assert not same
    assert same.applied("192.0.2.1") == "192.0.2.1"


def test_a_server_beside_the_first_is_not_taken_for_it() -> None:
    beside = replace(HERE, server=replace(HERE.server, ipv4=IPv4Interface("192.0.2.2/24")))
    numbers = Renumbering.of(beside, HERE)
    assert numbers.applied("next-server 192.0.2.2") == "next-server 192.0.2.1"
    assert numbers.applied("next-server 192.0.2.1") == "next-server 192.0.2.2"
    assert list(numbers.says()) == ["192.0.2.2 is 192.0.2.1"]


def test_of_a_network_of_another_size_the_server_alone_is_known() -> None:
    wide = replace(HERE, server=replace(HERE.server, ipv4=IPv4Interface("10.7.0.9/16")))
    numbers = Renumbering.of(HERE, wide)
    assert numbers.applied("192.0.2.1 192.0.2.64") == "10.7.0.9 192.0.2.64"
    network = ip_network("192.0.2.0/24")
    assert numbers.of_network(network) == network
