"""A disk that proves itself has a boot sector, and its programs where firmware looks."""

import struct

import pytest

from harness.assets.disk import disk_image, whole_image
from harness.assets.stub import stub, with_entry
from harness.errors import UsageError
from harness.model import LOCAL_DISK
from harness.witness.payload import reports

TOKEN = "0123456789abcdef"


def read(image: bytes, *path: str) -> bytes:
    """Read a file as FAT's own description says, by nothing that the writer knows."""
    first = struct.unpack_from("<I", image, 446 + 8)[0] * 512
    volume = image[first:]
    size, per_cluster, reserved, fats, entries = struct.unpack_from("<HBHBH", volume, 11)
    (fat_sectors,) = struct.unpack_from("<H", volume, 22)
    root = (reserved + fats * fat_sectors) * size
    data, cluster_size = root + entries * 32, per_cluster * size
    table = struct.unpack_from(f"<{fat_sectors * size // 2}H", volume, reserved * size)
    content = volume[root:data]
    for name in path:
        places = range(0, len(content), 32)
        entry = next(content[n : n + 32] for n in places if content[n : n + 11].decode() == name)
        cluster, length = struct.unpack_from("<HI", entry, 26)
        content = b""
        while cluster < 0xFFF8:
            start = data + (cluster - 2) * cluster_size
            content += volume[start : start + cluster_size]
            cluster = table[cluster]
        content = content[:length] if length else content
    return content


def test_firmware_finds_the_stub_in_the_place_for_removable_media() -> None:
    made = stub()
    image = disk_image(TOKEN, made)
    for name, path in (("BOOTX64 EFI", made.x64_path), ("BOOTIA32EFI", made.ia32_path)):
        program = with_entry(path.read_bytes(), token=TOKEN, entry=LOCAL_DISK, needs_initrd=False)
        assert read(image, "EFI        ", "BOOT       ", name) == program


def test_a_bios_finds_a_boot_sector_that_reports_in_the_payloads_line() -> None:
    image = disk_image(TOKEN, stub())
    assert image[510:512] == b"\x55\xaa"
    (report,) = reports(image[:512].decode("latin-1"))
    assert (report.token, report.entry, report.firmware) == (TOKEN, LOCAL_DISK, "bios")


def test_the_partition_is_one_of_uefis_and_lies_on_the_disk() -> None:
    image = disk_image(TOKEN, stub())
    kind, first, sectors = image[450], *struct.unpack_from("<II", image, 454)
    assert kind == 0xEF
    assert (first + sectors) * 512 < 64 << 20
    assert struct.unpack_from("<I", image, first * 512 + 28) == (first,)


def test_an_image_to_boot_from_reports_its_own_name_and_holds_its_partition() -> None:
    made = stub()
    image = whole_image(TOKEN, made, entry="srv/tftp/a.img")
    (report,) = reports(image[:512].decode("latin-1"))
    assert report.entry == "srv/tftp/a.img"
    program = with_entry(
        made.x64_path.read_bytes(), token=TOKEN, entry="srv/tftp/a.img", needs_initrd=False
    )
    assert read(image, "EFI        ", "BOOT       ", "BOOTX64 EFI") == program
    first, sectors = struct.unpack_from("<II", image, 454)
    assert len(image) == (first + sectors) * 512


def test_a_token_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="too long for a boot sector"):
        disk_image("x" * 400, stub())
