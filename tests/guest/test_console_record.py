"""What the console records, whoever waits or does not."""

import errno
from contextlib import suppress
from pathlib import Path

import pytest

from harness.errors import GuestError
from harness.guest.console.console import Console
from harness.guest.console.transcript import Transcript
from tests.guest.fake_guest import LONG_S, FakeGuest, attached


def test_every_byte_is_recorded_though_nobody_reads_yet(tmp_path: Path) -> None:
    said = [bytes([65 + number % 26]) for number in range(60_000)]
    with (
        Console(tmp_path / "s", tmp_path / "console.raw") as console,
        FakeGuest(tmp_path / "s") as guest,
    ):
        # QEMU writes byte by byte too; a unix socket takes 278 of them.
        guest.say(*said)
        guest.end()
        console.attach()
        console.wait_for_end(timeout_s=5)
    assert (tmp_path / "console.raw").read_bytes() == b"".join(said)


def test_a_guest_that_never_stops_talking_does_not_keep_the_console(tmp_path: Path) -> None:
    class Talker(FakeGuest):
        def _listen(self) -> None:
            with suppress(BlockingIOError):
                while True:
                    self.say("and another thing, ")

    with Console(tmp_path / "s", tmp_path / "console.raw") as console, Talker(tmp_path / "s"):
        console.attach()
        console.wait_for("another thing", timeout_s=5)
        console.close()
    assert (tmp_path / "console.raw").stat().st_size > 0


def test_bytes_that_came_last_are_recorded_without_any_wait(tmp_path: Path) -> None:
    with attached(tmp_path) as (_, guest):
        guest.say("the very last")
    assert (tmp_path / "console.raw").read_bytes() == b"the very last"


def test_a_full_disk_is_not_taken_for_the_guests_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Transcript, data: bytes) -> float:
        raise OSError(errno.ENOSPC, f"no space for {data!r}")

    monkeypatch.setattr(Transcript, "received", full)
    with attached(tmp_path) as (console, guest):
        guest.say("x")
        with pytest.raises(GuestError, match=r"cannot be recorded: .*no space"):
            console.wait_for("x", timeout_s=LONG_S)


def test_closing_twice_is_harmless_and_the_pipes_are_gone(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, _):
        console.close()
        console.close()
    assert not any(tmp_path.glob("s.*"))


def test_pipes_left_by_an_earlier_guest_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "s.in").touch()
    (tmp_path / "s.out").touch()
    with attached(tmp_path) as (console, guest):
        guest.say("here")
        console.wait_for("here", timeout_s=5)
