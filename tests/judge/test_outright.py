"""What firmware says outright comes before what is inferred."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.plan.boot_text import BootText, Statement
from harness.witness.wire import TftpTransfer
from tests.judge.recorded import MAC, record, with_events

REFUSED = 'BdsDxe: failed to load Boot0002 "UEFI PXEv4" from PciRoot(0x0): Access Denied'


def loaded() -> Boot:
    """Give a boot whose loader came whole, and after which nothing did."""
    boot = record("green-x64-tftp-ipv4")
    last = [e for e in boot.wire.of(TftpTransfer, mac=MAC) if e.file == "ipxe.efi"][-1]
    kept = (e for e in boot.wire.events if e.frame <= last.frame)
    return replace(with_events(boot, *kept), payload=None)


@pytest.mark.parametrize(
    "line",
    [
        REFUSED,
        'BdsDxe: failed to start Boot0003 "UEFI HTTPv4": Security Violation',
        "Verification failed: (0x1A) Security Violation",
    ],
)
def test_secure_boot_comes_first(line: str) -> None:
    what = f'the guest said "{line}" while the menu was waited for (secure-boot, 6.1 s)'
    boot = replace(loaded(), complaint=Complaint(what=what))
    (first, *others) = judge(boot, When.WAITING).causes
    assert not any("nothing asked DHCP" in each for each in others)
    assert first.startswith(
        "Secure Boot is on, and the firmware refused the signature of ipxe.efi (frame "
    )
    assert first.endswith(f'it says "{line}"')


def test_a_loader_that_ends_by_itself_is_not_called_unsigned() -> None:
    what = 'the guest said "BdsDxe: failed to start Boot0002: Not Found" while …'
    causes = judge(replace(loaded(), complaint=Complaint(what=what)), When.WAITING).causes
    assert not any("Secure Boot" in each for each in causes)


def test_what_was_approved_so_is_no_cause() -> None:
    text = BootText(statements=(Statement(subject="says", text=REFUSED),))
    boot = replace(loaded(), learned=text, told=text)
    assert not any("Secure Boot" in each for each in judge(boot).causes)
    fresh = replace(boot, learned=BootText(statements=()))
    assert judge(fresh).causes[0].startswith("Secure Boot is on")


def test_the_words_are_as_they_stood_on_the_console() -> None:
    said = 'BdsDxe: failed to load Boot0000 "UEFI PXEv4 (MAC:{mac:hexraw})": Access Denied'
    told = BootText(statements=(Statement(subject="says", text=said),))
    boot = replace(loaded(), learned=BootText(statements=()), told=told)
    (first, *_) = judge(boot).causes
    assert MAC.replace(":", "") in first
    assert "{" not in first
