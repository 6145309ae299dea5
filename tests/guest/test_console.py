"""The console against a guest that does what the test says: silence, failure, end, odd bytes."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import GuestError, ServiceError, UsageError
from harness.guest.console import reader
from harness.guest.console.console import Console
from harness.guest.console.failure import (
    BootFailedError,
    BootTimeoutError,
    ConsoleClosedError,
    ConsoleSilentError,
)
from harness.guest.console.patience import Patience
from harness.guest.console.screen import Screen
from harness.witness.payload import PAYLOAD_PATTERN
from tests.guest.fake_guest import LONG_S, FakeGuest, attached


def test_a_text_is_found_however_it_is_cut(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("\x1b[0;1", "mPress", " Ctrl-", "B\r", "\n")
        seen = console.wait_for("Ctrl-B", timeout_s=5)
    assert seen.text == "Press Ctrl-B"
    assert 0 <= seen.at_s < 5


def test_a_literal_is_no_pattern(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("abc a.c\n")
        assert console.wait_for("a.c", timeout_s=5).text == "abc a.c"


def test_a_pattern_gives_its_groups(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("the token a1b2! is here\n")
        token = re.compile(r"token (\w+)!")
        assert console.wait_for(token, timeout_s=5, what="the token").match[1] == "a1b2"


def test_nobody_is_shown_a_pattern(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, _guest):
        with pytest.raises(UsageError, match="what="):
            console.wait_for(PAYLOAD_PATTERN, timeout_s=5)
        with pytest.raises(BootTimeoutError) as late:
            console.wait_for(PAYLOAD_PATTERN, timeout_s=0.3, what="the payload of showmax")
    assert "the payload of showmax" in str(late.value)
    assert "?P<" not in str(late.value)


def test_nothing_is_missed_between_two_waits(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("one two three four\n")
        for word in ("one", "two", "three", "four"):
            console.wait_for(word, timeout_s=5)
        with pytest.raises(BootTimeoutError):
            console.wait_for("two", timeout_s=0.3)


def test_a_wait_for_the_screen_leaves_the_text_to_the_next_wait(tmp_path: Path) -> None:
    def menu(screen: Screen) -> int | None:
        return 3 if "menu" in screen.lines else None

    with attached(tmp_path) as (console, guest):
        guest.say("before\r\n", "menu\r\n", "\x1b[2J\x1b[1;1Hafter\r\n")
        assert console.wait_for_screen("the menu", menu, timeout_s=5) == 3
        assert console.wait_for("before", timeout_s=5).text == "before"
        console.wait_for("after", timeout_s=5)


def test_a_failure_ends_a_long_wait_within_a_second(tmp_path: Path) -> None:
    begun_s = time.monotonic()
    with attached(tmp_path) as (console, guest):
        guest.say("  PXE-E18: Server", " response timeout.\r\n")
        with pytest.raises(BootFailedError) as caught:
            console.wait_for("menu", timeout_s=LONG_S, what="the menu")
    assert time.monotonic() - begun_s < 1.5
    first, *rest = str(caught.value).splitlines()
    assert first.startswith('the guest said "PXE-E18: Server response timeout." while the menu')
    assert "the boot server did not answer in time" in rest[0]


def test_a_failure_ends_a_wait_before_its_slice_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "SLICE_S", LONG_S)
    with attached(tmp_path, patience=Patience(guest_s=lambda: 7.0)) as (console, guest):
        guest.say("No bootable device.\r\n")
        with pytest.raises(BootFailedError, match="bios-nothing") as caught:
            console.wait_for("menu", timeout_s=LONG_S)
    assert caught.value.guest_s == 7.0


def test_a_failure_ends_a_wait_for_the_screen(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("No bootable device.\r\n")
        with pytest.raises(BootFailedError, match="bios-nothing"):
            console.wait_for_screen("the menu", lambda _: None, timeout_s=LONG_S)


def test_a_state_that_came_before_a_failure_is_found_and_the_failure_is_the_next_waits(
    tmp_path: Path,
) -> None:
    """An entry that fails at once: the menu's end and the message come in one piece."""

    def cleared(screen: Screen) -> bool | None:
        return None if "menu" in screen.lines else True

    with attached(tmp_path) as (console, guest):
        guest.say("menu\r\n")
        console.wait_for("menu", timeout_s=5)
        guest.say("\x1b[2J\x1b[1;1Hrescue64... Not found (https://ipxe.org/2d0c618e)\r\n")
        assert console.wait_for_screen("the menu's end", cleared, timeout_s=5)
        with pytest.raises(BootFailedError, match="ipxe-no-file"):
            console.wait_for("Could not boot", timeout_s=LONG_S)


