"""A machine that cannot boot is believed only when wire and logs say nothing of it."""

from harness.judge.no_boot import judge_no_boot
from harness.witness.wire import Wire
from tests.judge.recorded import MAC, record

WORDS = "No bootable device."
ANOTHER = "52:54:00:99:99:99"
BOOT = record("green-bios-ipxe-rom")


def test_a_silent_machine_is_green() -> None:
    assert judge_no_boot(WORDS, mac=ANOTHER, wire=BOOT.wire, journal=BOOT.journal).green


def test_a_machine_on_the_wire_and_in_the_logs_is_red() -> None:
    verdict = judge_no_boot(WORDS, mac=MAC.upper(), wire=BOOT.wire, journal=BOOT.journal)
    on_wire, logged = verdict.causes
    assert f"{MAC} was on the wire (frame " in on_wire
    assert f"dhcpd's log has {MAC}: DHCPDISCOVER from {MAC}" in logged


def test_a_capture_that_saw_nothing_at_all_proves_no_silence() -> None:
    verdict = judge_no_boot(WORDS, mac=ANOTHER, wire=Wire(), journal=BOOT.journal)
    assert verdict.causes == ("the capture is empty, so it is no witness to the machine's silence",)
