"""An approved text becomes steps, with the ways that a person has added or shut."""

from pathlib import Path

import pytest

from harness.model import Family, Protocol
from harness.plan.approved_path import asked_in_vain, expected_steps, normal_lines
from harness.plan.boot_text import BootText
from harness.site.known_machine import KnownMachine
from harness.step import Ask, Fetch, StepRole

MACHINE = KnownMachine.of("", mac="52:54:00:12:34:56")
TEXT = """\
machine   x64-tftp-ipv4

firmware  asks DHCPv4 as PXEClient, client arch 0x0007
answer    192.0.2.1 gives {address}; file ipxe.efi
firmware  fetches ipxe.efi over TFTP, IPv4, from 192.0.2.1
iPXE      asks DHCPv4 as iPXE, client arch 0x0007
iPXE      fetches hosts/{mac:hexhyp}.ipxe over HTTP, IPv4, from 192.0.2.1
iPXE      asks for own-{mac} over HTTP, IPv4, from 192.0.2.1: not found
iPXE      fetches vmlinuz over HTTP, IPv4, from 192.0.2.1
iPXE      fetches initrd.img over HTTP, IPv4, from 192.0.2.1
boots     vmlinuz with initrd.img
ends      switched off by the payload

"""


def text(promises: str = "") -> BootText:
    return BootText.parse(TEXT + promises, path=Path("x.boot"))


def http(file: str, family: Family = Family.IPV4) -> Fetch:
    return Fetch(protocol=Protocol.HTTP, family=family, file=file)


def test_each_thing_that_is_done_is_a_step() -> None:
    steps = expected_steps(text(), MACHINE)
    assert [step.role for step in steps] == [
        StepRole.FIRMWARE,
        StepRole.NBP,
        StepRole.LOADER,
        StepRole.SCRIPT,
        StepRole.KERNEL,
        StepRole.INITRD,
        StepRole.PAYLOAD,
    ]
    assert isinstance(steps[0].ways[0], Ask)
    assert steps[3].ways == (http("hosts/52-54-00-12-34-56.ipxe"),)
    assert str(steps[-1]) == "boots vmlinuz with initrd.img"


def test_what_is_asked_for_in_vain_is_no_step() -> None:
    assert asked_in_vain(text(), MACHINE) == {http("own-52:54:00:12:34:56")}


def test_what_is_asked_for_by_the_leased_address_is_filled_in() -> None:
    asked = "PXELINUX  asks for pxelinux.cfg/{address:hex} over HTTP, IPv4, from 192.0.2.1: "
    asked += "not found\n"
    vain = asked_in_vain(BootText.parse(TEXT + asked, path=Path("x.boot")), MACHINE, ["192.0.2.65"])
    assert http("pxelinux.cfg/C0000241") in vain


def test_a_question_that_nobody_answers_is_no_step() -> None:
    asked = "iPXE      asks DHCPv6 as iPXE, client arch 0x0007\n"
    texts = (TEXT + asked, TEXT + asked + "answer    nobody\n")
    steps = [expected_steps(BootText.parse(t, path=Path("x.boot")), MACHINE) for t in texts]
    assert len(steps[0]) == len(steps[1]) + 1


def test_what_may_be_adds_a_way() -> None:
    may = "may   iPXE  fetches vmlinuz over HTTP, IPv6, from 2001:db8::1\n"
    assert expected_steps(text(may), MACHINE)[4].ways == (
        http("vmlinuz"),
        http("vmlinuz", Family.IPV6),
    )


def test_what_must_be_leaves_one() -> None:
    must = "must  iPXE  fetches vmlinuz over HTTP, IPv6, from 2001:db8::1\n"
    assert expected_steps(text(must), MACHINE)[4].ways == (http("vmlinuz", Family.IPV6),)


@pytest.mark.parametrize(
    "line",
    [
        "http://192.0.2.1/own-52%3A54%3A00%3A12%3A34%3A56... No such file (http://ipxe.org/2d0c618e)",
        "tftp://192.0.2.1/x.img... 45% Connection timed out (http://ipxe.org/4c0a6035)",
        'BdsDxe: failed to load Boot0000 "UEFI PXEv4" from PciRoot(0x0)/Pci(0x3,0x0): Not Found',
    ],
)
def test_a_complaint_that_the_text_has_is_normal(line: str) -> None:
    says = (
        "says      tftp://192.0.2.1/x.img... Connection timed out\n"
        'says      BdsDxe: failed to load Boot0000 "UEFI PXEv4": Not Found\n'
    )
    (approved,) = (BootText.parse(TEXT + says, path=Path("x.boot")),)
    assert any(each.search(line) for each in normal_lines(approved, MACHINE))
    assert not any(
        each.search("Could not boot showmax") for each in normal_lines(approved, MACHINE)
    )