def test_a_prompt_that_nobody_asked_for_is_a_failure(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("iPXE> ")
        with pytest.raises(BootFailedError, match="ipxe-shell"):
            console.wait_for("menu", timeout_s=LONG_S)


@pytest.mark.parametrize("normal", ["ipxe-no-file", re.compile(r"/script\.ipxe-")])
def test_a_tolerated_failure_is_remembered(tmp_path: Path, normal: str | re.Pattern[str]) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("/script.ipxe-52... No such file (http://ipxe.org/2d0c613b)\r\n", "menu\r\n")
        console.wait_for("menu", timeout_s=5, tolerate=(normal,))
        (finding,) = console.tolerated
    assert finding.failure.name == "ipxe-no-file"


def test_a_failure_of_another_line_is_not_tolerated(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("/vmlinuz... No such file (http://ipxe.org/2d0c613b)\r\n", "menu\r\n")
        with pytest.raises(BootFailedError, match="/vmlinuz"):
            console.wait_for("menu", timeout_s=5, tolerate=(re.compile(r"/script\.ipxe-"),))


def test_a_failure_after_the_match_is_left_to_the_next_wait(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("menu\r\nNo more network devices\r\n")
        console.wait_for("menu", timeout_s=5)
        with pytest.raises(BootFailedError, match="ipxe-no-boot"):
            console.wait_for("payload", timeout_s=LONG_S)


def test_a_failure_that_was_waited_for_is_none(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("x: No such file (http://ipxe.org/2d0c613b)\r\n", "next\r\n")
        console.wait_for("No such file", timeout_s=5)
        console.wait_for("next", timeout_s=5)


def test_tolerating_an_unknown_name_is_a_usage_error(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, _), pytest.raises(UsageError, match="pxe-e77"):
        console.wait_for("menu", timeout_s=5, tolerate=("pxe-e77",))


def test_a_time_out_says_what_how_long_and_what_the_screen_shows(tmp_path: Path) -> None:
    with attached(tmp_path, patience=Patience(pace=Pace(slowness=2))) as (console, guest):
        guest.say("the last words\r\n")
        with pytest.raises(BootTimeoutError) as caught:
            console.wait_for("menu", timeout_s=0.5, what="the menu")
    text = str(caught.value)
    assert text.startswith("the menu did not come within 1 s of the guest's time (1 s here)")
    assert caught.value.timeout_s == 1.0
    assert "the last words" in text
    assert str(tmp_path / "console.txt") in text


def test_a_silent_guest_has_its_own_message(tmp_path: Path) -> None:
    with (
        attached(tmp_path, first_byte_s=0.3) as (console, _),
        pytest.raises(ConsoleSilentError, match="the guest printed nothing"),
    ):
        console.wait_for("menu", timeout_s=LONG_S)


def test_a_warm_guest_may_wait_for_servers_in_silence(tmp_path: Path) -> None:
    with (
        attached(tmp_path, first_byte_s=0.1, is_warm=True) as (console, _),
        pytest.raises(BootTimeoutError),
    ):
        console.wait_for("menu", timeout_s=0.6)


def test_a_guest_that_spoke_once_is_not_silent(tmp_path: Path) -> None:
    with attached(tmp_path, first_byte_s=0.1) as (console, guest):
        guest.say("\x1b[0m")
        with pytest.raises(BootTimeoutError):
            console.wait_for("menu", timeout_s=0.6)


def test_the_end_of_a_guest_has_its_own_message(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("last words\r\n")
        guest.end()
        with pytest.raises(ConsoleClosedError, match="ended while the menu was waited for"):
            console.wait_for("menu", timeout_s=LONG_S, what="the menu")
        with pytest.raises(ConsoleClosedError):
            console.wait_for_screen("it", lambda _: None, timeout_s=LONG_S)


def test_the_end_of_a_guest_is_told_as_the_hypervisor_tells_it(tmp_path: Path) -> None:
    with attached(tmp_path, ending=lambda: "was switched off") as (console, guest):
        guest.end()
        with pytest.raises(ConsoleClosedError, match="cause: the guest was switched off"):
            console.wait_for("menu", timeout_s=LONG_S)


def test_a_panic_that_is_told_after_the_line_closed_is_no_power_off(tmp_path: Path) -> None:
    machine = Daemon("guest0", lives_for=1000)

    def told_late() -> str:
        machine.lives_for = 0
        return "panicked"

    with attached(tmp_path, lifelines=[machine], ending=told_late) as (console, guest):
        guest.end()
        with pytest.raises(ServiceError, match="guest0: died"):
            console.wait_for("menu", timeout_s=LONG_S)


def test_the_last_words_of_a_guest_that_ended_count(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("Kernel panic - not syncing: Attempted to kill init!")
        guest.end()
        with pytest.raises(BootFailedError, match="kernel-panic"):
            console.wait_for("payload", timeout_s=LONG_S)


def test_a_wanted_end_is_none_of_the_errors(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("reboot: Power down\r\n")
        guest.end()
        assert console.wait_for_end(timeout_s=5) < 5


@dataclass
class Daemon:
    """Has died when it is asked once too often whether it is alive."""

    name: str
    lives_for: int = 0
    asked: list[float] = field(default_factory=list)

    def verify_alive(self) -> None:
        self.asked.append(time.monotonic())
        if len(self.asked) > self.lives_for:
            raise ServiceError(self.name, "died")


def test_a_dead_daemon_is_named_instead_of_the_guests_complaint(tmp_path: Path) -> None:
    with attached(tmp_path, lifelines=[Daemon("nginx")]) as (console, guest):
        guest.say("Connection reset (http://ipxe.org/0f0a6039)\r\n")
        with pytest.raises(ServiceError, match="nginx: died"):
            console.wait_for("menu", timeout_s=LONG_S)


def test_a_daemon_that_dies_meanwhile_ends_the_wait(tmp_path: Path) -> None:
    daemon = Daemon("dhcpd", lives_for=2)
    with attached(tmp_path, lifelines=[daemon]) as (console, _), pytest.raises(ServiceError):
        console.wait_for_screen("the menu", lambda _: None, timeout_s=LONG_S)
    assert daemon.asked[2] - daemon.asked[0] < 1.5


def test_qemu_that_never_came_is_the_end_of_the_console(tmp_path: Path) -> None:
    with Console(tmp_path / "s", tmp_path / "console.raw") as console:
        console.attach()
        with pytest.raises(ConsoleClosedError, match="ended while the menu was waited for"):
            console.wait_for("menu", timeout_s=LONG_S, what="the menu")
        with pytest.raises(ConsoleClosedError, match="was sent"):
            console.send("x")


def test_a_key_for_a_guest_that_is_gone_is_refused(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        console.send("x")
        guest.wait_until_heard(b"x")
        guest.end()
        with pytest.raises(ConsoleClosedError, match="ended while the key 'y' was sent"):
            console.send("y")


def test_a_place_where_no_pipe_can_be_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(GuestError, match=r"nowhere/s\.out: cannot make a pipe there"),
        Console(tmp_path / "nowhere" / "s", tmp_path / "console.raw"),
    ):
        pass


def test_pipes_are_gone_when_the_transcript_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "console.raw").mkdir()
    with (
        pytest.raises(IsADirectoryError),
        Console(tmp_path / "s", tmp_path / "console.raw"),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["console.raw"]


def test_attaching_twice_is_a_usage_error(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, _), pytest.raises(UsageError, match="once"):
        console.attach()


def test_a_guest_that_is_switched_on_again_is_heard_from_its_first_byte(tmp_path: Path) -> None:
    with attached(tmp_path) as (console, guest):
        guest.say("Kernel panic - not syncing\r\nPower")
        guest.end()
        first_s = console.wait_for_end(timeout_s=5, tolerate=["kernel-panic"])
        console.renew()
        with FakeGuest(tmp_path / "s") as again:
            again.say("down? Up\r\n")
            console.attach()
            seen = console.wait_for("Up", timeout_s=5)
            assert seen.text == "down? Up"
            assert seen.at_s >= first_s
            console.send("x")
            again.wait_until_heard(b"x")
    raw = (tmp_path / "console.raw").read_bytes()
    assert raw == b"Kernel panic - not syncing\r\nPowerdown? Up\r\n"


def test_one_that_says_nothing_the_second_time_is_silent(tmp_path: Path) -> None:
    with attached(tmp_path, first_byte_s=0.2) as (console, guest):
        guest.say("POST\r\n")
        console.wait_for("POST", timeout_s=5)
        guest.end()
        console.renew()
        with FakeGuest(tmp_path / "s"):
            console.attach()
            with pytest.raises(ConsoleSilentError):
                console.wait_for("POST", timeout_s=LONG_S)


def test_attaching_before_entering_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="inside its `with` block"):
        Console(tmp_path / "s", tmp_path / "console.raw").attach()


def test_waiting_before_attaching_is_a_usage_error(tmp_path: Path) -> None:
    with (
        Console(tmp_path / "s", tmp_path / "console.raw") as console,
        pytest.raises(UsageError, match="not attached"),
    ):
        console.wait_for("menu", timeout_s=1)
