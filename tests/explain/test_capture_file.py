"""Captures that are none, broken, or very large."""

import gzip
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.explain.captured import read_captured
from harness.witness.wire.capture_file import CaptureFile
from harness.witness.wire.pcap import WireReader, parse_capture
from tests.explain.captures import RAW, pcap, pcapng, recorded

WIRELESS = 105
MEGABYTE = 1 << 20


def read(place: Path, content: bytes) -> CaptureFile:
    """Read a capture to its end."""
    (place / "a").write_bytes(content)
    file = CaptureFile(place / "a")
    for _ in file.read():
        pass
    return file


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a capture: it is empty"),
        (b"#!ipxe\n", "is not a capture: it begins with 23 21 69 70"),
        (pcap([])[:20], "is not a capture: it ends in its head"),
        (pcapng([])[:9], "its first block is broken"),
        (b"\x1f\x8b\x00", "is packed, and broken from its beginning on"),
        (
            pcap([(0.0, bytes(60))], link=WIRELESS),
            "on a link that is not understood: 802.11 \\(wireless\\), link type 105",
        ),
    ],
)
def test_what_is_no_capture_is_an_error_that_says_why(
    content: bytes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize(("name", "said"), [("none", "No such file"), (".", "is not a file")])
def test_what_cannot_be_read_is_an_error(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        list(CaptureFile(tmp_path / name).read())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pcap(recorded("red-missing-script"))[:-1], "cut off in a frame after frame 31"),
        (pcapng(recorded("red-missing-script"))[:-1], "cut off in a block after frame 31"),
        (pcap([(0.0, bytes(60))]) + b"\0" * 5, "cut off in a record's head after frame 1"),
        (pcap([(0.0, bytes(60))]) + b"\xff" * 16, "a record of 4294967295 bytes begins after"),
        (
            gzip.compress(pcap(recorded("red-missing-script")))[:-99],
            "its packing breaks off after frame",
        ),
        (pcapng([]) + struct.pack("<IIIIIIII", 6, 32, 7, 0, 0, 0, 0, 32), "does not have after"),
    ],
)
def test_what_is_broken_later_is_read_so_far(content: bytes, said: str, tmp_path: Path) -> None:
    assert said in read(tmp_path, content).cut


def test_frames_without_a_link_layer_are_read(tmp_path: Path) -> None:
    bare = [(s, d[14:]) for s, d in recorded("red-missing-script") if d[12:14] == b"\x08\x00"]
    assert read(tmp_path, pcap(bare, link=RAW)).links[RAW] == len(bare)


def test_it_is_the_same_as_of_our_own_captures(tmp_path: Path) -> None:
    content = pcap(recorded("green-proxy-dhcp"))
    (tmp_path / "a").write_bytes(content)
    reader = WireReader()
    for frame in CaptureFile(tmp_path / "a").read():
        reader.add(*frame)
    assert reader.wire() == parse_capture(content)


@given(st.binary(max_size=200), st.sampled_from([b"", pcap([]), pcapng([])]))
def test_whatever_a_file_holds_is_read_or_an_error(content: bytes, head: bytes) -> None:
    place = Path("/dev/shm") / "netboot-harness-fuzzed.pcap"
    place.write_bytes(head + content)
    with suppress(UsageError):
        read_captured(place)
    place.unlink()


def test_what_else_the_network_carried_is_not_held(tmp_path: Path) -> None:
    """A hundred thousand frames of others leave no trace in memory."""
    frame = bytes.fromhex("020000000001 020000000002 0800 4500") + struct.pack("!H", 486)
    frame += bytes(4) + b"\x40\x06\0\0" + bytes((10, 0, 0, 1, 10, 0, 0, 2))
    others = [
        (1.0, frame + struct.pack("!HHIIBBHHH", 1024 + n % 60000, 80, n, 0, 0x50, 2, 0, 0, 0))
        for n in range(100_000)
    ]
    boot = [(2.0, data) for _, data in recorded("red-missing-script")]
    (tmp_path / "large").write_bytes(pcap([*others, *boot]))
    del others
    told: list[tuple[int, int, int]] = []
    tracemalloc.start()
    captured = read_captured(tmp_path / "large", lambda *done: told.append(done))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert captured.machines == ("52:54:00:12:34:56",)
    assert peak < 2 * MEGABYTE
    assert [reading for reading, _, _ in told] == [1] * 6 + [2] * 6
    assert [size for _, size, _ in told] == sorted(size for _, size, _ in told[:6]) * 2
