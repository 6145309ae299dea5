"""A recorded boot has the same text whatever the network did to its frames."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.describe.boot import describe
from harness.model import LOCAL_DISK, PayloadReport
from harness.plan.boot_difference import difference
from harness.plan.boot_text import BootText
from harness.witness.wire import DhcpMessage, RouterAdvertisement
from harness.witness.wire.pcap import parse_capture
from tests.describe.keep_texts import KEPT, TEXTS
from tests.fuzz import examples
from tests.judge.mutate import frames_of, lengths_of, packed
from tests.judge.recorded import recorded
from tests.judge.test_fuzz_harmless import Again, again, is_request_to_tftp, other_frames

REPORT = PayloadReport(token="t", entry=LOCAL_DISK, firmware="uefi", mac="", cmdline="")
names = st.sampled_from(KEPT)


def kept(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text()


def told_of(name: str, frames: list[bytes]) -> str:
    """Tell a recording with other frames on its wire."""
    wire = parse_capture(packed(frames, lengths_of(f"green-{name}")))
    return str(describe(replace(recorded(f"green-{name}"), wire=wire)))


@pytest.mark.parametrize("name", KEPT)
def test_a_recording_is_told_as_it_was_approved(name: str) -> None:
    told, path = describe(recorded(f"green-{name}")), TEXTS / f"{name}.txt"
    assert str(told) == kept(name)
    assert difference(BootText.parse(kept(name), path=path), told) == ()


@pytest.mark.parametrize("path", ["x64-http-ipv4", "bios-vendor-rom"])
def test_two_boots_have_the_same_text(path: str) -> None:
    """One on a clock that counts instructions, from warm firmware; one on the host's, cold."""
    fast, real = (describe(recorded(f"told-{path}-{clock}")) for clock in ("fast", "real"))
    assert str(fast) == str(real)


def test_who_starts_from_its_disk_without_a_file_has_asked_as_firmware_alone() -> None:
    boot = recorded("green-x64-http-ipv4")
    asked = tuple(each for each in boot.wire.events if isinstance(each, DhcpMessage))[:4]
    disk = replace(boot, wire=replace(boot.wire, events=asked), payload=REPORT)
    subjects = [each.subject for each in describe(disk).statements]
    assert subjects == ["machine", "firmware", "answer", "boots", "ends"]


@given(name=names, again=again)
@examples(20)
def test_frames_that_came_twice_do_not_show(name: str, again: Again) -> None:
    frames = frames_of(f"green-{name}")
    for which, later in again:
        at = which % len(frames)
        if not is_request_to_tftp(frames[at]):
            frames.insert(at + 1 + later, frames[at])
    assert told_of(name, frames) == kept(name)


@pytest.mark.parametrize("name", KEPT)
def test_another_machine_in_the_lab_does_not_show(name: str) -> None:
    boot, frames = recorded(f"green-{name}"), frames_of(f"green-{name}")
    mixed = [each for pair in zip(frames, other_frames(boot, frames), strict=True) for each in pair]
    assert told_of(name, mixed) == kept(name)


@pytest.mark.parametrize("name", KEPT)
def test_when_routers_speak_does_not_show(name: str) -> None:
    boot = recorded(f"green-{name}")
    routers = tuple(boot.wire.of(RouterAdvertisement))
    others = tuple(e for e in boot.wire.events if not isinstance(e, RouterAdvertisement))
    for events in ((*routers[:1], *others), (*others, *reversed(routers))):
        assert str(describe(replace(boot, wire=replace(boot.wire, events=events)))) == kept(name)
