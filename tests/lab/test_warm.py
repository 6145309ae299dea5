"""What an image after POST may be used for: exactly the machine that it was made of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.assets.firmware import Firmware
from harness.errors import GuestError
from harness.guest.spec import Disk, Flash, GuestSpec, Nic
from harness.lab.options import LabOptions
from harness.lab.warm import SavedPosts, can_be_warm, image_key
from harness.machines import BOOT_PATHS
from harness.site import Site

HTTP_IPV4 = BOOT_PATHS["x64-http-ipv4"]
NICS = tuple(Nic.of(HTTP_IPV4).fitted(guest=0, number=number) for number in range(2))
UEFI = GuestSpec(
    name="guest0",
    path=HTTP_IPV4,
    nics=NICS[:1],
    console_pipe=Path("/run/console"),
    flash=Flash(code_path=Path("/code.fd"), nvram_path=Path("/vars.fd")),
)
BIOS = replace(
    UEFI,
    path=BOOT_PATHS["bios-ipxe-rom"],
    nics=(Nic.of(BOOT_PATHS["bios-ipxe-rom"]),),
    flash=None,
)
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
        replace(UEFI, nics=(replace(NICS[0], mac="52:54:00:12:34:51"),)),
        replace(UEFI, nics=(replace(NICS[0], linked=False),)),
        replace(UEFI, nics=NICS),
        replace(UEFI, nics=NICS, boots_by="net1"),
        replace(UEFI, path=BOOT_PATHS["x64-http-ipv6"]),
        replace(UEFI, memory_mib=512),
        replace(UEFI, qemu_arguments=("-icount", "shift=5")),
    ],
    ids=["mac", "link", "nics", "boots-by", "path", "memory", "clock"],
)
def test_another_machine_has_another_image(other: GuestSpec) -> None:
    assert image_key(other, FIRMWARE) != image_key(UEFI, FIRMWARE)


def test_which_card_it_boots_by_is_in_the_image() -> None:
    """Only the variable store tells it, which the domain's XML names by its place alone."""
    both = replace(UEFI, nics=NICS)
    assert image_key(both, FIRMWARE) != image_key(replace(both, boots_by="net1"), FIRMWARE)


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


def test_a_machine_with_an_empty_disk_starts_cold() -> None:
    with_disk = replace(UEFI, disks=(Disk(path=Path("/run/guest0.disk")),))
    assert not can_be_warm(with_disk)
    assert can_be_warm(replace(with_disk, disks_last=True))


@pytest.mark.parametrize(
    ("why", "tries"),
    [
        ("guest guest0 does not obey: unable to execute QEMU command 'migrate': Parameter 'x'", 1),
        ("guest guest0 did not start", 2),
    ],
)
def test_a_qemu_that_cannot_be_saved_is_not_tried_again(
    site: Site,
    options: Callable[..., LabOptions],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    why: str,
    tries: int,
) -> None:
    tried: list[GuestSpec] = []

    def make(_posts: SavedPosts, spec: GuestSpec, _into: Path) -> None:
        tried.append(spec)
        raise GuestError(why)

    monkeypatch.setattr(SavedPosts, "_make", make)
    told: list[str] = []
    given = replace(options("warm"), warm=True, cache_dir=tmp_path / "cache", tell=told.append)
    assert [SavedPosts(given, site).find(UEFI) for _ in range(2)] == [None, None]
    assert len(tried) == len(told) == tries
    SavedPosts(given, site).find(replace(UEFI, emulator=tmp_path))
    assert len(tried) == tries + 1  # that is another QEMU
