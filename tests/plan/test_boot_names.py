"""What is another on every machine is named, in whatever spelling a file has it."""

import pytest

from harness.plan.boot_names import Names
from harness.site.known_machine import KnownMachine

MACHINE = KnownMachine.of("bench", mac="52:54:00:ab:cd:56", serial="SN-77", asset="12")
NAMES = Names.of(MACHINE, addresses=["10.9.1.10", "2001:db8::1:7"], token="0c82e36c4a9960fc")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("hosts/52-54-00-ab-cd-56.ipxe", "hosts/{mac:hexhyp}.ipxe"),
        ("pxelinux.cfg/01-52-54-00-ab-cd-56", "pxelinux.cfg/01-{mac:hexhyp}"),
        ("x?mac=52:54:00:ab:cd:56", "x?mac={mac}"),
        ("http://boot/x%3Fm=52%3A54%3A00%3Aab%3Acd%3A56", "http://boot/x%3Fm={mac:uristring}"),
        ("525400abcd56.cfg", "{mac:hexraw}.cfg"),
        ("525400ABCD56.cfg", "{MAC:HEXRAW}.cfg"),
        (f"id-{MACHINE.uuid}", "id-{uuid}"),
        ("pxelinux.cfg/0A09010A", "pxelinux.cfg/{address:hex}"),
        ("ip=10.9.1.10::10.9.1.1", "ip={address}::10.9.1.1"),
        ("10.9.1.100 10.9.1.10. 110.9.1.10", "10.9.1.100 {address}. 110.9.1.10"),
        ("[2001:db8::1:7]:80 2001:db8::1:77", "[{address6}]:80 2001:db8::1:77"),
        ("by-serial/SN-77.ipxe SN-778", "by-serial/{serial}.ipxe SN-778"),
        ("asset/12.ipxe v123", "asset/{asset}.ipxe v123"),
        ("token=0c82e36c4a9960fc", "token={token}"),
        ("rootpass=secret quiet", "{rootpass:2bb8} quiet"),
    ],
)
def test_a_text_is_named(text: str, named: str) -> None:
    assert NAMES.named(text) == named


def test_a_named_text_is_filled_again() -> None:
    assert NAMES.filled("hosts/{mac:hexhyp}.ipxe {address6}") == (
        "hosts/52-54-00-ab-cd-56.ipxe 2001:db8::1:7"
    )


def test_a_machine_without_a_lease_has_no_name_for_one() -> None:
    assert Names.of(MACHINE).named("10.9.1.10") == "10.9.1.10"
