"""What an image after POST may be used for: exactly the machine that it was made of."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.assets.firmware import Firmware
from harness.guest.spec import Flash, GuestSpec
from harness.lab.warm import can_be_warm, image_key
from harness.machines import BOOT_PATHS

UEFI = GuestSpec(
    name="guest0",
    path=BOOT_PATHS["x64-http-ipv4"],
    mac="52:54:00:12:34:50",
    tap="tap0",
    console_pipe=Path("/run/console"),
    flash=Flash(code_path=Path("/code.fd"), nvram_path=Path("/vars.fd")),
)
BIOS = replace(UEFI, path=BOOT_PATHS["bios-ipxe-rom"], flash=None)
FIRMWARE = Firmware(
    id="ovmf-x64",
    package="ovmf",
    suite="bookworm",
    version="1",
    code_path=Path("/code.fd"),
    sha256="c0de",
    vars_path=Path("/vars.fd"),
    vars_sha256="0a25",
)


def test_the_same_machine_has_the_same_image() -> None:
    assert image_key(UEFI, FIRMWARE) == image_key(replace(UEFI), replace(FIRMWARE))


@pytest.mark.parametrize(
    "other",
    [
        replace(UEFI, mac="52:54:00:12:34:51"),
        replace(UEFI, path=BOOT_PATHS["x64-http-ipv6"]),
        replace(UEFI, memory_mib=512),
        replace(UEFI, qemu_arguments=("-icount", "shift=5")),
    ],
    ids=["mac", "path", "memory", "clock"],
)
def test_another_machine_has_another_image(other: GuestSpec) -> None:
    assert image_key(other, FIRMWARE) != image_key(UEFI, FIRMWARE)


@pytest.mark.parametrize("part", ["sha256", "vars_sha256"])
def test_other_firmware_has_another_image(part: str) -> None:
    other = replace(FIRMWARE, **{part: "0the2"})  # type: ignore[arg-type]
    assert image_key(UEFI, other) != image_key(UEFI, FIRMWARE)


def test_a_bios_starts_cold() -> None:
    assert not can_be_warm(BIOS)


def test_kvm_starts_cold() -> None:
    assert can_be_warm(UEFI)
    assert not can_be_warm(replace(UEFI, accel="kvm"))


def test_firmware_worked_by_hand_starts_cold() -> None:
    assert not can_be_warm(replace(UEFI, by_hand=True))
