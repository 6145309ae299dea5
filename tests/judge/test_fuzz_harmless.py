"""What says nothing of a boot leaves it green: frames that came twice, and other machines."""

from dataclasses import replace
from ipaddress import ip_address
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.witness.journal import LogEvent
from harness.witness.wire import DhcpMessage, HttpExchange
from harness.witness.wire.frame import TCP_SYN, Transport, parse_frame
from harness.witness.wire.pcap import parse_capture
from tests.fuzz import examples
from tests.judge.mutate import frames_of, lengths_of, packed
from tests.judge.recorded import IPXE_PATHS, MAC, record

GREEN = [f"green-{path}" for path in IPXE_PATHS]
OTHER_MAC = "52:54:00:65:43:21"
TFTP_PORT, HTTP_PORT = 69, 80

green = st.sampled_from(GREEN)
Again = list[tuple[int, int]]
again = st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 40)), max_size=12)


def is_request_to_tftp(content: bytes) -> bool:
    """Whether the TFTP server logs this each time that it comes."""
    frame = parse_frame(1, 0.0, content)
    return frame is not None and (frame.transport, frame.target_port) == (Transport.UDP, TFTP_PORT)


@given(name=green, again=again)
@example(name="green-bios-vendor-rom", again=[(0, 0)] * 2 + [(2159, 9), *[(0, 0)] * 4, (208, 11)])
@examples(60)
def test_frames_that_the_network_doubled(name: str, again: Again) -> None:
    frames = frames_of(name)
    for which, later in again:
        at = which % len(frames)
        if not is_request_to_tftp(frames[at]):
            frames.insert(at + 1 + later, frames[at])
    wire = parse_capture(packed(frames, lengths_of(name)))
    assert judge(replace(record(name), wire=wire)).causes == ()


@pytest.mark.parametrize("name", GREEN)
@pytest.mark.parametrize("later", [1, 5, 12])
def test_a_syn_that_the_network_doubled_begins_no_second_connection(name: str, later: int) -> None:
    frames = frames_of(name)
    for at in reversed(range(len(frames))):
        frame = parse_frame(1, 0.0, frames[at])
        if frame is not None and frame.transport == Transport.TCP and frame.flags == TCP_SYN:
            frames.insert(at + later, frames[at])
    wire = parse_capture(packed(frames, lengths_of(name)))
    assert judge(replace(record(name), wire=wire)).causes == ()


def identity(boot: Boot) -> dict[str, str]:
    """Give what names the guest of a recording, and what would name another in its place."""
    leased = {event.address for event in boot.wire.of(DhcpMessage, mac=MAC)} - {""}
    others = {address: str(ip_address(address) + 0x80) for address in leased}
    return {MAC: OTHER_MAC, "5054:ff:fe12:3456": "5054:ff:fe65:4321", **others}


def in_frames(text: str) -> bytes:
    """Give a MAC address, the host's part of an IPv6 address or an address as frames have it."""
    if text.startswith("5054:"):
        return ip_address(f"fe80::{text}").packed[8:]
    if text in (MAC, OTHER_MAC):
        return bytes.fromhex(text.replace(":", ""))
    return ip_address(text).packed


def other_frames(boot: Boot, frames: list[bytes]) -> list[bytes]:
    """Give the frames of the same boot of another machine."""
    changed = []
    for frame in frames:
        for old, new in identity(boot).items():
            frame = frame.replace(in_frames(old), in_frames(new))
            frame = frame.replace(old.encode(), new.encode())
        changed.append(frame)
    return changed


def other_line(boot: Boot, event: LogEvent) -> LogEvent:
    """Give what a daemon would have logged of the other machine."""
    words = dict(vars(event))
    for name, value in words.items():
        if isinstance(value, str):
            for old, new in identity(boot).items():
                value = value.replace(old, new)
            words[name] = value
    return type(event)(**words)


def shuffled(first: list[bytes], second: list[bytes], random: Random) -> list[bytes]:
    """Give both captures as one, in which each keeps its own order."""
    sources = [0] * len(first) + [1] * len(second)
    random.shuffle(sources)
    left = (iter(first), iter(second))
    return [next(left[source]) for source in sources]


@given(name=green, seed=st.integers(0, 1 << 32))
@examples(40)
def test_another_guest_that_boots_in_the_same_lab(name: str, seed: int) -> None:
    boot = record(name)
    frames = frames_of(name)
    both = shuffled(frames, other_frames(boot, frames), Random(seed))
    lines = (*boot.journal.events, *(other_line(boot, event) for event in boot.journal.events))
    mixed = replace(
        boot,
        wire=parse_capture(packed(both, lengths_of(name))),
        journal=replace(boot.journal, events=lines),
    )
    assert judge(mixed).causes == ()


def test_a_machine_that_was_reset_may_say_the_very_same_again() -> None:
    """Its clock counts its instructions; the server begins with another number."""
    frames = frames_of("green-bios-ipxe-rom")
    again = [with_other_answers(content) for content in frames]
    exchanges = parse_capture(packed([*frames, *again])).of(HttpExchange, mac=MAC)
    paths = [exchange.path for exchange in exchanges]
    assert len(paths) == 2 * len(list(record("green-bios-ipxe-rom").wire.of(HttpExchange)))


def with_other_answers(content: bytes) -> bytes:
    """Give a frame of TCP over IPv4 or IPv6 as if the server's first number had been another."""
    frame = parse_frame(1, 0.0, content)
    if frame is None or frame.transport != Transport.TCP:
        return content
    from_server = frame.source_port == HTTP_PORT
    number = frame.sequence if from_server else frame.acknowledged
    at = (54 if content[12:14] == b"\x86\xdd" else 34) + (4 if from_server else 8)
    other = (number + 7_000_000) % (1 << 32)
    return content[:at] + other.to_bytes(4, "big") + content[at + 4 :]
