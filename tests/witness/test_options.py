"""Every option that a boot uses is said in words, and what nobody knows in hex."""

import struct
from ipaddress import IPv4Address, IPv6Address

import pytest

from harness.witness.wire import DhcpMessage, RouterAdvertisement
from tests.witness.test_protocols import bootp, events, option, udp
from tests.witness.test_wire import packet

SERVERS = IPv4Address("10.9.1.1").packed + IPv4Address("10.9.1.2").packed
SERVER6 = IPv6Address("2001:db8::1").packed
DOMAINS = b"\3lab\7example\0\4boot\xc0\x00"


def answer4(*options: bytes, sname: bytes = b"") -> DhcpMessage:
    (event,) = events(udp(67, 68, bootp(option(53, b"\5"), *options, sname=sname)))
    assert isinstance(event, DhcpMessage)
    return event


def answer6(*options: tuple[int, bytes]) -> DhcpMessage:
    content = b"".join(struct.pack("!HH", code, len(value)) + value for code, value in options)
    (event,) = events(udp(547, 546, b"\7abc" + content))
    assert isinstance(event, DhcpMessage)
    return event


@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        (1, b"\xff\xff\xff\0", "mask 255.255.255.0"),
        (3, SERVERS, "router 10.9.1.1, 10.9.1.2"),
        (6, SERVERS[:4], "DNS 10.9.1.1"),
        (12, b"bench\0", "host name bench"),
        (15, b"example.net", "domain example.net"),
        (26, b"\5\xdc", "MTU 1500"),
        (33, SERVERS, "routes 10.9.1.1 by 10.9.1.2"),
        (42, SERVERS, "NTP 10.9.1.1, 10.9.1.2"),
        (60, b"PXEClient\0x", "vendor class PXEClient"),
        (66, b"tftp.example", "TFTP server tftp.example"),
        (67, b"ipxe.efi\0", "option 67 ipxe.efi"),
        (81, b"\0\0\0host", "full name host"),
        (108, b"\0\0\7\x08", "IPv6 only, for 1800 s"),
        (119, DOMAINS, "search lab.example, boot.lab.example"),
        (121, b"\x18\x0a\x09\x02" + SERVERS[:4] + b"\0" + SERVERS[:4], None),
        (150, SERVERS, "TFTP server 10.9.1.1, 10.9.1.2"),
        (209, b"menu.cfg", "configuration file menu.cfg"),
        (224, b"\1\xff", "option 224 0x01ff"),
        (224, b"", "option 224 empty"),
        (3, b"\1\2\3", "router 0x010203"),
        (12, b"\xff\xfe", "host name 0xfffe"),
        (119, b"\xc0\0", "search 0xc000"),
    ],
)
def test_an_option_of_dhcpv4(code: int, value: bytes, words: str | None) -> None:
    (told,) = answer4(option(code, value)).options
    assert str(told) == (words or "routes 10.9.2.0/24 by 10.9.1.1, 0.0.0.0/0 by 10.9.1.1")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (option(6, b"\x08"), "PXE discovery the boot file at once, without menu"),
        (option(6, b"\0"), "PXE discovery any boot server, by broadcast"),
        (
            option(6, b"\7") + option(8, b"\x80\0\1" + SERVERS[:4]),
            "PXE discovery no broadcast discovery, no multicast discovery, only the listed boot "
            "servers / boot servers type 32768 at 10.9.1.1",
        ),
        (
            option(9, b"\0\0\5Local\x80\0\4Live") + option(10, b"\x0aPress F8") + b"\xff",
            'PXE menu type 0 "Local", type 32768 "Live" / prompt "Press F8" after 10 s',
        ),
        (option(10, b"\xffChoose"), 'PXE prompt "Choose" until a key'),
        (option(71, b"\x80\0\0\0"), "PXE boot item type 32768, layer 0"),
        (option(77, b"ab"), "PXE sub-option 77 0x6162"),
        (b"\x06\x05\1", "vendor options 0x060501"),
    ],
)
def test_the_vendor_option(value: bytes, words: str) -> None:
    (told,) = answer4(option(43, value)).options
    assert str(told) == words


