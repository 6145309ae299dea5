"""What a shell's answers must say, and when a failed entry cannot be judged at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guest.spec import Clock
from harness.lab.entry_words import complaint_of, message_of, shell_word
from harness.loaders.grub import Grub
from harness.loaders.ipxe import Ipxe
from harness.model import EntryEnding
from harness.services.registry import load_site
from harness.site import Site

MAC = "52:54:00:12:34:5a"
VERSION = ("UEFI Interactive Shell v2.2", "EDK II")
DEVICES = ("Mapping table", "FS0: Alias(s):F0:;BLK0:", "PciRoot(0x0)/MAC(52540012345A,0x1)")


def test_a_shell_that_says_what_it_is_and_where_it_runs_is_believed() -> None:
    word = shell_word(VERSION, DEVICES, MAC)
    assert (word.text, word.faults) == (f"UEFI Interactive Shell v2.2, on {MAC}", ())


@pytest.mark.parametrize(
    ("version", "devices", "fault"),
    [
        ((), DEVICES, "`ver` was answered by ''"),
        (("GNU GRUB  version 2.06",), DEVICES, "`ver` was answered by 'GNU GRUB"),
        (VERSION, (), "`map` was answered without a device on MAC(52540012345A,"),
        (VERSION, ("MAC(525400123450,0x1)",), "`map` was answered without a device on"),
    ],
)
def test_another_answer_is_a_fault(
    version: tuple[str, ...], devices: tuple[str, ...], fault: str
) -> None:
    faults = shell_word(version, devices, MAC).faults
    assert len(faults) == 1
    assert fault in faults[0]


SITE = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")
SILENT = replace(SITE, menu=replace(SITE.menu, failure_text=""))


def test_the_message_is_the_sites() -> None:
    assert message_of(SITE, Clock.REAL, Ipxe()) == ("Back to the menu in 10 seconds.", 10)


def test_grub_has_a_message_of_its_own() -> None:
    said = ("Press any key to continue...", 10)
    assert message_of(SILENT, Clock.REAL, Grub()) == said


@pytest.mark.parametrize(
    ("site", "clock", "why"),
    [
        (SILENT, Clock.REAL, "site showmax does not tell what its script says"),
        (SITE, Clock.FAST, "on the fast clock a pause takes no time"),
    ],
)
def test_without_a_message_or_a_clock_nothing_is_judged(site: Site, clock: Clock, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        message_of(site, clock, Ipxe())


def test_each_loader_has_its_own_complaints() -> None:
    assert complaint_of(Ipxe(), EntryEnding.CUT_SHORT) == "ipxe-firmware"
    with pytest.raises(UsageError, match="what GRUB says of an entry that ends so: cut-short"):
        complaint_of(Grub(), EntryEnding.CUT_SHORT)
