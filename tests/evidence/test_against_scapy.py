"""The reader of captures agrees with scapy, message by message, on real captures."""

import warnings
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

import pytest

from harness.evidence.wire import DhcpKind, DhcpMessage, DnsLookup, RouterAdvertisement
from harness.evidence.wire.reader import parse_capture
from harness.model import Family
from tests.evidence.recorded import DATA, capture
from tests.evidence.shorten import records

each_recording = pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))

_SHORTEST = 66
"""Acknowledgements are no longer than this, and no message is shorter."""


@cache
def scapy() -> Any:  # noqa: ANN401 - scapy has no types worth naming
    """Import scapy, which warns of what it imports itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from scapy.layers import dhcp, dhcp6, dns, inet, inet6, l2
    return SimpleNamespace(dhcp=dhcp, dhcp6=dhcp6, dns=dns, inet=inet, inet6=inet6, l2=l2)


def packets(name: str) -> Iterator[tuple[int, Any]]:
    """Go through the frames as scapy takes them apart."""
    for number, (_, _, length, content) in enumerate(records(capture(name)), start=1):
        if _SHORTEST < length == len(content):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield number, scapy().l2.Ether(content)


@each_recording
def test_dhcpv4(name: str) -> None:
    read = {event.frame: event for event in parse_capture(capture(name)).of(DhcpMessage)}
    bootp = scapy().dhcp.BOOTP
    count = 0
    for number, packet in packets(name):
        if bootp not in packet:
            continue
        count += 1
        message, fields = read[number], packet[bootp]
        options = {
            option[0]: option[1]
            for option in packet[scapy().dhcp.DHCP].options
            if isinstance(option, tuple)
        }
        assert message.family is Family.IPV4
        assert message.xid == fields.xid
        assert message.kind is list(DhcpKind)[options["message-type"] - 1]
        named = options.get("boot-file-name", fields.file).rstrip(b"\0")
        assert message.bootfile == named.decode()
        assert message.next_server == fields.siaddr.replace("0.0.0.0", "")
        assert message.client_mac == fields.chaddr[:6].hex(":")
        assert message.vendor_class == options.get("vendor_class_id", b"").decode()
        assert message.user_class == options.get("user_class", b"").decode()
        assert message.server_id == options.get("server_id", "")
        arch = options.get("pxe_client_architecture")
        assert message.client_arch == (None if arch is None else int.from_bytes(arch, "big"))
    assert count == sum(event.family is Family.IPV4 for event in read.values())


@each_recording
def test_dhcpv6(name: str) -> None:
    read = {event.frame: event for event in parse_capture(capture(name)).of(DhcpMessage)}
    layers = scapy().dhcp6
    count = 0
    for number, packet in packets(name):
        messages = [layer for layer in packet.layers() if issubclass(layer, layers.DHCP6)]
        if not messages:
            continue
        count += 1
        message, head = read[number], packet[messages[0]]
        assert message.family is Family.IPV6
        assert message.xid == head.trid
        url = packet.getlayer(layers.DHCP6OptBootFileUrl)
        assert message.bootfile == ("" if url is None else url.optdata.decode())
        arch = packet.getlayer(layers.DHCP6OptClientArchType)
        assert message.client_arch == (None if arch is None else arch.archtypes[0])
        vendor = packet.getlayer(layers.DHCP6OptVendorClass)
        assert message.vendor_class == ("" if vendor is None else vendor.vcdata[0].data.decode())
        user = packet.getlayer(layers.DHCP6OptUserClass)
        assert message.user_class == ("" if user is None else user.userclassdata[0].data.decode())
        leased = packet.getlayer(layers.DHCP6OptIAAddress)
        assert message.address == ("" if leased is None else leased.addr)
    assert count == sum(event.family is Family.IPV6 for event in read.values())


@each_recording
def test_router_advertisements(name: str) -> None:
    read = {event.frame: event for event in parse_capture(capture(name)).of(RouterAdvertisement)}
    inet6 = scapy().inet6
    seen = [(number, each) for number, each in packets(name) if inet6.ICMPv6ND_RA in each]
    assert [number for number, _ in seen] == list(read)
    for number, packet in seen:
        head, prefix = packet[inet6.ICMPv6ND_RA], packet[inet6.ICMPv6NDOptPrefixInfo]
        event = read[number]
        assert (event.managed, event.other) == (bool(head.M), bool(head.O))
        assert event.lifetime_s == head.routerlifetime
        assert event.prefixes[0].prefix == f"{ip_address(prefix.prefix)}/{prefix.prefixlen}"
        assert event.prefixes[0].autonomous == bool(prefix.A)


@each_recording
def test_dns(name: str) -> None:
    lookups = [(event.frame, event.name) for event in parse_capture(capture(name)).of(DnsLookup)]
    dns = scapy().dns.DNS
    asked = [
        (number, packet[dns].qd[0].qname.decode().rstrip("."))
        for number, packet in packets(name)
        if dns in packet and not packet[dns].qr
    ]
    assert lookups == asked
