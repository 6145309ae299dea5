"""Evidence that is spoilt, forged or mixed with a stranger's: no crash, and no wrong verdict."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence.timeline import phases, timeline
from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import PayloadReport
from harness.witness.wire import HttpExchange
from harness.witness.wire.pcap import parse_capture
from tests.fuzz import examples
from tests.judge.mutate import (
    Spoiling,
    frames_of,
    lengths_of,
    packed,
    spoilings,
    spoilt,
)
from tests.judge.recorded import DATA, IPXE_PATHS, MAC, capture, explained, record

GREEN = [f"green-{path}" for path in IPXE_PATHS]
ALL = sorted(path.name for path in DATA.iterdir())
RED = [name for name in ALL if name.startswith("red-")]
ROGUE_MAC = bytes.fromhex("525400000066")


def with_frames(name: str, frames: list[bytes]) -> Boot:
    """Give a recorded boot with these frames on the wire."""
    return replace(record(name), wire=parse_capture(packed(frames, lengths_of(name))))


def right_payload(boot: Boot) -> PayloadReport:
    """Give what the right payload of this boot would report."""
    item = boot.site.menu.entries[boot.entry]
    return PayloadReport(
        token=boot.token,
        entry=boot.entry,
        firmware="uefi" if boot.path.is_uefi else "bios",
        mac=MAC,
        cmdline=" ".join(item.expected_words(MAC)),
        ipv4=(),
        ipv6=(),
    )


@given(name=st.sampled_from(ALL), how=spoilings)
@examples(60)
def test_spoilt_frames_are_judged_and_told_without_an_error(name: str, how: list[Spoiling]) -> None:
    boot = with_frames(name, spoilt(frames_of(name), how))
    assert judge(boot).headline
    explained(boot)
    phases(boot)
    timeline(boot).encode()


@given(name=st.sampled_from(ALL), share=st.floats(0, 1))
@examples(40)
def test_a_capture_cut_at_any_byte_is_judged_without_an_error(name: str, share: float) -> None:
    data = capture(name)
    cut = replace(record(name), wire=parse_capture(data[: int(share * len(data))]))
    assert judge(cut).headline
    explained(cut)


@given(name=st.sampled_from(RED), how=spoilings)
@examples(80)
def test_no_spoilt_capture_makes_a_red_boot_green(name: str, how: list[Spoiling]) -> None:
    """Even if the right payload had reported. What the rogue server itself sent stays."""
    frames = frames_of(name)
    rogues = [frame for frame in frames if frame[6:12] == ROGUE_MAC]
    others = [frame for frame in frames if frame[6:12] != ROGUE_MAC]
    boot = with_frames(name, [*spoilt(others, how), *rogues])
    forged = replace(boot, payload=right_payload(boot))
    assert not judge(forged).green


@given(name=st.sampled_from(GREEN), share=st.floats(0, 1))
@examples(40)
def test_a_capture_that_ends_before_the_last_file_is_never_green(name: str, share: float) -> None:
    boot = record(name)
    last = max(event.frame for event in boot.wire.of(HttpExchange, mac=MAC))
    kept = frames_of(name)[: int(share * last)]
    assert not judge(with_frames(name, kept)).green


@given(name=st.sampled_from(GREEN), token=st.text(max_size=40))
@examples(40)
def test_a_token_other_than_ours_is_never_green(name: str, token: str) -> None:
    boot = record(name)
    assert boot.payload is not None
    other = replace(boot, payload=replace(boot.payload, token=token))
    assert judge(other).green == (token == boot.token)


@pytest.mark.parametrize("name", GREEN)
def test_the_right_payload_is_what_a_green_boot_reports(name: str) -> None:
    boot = record(name)
    assert judge(replace(boot, payload=right_payload(boot))).causes == ()