def test_what_ipxe_is_told_in_its_own_option_has_no_password_in_it() -> None:
    value = option(176, b"\1") + option(8, b"\0") + option(190, b"me") + option(191, b"secret")
    (told,) = answer4(option(175, value)).options
    assert str(told) == (
        "iPXE options no-pxedhcp on / keep-san off / user name me / password of 6 characters"
    )


def test_times_and_the_servers_name_are_fields() -> None:
    times = [option(code, struct.pack("!I", time)) for code, time in ((51, 600), (58, 300))]
    told = answer4(*times, option(59, struct.pack("!I", 525)), sname=b"boot.example")
    assert (told.valid_s, told.t1_s, told.t2_s, told.options) == (600, 300, 525, ())
    assert told.server_name == "boot.example"


@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        (16, b"\0\0\1\x37\0\nHTTPClient", "vendor class HTTPClient"),
        (23, SERVER6, "DNS 2001:db8::1"),
        (24, DOMAINS[:13], "search lab.example"),
        (31, SERVER6, "SNTP 2001:db8::1"),
        (32, b"\0\0\x54\x60", "information refresh 21600 s"),
        (32, b"\xff\xff\xff\xff", "information refresh for ever"),
        (56, b"\0\1\0\x10" + SERVER6 + b"\0\3\0\5\3ntp\0", "NTP 2001:db8::1, ntp"),
        (59, b"tftp://[2001:db8::1]/a", "file tftp://[2001:db8::1]/a"),
        (60, b"\0\2-a\0\1b", "parameters -a b"),
        (82, b"\0\0\0\x3c", "SOL_MAX_RT 60 s"),
        (200, b"\1", "option 200 0x01"),
        (23, b"\1", "DNS 0x01"),
    ],
)
def test_an_option_of_dhcpv6(code: int, value: bytes, words: str) -> None:
    (told,) = answer6((code, value)).options
    assert str(told) == words


def test_an_address_of_dhcpv6_and_its_times() -> None:
    lease = struct.pack("!HH16sII", 5, 24, SERVER6, 300, 600)
    told = answer6((1, b"client"), (2, b"server"), (3, struct.pack("!III", 7, 50, 80) + lease))
    assert told.address == "2001:db8::1"
    assert (told.preferred_s, told.valid_s, told.t1_s, told.t2_s) == (300, 600, 50, 80)
    assert told.options == ()


def test_all_that_a_router_advertises() -> None:
    dnssl = struct.pack("!BBHI", 31, 3, 0, 60) + b"\3lab\7example\0\0\0\0"
    content = (
        struct.pack("!BBHBBHII", 134, 0, 0, 64, 0x48, 1800, 5000, 1000)
        + struct.pack("!BBBBIII16s", 3, 4, 64, 0x80, 600, 300, 0, SERVER6[:8] + bytes(8))
        + struct.pack("!BBHI", 5, 1, 0, 1480)
        + struct.pack("!BBHI16s", 25, 3, 0, 20, SERVER6)
        + dnssl
        + struct.pack("!BBBBI8s", 24, 2, 48, 0x18, 90, SERVER6[:8])
        + struct.pack("!BB6s", 1, 1, b"router")
        + struct.pack("!BB6s", 99, 1, b"abcdef")
    )
    ends = IPv6Address("fe80::1").packed + IPv6Address("ff02::1").packed
    head = struct.pack("!IHBB", 6 << 28, len(content), 58, 255)
    (told,) = events(bytes(12) + b"\x86\xdd" + head + ends + content)
    assert isinstance(told, RouterAdvertisement)
    assert (told.managed, told.other, told.preference, told.hop_limit) == (False, True, "high", 64)
    assert (told.lifetime_s, told.reachable_ms, told.retransmit_ms) == (1800, 5000, 1000)
    (prefix,) = told.prefixes
    assert (prefix.prefix, prefix.on_link, prefix.autonomous) == ("2001:db8::/64", True, False)
    assert (prefix.valid_s, prefix.preferred_s) == (600, 300)
    assert [str(each) for each in told.options] == [
        "MTU 1480",
        "DNS 2001:db8::1 for 20 s",
        "search lab.example for 60 s",
        "route 2001:db8::/48 preference low for 90 s",
        "option 99 0x616263646566",
    ]


def test_what_is_not_a_prefix_length_is_no_error() -> None:
    assert events(packet(17, 547, 546, b"\7abc\0\3\0\1x"))
