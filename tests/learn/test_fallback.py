"""A boot that went on to the machine's own disk says why, if that was a failure."""

from dataclasses import replace

import pytest

from harness.learn.fallback import (
    because,
    fallen_through,
    lacking_commands,
    no_loader,
    payload_complaints,
)
from harness.model import LOCAL_DISK
from harness.plan.boot_text import BootText, Statement
from harness.site import Site
from harness.witness.shown import BY_DISK, BY_PAYLOAD
from tests.judge.recorded import record

FIRMWARE = [("machine", "ia32-tftp-ipv4"), ("firmware", "asks DHCPv4 as PXEClient")]
HANDED = ("firmware", "fetches undionly.kpxe over TFTP, IPv4, from 10.0.0.1")
REFUSED = ("says", 'BdsDxe: failed to load Boot0000 "UEFI PXEv4": Unsupported')
STARTED = ("iPXE", "fetches a.ipxe over HTTP, IPv4, from 10.0.0.1")
MISSING = ("iPXE", "asks for b.ipxe over HTTP, IPv4, from 10.0.0.1: not found")
LOOKED = [
    ("PXELINUX", f"asks for pxelinux.cfg/{name} over TFTP, IPv4, from 10.0.0.1: not found")
    for name in ("01-{mac:hexhyp}", "{address:hex}", "A")
]
FOUND = ("PXELINUX", "fetches pxelinux.cfg/default over TFTP, IPv4, from 10.0.0.1")
OWN = ("iPXE", "asks for {mac:hexhyp}.ipxe over HTTP, IPv4, from 10.0.0.1: not found")
NO_IMAGE = ("says", "Could not boot: Exec format error")
ABORTED = ("says", 'BdsDxe: failed to start Boot0000 "UEFI PXEv4": Aborted')
KEYS = ("keys", 'chooses "Local disk"')


def boot(*statements: tuple[str, str], ends: str = BY_DISK) -> BootText:
    disk = [("boots", LOCAL_DISK)] if ends == BY_DISK else []
    told = [*FIRMWARE, *statements, *disk, ("ends", ends)]
    return BootText(statements=tuple(Statement(subject=who, text=text) for who, text in told))


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([("answer", "nobody")], "answer nobody"),
        ([HANDED, REFUSED], "firmware fetches undionly.kpxe"),
        ([HANDED, REFUSED], "on its own disk"),
    ],
)
def test_a_machine_without_a_loader_says_what_came_last(
    statements: list[tuple[str, str]], said: str
) -> None:
    assert said in no_loader(boot(*statements))
    assert fallen_through(boot(*statements)) == ()


SHELL = ("prompt", "UEFI Shell v2.2")
OWN_SHELL = ("firmware", "fetches shellx64.efi over TFTP, IPv4, from 10.0.0.1")


def test_a_machine_whose_firmware_comes_to_its_own_shell_has_no_loader() -> None:
    """AAVMF has one as its last boot option; OVMF leaves it out."""
    waits = boot(HANDED, REFUSED, SHELL, ends="waits for an operator at the UEFI Shell v2.2")
    assert "firmware fetches undionly.kpxe" in no_loader(waits)
    assert no_loader(waits).endswith(", and the firmware's own shell waits for somebody")


@pytest.mark.parametrize("before", [[OWN_SHELL], [HANDED, REFUSED, OWN_SHELL], [STARTED, REFUSED]])
def test_a_shell_that_was_fetched_is_what_the_site_boots(before: list[tuple[str, str]]) -> None:
    told = boot(*before, SHELL, ends="waits for an operator at the UEFI Shell v2.2")
    assert no_loader(told) == ""


def test_what_the_wire_tells_against_it_is_said_behind() -> None:
    assert "it has no menu, and firmware gives up" in because(record("red-pxe-without-menu"))
    assert because(record("green-x64-tftp-ipv4")) == ""


@pytest.mark.parametrize("statements", [[STARTED], [("menu", "A\n> b")], [("GRUB", "asks for x")]])
def test_a_loader_shows_by_what_it_does(statements: list[tuple[str, str]]) -> None:
    assert no_loader(boot(*statements)) == ""


def test_a_search_that_finds_nothing_is_a_failure() -> None:
    [said] = fallen_through(boot(*LOOKED))
    assert "asks for pxelinux.cfg/A over TFTP" in said


@pytest.mark.parametrize("failure", [MISSING, NO_IMAGE])
def test_a_failure_that_led_to_the_disk_is_said(failure: tuple[str, str]) -> None:
    [said] = fallen_through(boot(STARTED, failure, ABORTED))
    assert " ".join(failure) in said
    assert "on its own disk" in said


@pytest.mark.parametrize(
    "found",
    [
        boot(STARTED, ("says", "No more network devices"), ABORTED),
        boot(STARTED, MISSING, KEYS, ABORTED),
        boot(STARTED, MISSING, ends=BY_PAYLOAD),
        boot(*LOOKED, FOUND),
        boot(OWN, STARTED),
    ],
    ids=["exit 1", "a row for the disk", "another end", "a search", "a script of its own"],
)
def test_the_disk_may_be_meant(found: BootText) -> None:
    assert fallen_through(found) == ()


def test_a_command_that_a_build_of_ipxe_has_not_is_said(site: Site) -> None:
    said = [("says", f"{name}: command not found") for name in ("params", "console", "confg")]
    (what,) = lacking_commands(boot(STARTED, *said), site)
    assert what.startswith("the iPXE that ran has no command params, console: lay the site's own")
    (what,) = lacking_commands(boot(STARTED, said[0]), replace(site, supply={}))
    assert what == "the iPXE that ran has no command params"
    assert lacking_commands(boot(STARTED, said[2]), site) == ()


def test_what_a_payload_lacks_is_said() -> None:
    lacking = ("payload", "reports: an initrd is cut short or damaged")
    assert payload_complaints(boot(STARTED, lacking, ends=BY_PAYLOAD)) == (
        "what it started reports: an initrd is cut short or damaged",
    )
    assert payload_complaints(boot(STARTED, ends=BY_PAYLOAD)) == ()
