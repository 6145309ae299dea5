"""What scapy makes of real messages, beside what is read without it; and its quiet import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.model import Family
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    DnsLookup,
    Option,
    Prefix,
    RouterAdvertisement,
)
from harness.witness.wire.frame import dissect_frame, parse_frame, read_bulk
from harness.witness.wire.pcap import parse_capture
from tests.judge.recorded import DATA, MAC, capture, record
from tests.judge.shorten import records
from tests.witness.test_wire import frames, packet, transfer

SERVER_MAC = "52:54:00:00:00:01"
LINK_LOCAL = "fe80::5054:ff:fe00:1"


def message(name: str, frame: int) -> DhcpMessage:
    """Give the DHCP message of one frame of a recording."""
    return next(each for each in record(name).wire.of(DhcpMessage) if each.frame == frame)


def test_a_discover_of_firmware() -> None:
    assert message("green-x64-tftp-ipv4", 10) == DhcpMessage(
        time_s=1795347613.299004,
        frame=10,
        family=Family.IPV4,
        client_mac=MAC,
        kind=DhcpKind.DISCOVER,
        xid=709091740,
        port=67,
        client_arch=7,
        vendor_class="PXEClient:Arch:00007:UNDI:003000",
    )


def test_an_offer() -> None:
    assert message("green-x64-tftp-ipv4", 15) == DhcpMessage(
        time_s=1795347614.317603,
        frame=15,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        server_mac=SERVER_MAC,
        kind=DhcpKind.OFFER,
        xid=709091740,
        port=67,
        server_id="192.0.2.1",
        address="192.0.2.64",
        next_server="192.0.2.1",
        bootfile="ipxe.efi",
        valid_s=600,
        options=(
            Option(code=1, name="mask", value="255.255.255.0"),
            Option(code=3, name="router", value="192.0.2.1"),
            Option(code=6, name="DNS", value="192.0.2.1"),
        ),
    )


def test_an_advertise() -> None:
    assert message("green-x64-http-ipv6", 14) == DhcpMessage(
        time_s=1795347780.545219,
        frame=14,
        family=Family.IPV6,
        client="fe80::5054:ff:fe12:3456",
        client_mac=MAC,
        server=LINK_LOCAL,
        server_mac=SERVER_MAC,
        kind=DhcpKind.ADVERTISE,
        xid=815119,
        vendor_class="HTTPClient",
        client_id="0001000131dba408525400123456",
        server_id="00010001329591a9525400000001",
        address="2001:db8::1:ffe3",
        bootfile="http://[2001:db8::1]/ipxe.efi",
        valid_s=2592000,
        preferred_s=604800,
        t1_s=3600,
        t2_s=7200,
        options=(
            Option(code=16, name="vendor class", value="HTTPClient"),
            Option(code=23, name="DNS", value="2001:db8::1"),
            Option(code=59, name="file", value="http://[2001:db8::1]/ipxe.efi"),
        ),
    )


def test_a_request_of_ipxe() -> None:
    assert message("green-x64-http-ipv6", 68) == DhcpMessage(
        time_s=1795347792.095143,
        frame=68,
        family=Family.IPV6,
        client="fe80::5054:ff:fe12:3456",
        client_mac=MAC,
        kind=DhcpKind.REQUEST6,
        xid=11962799,
        client_arch=7,
        vendor_class="PXEClient:Arch:00007:UNDI:003010",
        user_class="iPXE",
        client_id="000400000000000000000000000000000000",
        server_id="00010001329591a9525400000001",
        address="2001:db8::1:3399",
    )


def test_a_router_advertisement() -> None:
    first = next(record("green-bios-ipxe-rom").wire.of(RouterAdvertisement))
    assert first == RouterAdvertisement(
        time_s=1795347570.823775,
        frame=2,
        family=Family.IPV6,
        server=LINK_LOCAL,
        server_mac=SERVER_MAC,
        managed=True,
        other=True,
        prefixes=(
            Prefix(
                prefix="2001:db8::/64",
                on_link=True,
                autonomous=False,
                valid_s=86400,
                preferred_s=14400,
            ),
        ),
        lifetime_s=30,
        hop_limit=64,
    )


def test_a_name_and_its_addresses() -> None:
    name = b"\x03tux\x04test\x00"
    ask = b"\0\7\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1"
    answer = b"".join(
        b"\xc0\x0c\0\1\0\1\0\0\0\x09\0\4" + bytes([192, 0, 2, last]) for last in (1, 2, 1)
    )
    reply = b"\0\7\x81\x80\0\1\0\3\0\0\0\0" + name + b"\0\1\0\1" + answer
    asked, replied = packet(17, 1024, 53, ask), packet(17, 53, 1024, reply)
    (lookup,) = parse_capture(frames(asked, replied)).of(DnsLookup)
    assert (lookup.name, lookup.type, lookup.rcode) == ("tux.test", "A", 0)
    assert lookup.answers == ("192.0.2.1", "192.0.2.2")


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_what_is_read_at_fixed_places_is_what_scapy_reads(name: str) -> None:
    contents = [content for *_, content in records(capture(name))]
    bulk = [each for each in contents if read_bulk(1, 0.0, each) is not None]
    for content in bulk[:: len(bulk) // 60 + 1]:
        assert read_bulk(1, 0.0, content) == dissect_frame(1, 0.0, content)


def test_no_piece_of_a_file_is_given_to_scapy() -> None:
    contents = [content for *_, content in records(transfer(100_000))]
    assert [number for number, each in enumerate(contents) if not read_bulk(1, 0.0, each)] == [0]


QUIET = """
import sys
def hook(event, arguments):
    if event == "socket.__new__":
        raise SystemExit(f"{event} {arguments}")
from importlib import import_module
from harness.lab.record import JUDGES
assert "scapy" not in sys.modules
sys.addaudithook(hook)
for module in JUDGES:
    import_module(module)
assert "scapy.layers.dhcp6" in sys.modules
assert "scapy.all" not in sys.modules
from scapy.data import MANUFDB
assert len(MANUFDB) == 0
"""


def test_scapy_is_imported_late_and_looks_at_nothing(tmp_path: Path) -> None:
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    root = Path(__file__).parents[2]
    command = [sys.executable, "-W", "error", "-c", QUIET]
    done = subprocess.run(
        command, env=os.environ | homes, cwd=root, capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []


def test_the_first_fragment_of_a_datagram_speaks_for_the_whole() -> None:
    whole = packet(17, 5000, 6000, b"\0\3\0\1" + bytes(1468))
    fragment = bytearray(whole[: 14 + 20 + 552])
    fragment[16:18] = (20 + 552).to_bytes(2, "big")
    fragment[20:22] = (0x2000).to_bytes(2, "big")
    frame = parse_frame(1, 0.0, bytes(fragment))
    assert frame is not None
    assert frame.length == 4 + 1468
