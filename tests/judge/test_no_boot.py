"""A machine that cannot boot is believed only when wire and logs say nothing of it."""

from dataclasses import replace

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import Verdict, When
from harness.witness.wire import Wire
from tests.judge.recorded import MAC, record

BOOT = replace(record("green-bios-ipxe-rom"), cannot_boot="No bootable device.")
SILENT = replace(BOOT, mac="52:54:00:99:99:99")


def no_boot(boot: Boot) -> Verdict:
    return judge(boot, When.NO_BOOT)


def test_a_silent_machine_is_green() -> None:
    verdict = no_boot(SILENT)
    assert verdict.green
    assert verdict.seen == ("No bootable device.",)


def test_a_machine_on_the_wire_and_in_the_logs_is_red() -> None:
    verdict = no_boot(replace(BOOT, mac=MAC.upper()))
    on_wire, logged = verdict.causes
    assert f"{MAC} was on the wire (frame " in on_wire
    assert f"dhcpd's log has {MAC}: DHCPDISCOVER from {MAC}" in logged


def test_a_capture_that_saw_nothing_at_all_proves_no_silence() -> None:
    (cause,) = no_boot(replace(SILENT, wire=Wire())).causes
    assert cause == "the capture is empty, so it is not a witness to the machine's silence"
