"""No payload, or one that reports something else, leaves no verdict green."""

from dataclasses import replace
from typing import Any

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.payload_fault import payload_faults
from harness.machines import OptionRom
from harness.model import LOCAL_DISK
from tests.judge.recorded import IPXE_PATHS, MAC, record

each_path = pytest.mark.parametrize("path", IPXE_PATHS)
OTHER_MAC = "52:54:00:00:00:99"


def assert_red(boot: Boot, named: str) -> None:
    """The verdict is red, and some cause names what is wrong."""
    causes = judge(boot).causes
    assert any(named in cause for cause in causes), causes


@each_path
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"token": "f00"}, "token f00 of another run"),
        ({"entry": "grml"}, "entry grml was booted instead of showmax"),
        ({"mac": OTHER_MAC}, f"MAC address {OTHER_MAC}"),
        ({"firmware": "none"}, "booted by none firmware"),
        ({"cmdline": "quiet"}, "command line lacks fetch=http://local-server/"),
        ({"uuid": "another", "payload": "stub"}, "reports the UUID another, the guest has "),
        ({"memory_mib": 128, "payload": "stub"}, "found 128 MiB, the guest has 256"),
        ({"error": "no initrd was handed over"}, "not handed what Linux needs: no initrd"),
    ],
    ids=["token", "entry", "mac", "firmware", "cmdline", "uuid", "memory", "error"],
)
def test_a_payload_that_reports_something_else(
    path: str, change: dict[str, Any], named: str
) -> None:
    boot = record(f"green-{path}")
    assert boot.payload is not None
    other = replace(boot, memory_mib=256, payload=replace(boot.payload, **change))
    assert_red(other, named)


@pytest.mark.parametrize("found", ["off", "unknown"])
def test_a_machine_without_the_secure_boot_that_it_was_to_have(found: str) -> None:
    """A firmware of somebody's own may not have it: it starts what is signed, and all else."""
    boot = record("green-x64-http-ipv4")
    assert boot.payload is not None
    other = replace(boot, is_secured=True, payload=replace(boot.payload, secure_boot=found))
    assert_red(other, f"Secure Boot was to be on, and the payload found it {found}")
    for well in ("on", ""):
        assert judge(replace(other, payload=replace(boot.payload, secure_boot=well))).green


@each_path
def test_each_word_of_the_command_line_counts(path: str) -> None:
    boot = record(f"green-{path}")
    assert boot.payload is not None
    for word in boot.site.menu.entries["showmax"].expected_words(MAC):
        words = [other for other in boot.payload.cmdline.split() if other != word]
        cut = replace(boot, payload=replace(boot.payload, cmdline=" ".join(words)))
        assert_red(cut, f"command line lacks {word}")


@each_path
def test_no_payload(path: str) -> None:
    boot = replace(record(f"green-{path}"), payload=None)
    assert_red(boot, "no payload reported")


def on_a_card_without_driver(mac: str) -> Boot:
    """A boot whose payload has no driver for the card, and reports this MAC."""
    boot = record("green-x64-tftp-ipv4")
    assert boot.payload is not None
    path = boot.path.with_nic("e1000", OptionRom.UEFI)
    return replace(boot, path=path, payload=replace(boot.payload, mac=mac))


def test_a_payload_without_a_driver_for_its_card_has_no_mac_to_report() -> None:
    verdict = judge(on_a_card_without_driver(""))
    assert verdict.green
    told = "payload as showmax, uefi, no card that its kernel has a driver for"
    assert (verdict.expected[-1], verdict.seen[-1]) == (told, told)


def test_a_mac_from_a_card_that_it_cannot_drive_is_red() -> None:
    assert_red(on_a_card_without_driver(MAC), f"reports MAC address {MAC}, the guest has no card")


def test_no_mac_from_a_card_that_it_can_drive_is_red() -> None:
    boot = on_a_card_without_driver("")
    assert_red(replace(boot, path=IPXE_PATHS["x64-tftp-ipv4"]), "reports MAC address none")


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_a_boot_sector_knows_no_card_but_a_disk_s_program_does(firmware: str) -> None:
    boot = record("green-bios-ipxe-rom" if firmware == "bios" else "green-x64-http-ipv4")
    assert boot.payload is not None
    on_disk = replace(boot.payload, entry=LOCAL_DISK, mac="")
    said = [fault for fault in payload_faults(replace(boot, payload=on_disk)) if "MAC" in fault]
    assert bool(said) is (firmware == "uefi")


def test_the_stub_knows_a_card_that_linux_cannot_drive() -> None:
    boot = on_a_card_without_driver(MAC)
    assert boot.payload is not None
    assert judge(replace(boot, payload=replace(boot.payload, payload="stub"))).green
    silent = replace(boot.payload, payload="stub", mac="")
    assert_red(replace(boot, payload=silent), f"MAC address none, the guest has {MAC}")
