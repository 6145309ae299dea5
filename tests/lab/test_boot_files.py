"""The payload takes the place of every Linux entry, with a token of its own lab."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.assets.cache import Cache
from harness.assets.payload import Payload, entry_archive, initrd_archive
from harness.assets.stub import MARK, Stub, stub
from harness.lab.boot_files import PayloadFiles
from harness.site import LaidKind, Site
from harness.site.menu import Entry

FILES = {
    "srv/tftp/showmax/vmlinuz",
    "srv/tftp/showmax/initrd.img",
    "srv/tftp/sysrescd/rescue64",
    "srv/tftp/sysrescd/initram.igz",
    "srv/tftp/grml/vmlinuz.grml",
    "srv/tftp/grml/initrd.grml.img",
    "srv/tftp/gparted/vmlinuz",
    "srv/tftp/gparted/initrd.img",
}


@pytest.fixture
def files(payload: Payload) -> PayloadFiles:
    """Give the files of one lab."""
    return PayloadFiles(payload=payload)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Stub:
    """Compile the stub once."""
    return stub(cache=Cache(dir=tmp_path_factory.mktemp("cache")))


def with_entry(site: Site, entry: Entry) -> Site:
    """Give a site where one entry is another."""
    entries = {**site.menu.entries, entry.id: entry}
    return replace(site, menu=replace(site.menu, entries=entries))


def filled_in(image: bytes) -> list[str]:
    """Read what an image was laid with: token, entry, what initrd it needs."""
    return image.split(MARK)[1].split(b"\0")[0].decode().splitlines()


def test_every_linux_entry_gets_it(files: PayloadFiles, site: Site) -> None:
    assert set(files.files(site)) == FILES


def test_kernels_are_as_they_are_and_initrds_know_their_entry(
    files: PayloadFiles, site: Site, payload: Payload
) -> None:
    laid = files.files(site)
    assert laid["srv/tftp/grml/vmlinuz.grml"] == (payload.kernel_path, b"")
    path, archive = laid["srv/tftp/grml/initrd.grml.img"]
    assert path == payload.initrd_path
    assert files.token.encode() in archive
    assert b"grml" in archive
    assert archive != laid["srv/tftp/showmax/initrd.img"][1]


def test_no_two_labs_have_the_same_token(payload: Payload) -> None:
    tokens = {PayloadFiles(payload=payload).token for _ in range(100)}
    assert len(tokens) == 100


def test_what_a_scenario_changed_is_left_as_it_is(files: PayloadFiles, site: Site) -> None:
    changed = site.with_file("srv/tftp/grml/vmlinuz.grml", "not Linux")
    gone = replace(changed, changes={**changed.changes, "srv/tftp/showmax/vmlinuz": None})
    assert set(files.files(gone)) == FILES - set(gone.changes)


def test_the_stub_takes_linuxs_place(payload: Payload, images: Stub, site: Site) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    laid = files.files(site)
    assert set(laid) == FILES
    assert laid["srv/tftp/grml/initrd.grml.img"] == (
        None,
        entry_archive(token=files.token, entry="grml"),
    )
    source, image = laid["srv/tftp/grml/vmlinuz.grml"]
    assert source is None
    assert filled_in(image) == [files.token, "grml", "initrd"]
    assert len(image) == images.x64_path.stat().st_size


def test_an_entry_without_an_initrd_is_told_by_its_kernel(
    payload: Payload, images: Stub, site: Site
) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    laid = files.files(with_entry(site, replace(site.menu.entries["grml"], initrd=None)))
    assert filled_in(laid["srv/tftp/grml/vmlinuz.grml"][1]) == [files.token, "grml", "none"]


def test_a_shared_kernel_names_no_entry(payload: Payload, images: Stub, site: Site) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    laid = files.files(
        with_entry(site, replace(site.menu.entries["grml"], kernel="showmax/vmlinuz"))
    )
    assert filled_in(laid["srv/tftp/showmax/vmlinuz"][1]) == [files.token, "", "initrd"]


def test_32_bit_uefi_is_given_its_own_image(payload: Payload, images: Stub, site: Site) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    laid = files.files(
        with_entry(site, replace(site.menu.entries["sysrescd"], kernel_ia32="sysrescd/rescue32"))
    )
    wide, narrow = (laid[f"srv/tftp/sysrescd/rescue{bits}"][1] for bits in (64, 32))
    assert (wide[0x44:0x46], narrow[0x44:0x46]) == (b"\x64\x86", b"\x4c\x01")


def with_laid(site: Site, **kinds: LaidKind) -> Site:
    """Give a site where the payload is laid below the data root under these names."""
    return replace(site, laid={f"srv/tftp/{name}": kind for name, kind in kinds.items()})


def test_a_laid_kernel_reports_its_own_path_with_or_without_an_initrd(
    payload: Payload, images: Stub, site: Site
) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    laid = files.files(
        with_laid(site, wiper=LaidKind.KERNEL, main=LaidKind.INITRD, second=LaidKind.INITRD)
    )
    assert filled_in(laid["srv/tftp/wiper"][1]) == [files.token, "srv/tftp/wiper", "none"]
    # None of them names an entry, so one kernel takes either; each is known by its bytes.
    for name in ("main", "second"):
        path = f"srv/tftp/{name}"
        assert laid[path] == (None, initrd_archive(token=files.token, path=path))
    assert laid["srv/tftp/main"] != laid["srv/tftp/second"]


def test_a_laid_kernel_of_32_bit_uefi_is_its_own_image(
    payload: Payload, images: Stub, site: Site
) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    laid = files.files(with_laid(site, linux=LaidKind.KERNEL_IA32))
    assert laid["srv/tftp/linux"][1][0x44:0x46] == b"\x4c\x01"


def test_a_laid_disk_is_an_image_that_reports_whichever_payload_is_asked_for(
    payload: Payload, images: Stub, site: Site
) -> None:
    for made in (images, None):
        files = PayloadFiles(payload=payload, stub=made)
        laid = files.files(with_laid(site, disk=LaidKind.DISK))
        source, image = laid["srv/tftp/disk"]
        assert source is None
        assert b"srv/tftp/disk" in image[:512]


def test_linux_names_the_laid_initrd(files: PayloadFiles, site: Site, payload: Payload) -> None:
    laid = files.files(with_laid(site, linux=LaidKind.KERNEL, initrd=LaidKind.INITRD))
    archive = entry_archive(token=files.token, entry="srv/tftp/initrd")
    assert laid["srv/tftp/linux"] == (payload.kernel_path, b"")
    assert laid["srv/tftp/initrd"] == (payload.initrd_path, archive)


def test_an_entry_of_the_menu_is_laid_as_site_toml_says(
    payload: Payload, images: Stub, site: Site
) -> None:
    files = PayloadFiles(payload=payload, stub=images)
    both = replace(site, laid={"srv/tftp/grml/vmlinuz.grml": LaidKind.KERNEL})
    assert files.files(both) == files.files(site)


def test_nothing_is_laid_over_a_link_of_the_site(
    payload: Payload, images: Stub, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "srv/tftp").mkdir(parents=True)
    (tmp_path / "srv/images/live").mkdir(parents=True)
    (tmp_path / "srv/tftp/live").symlink_to("/srv/images/live")
    linked = replace(site, dir=tmp_path, laid={"srv/tftp/live/casper/vmlinuz": LaidKind.KERNEL})
    laid = PayloadFiles(payload=payload, stub=images).files(linked)
    image = laid["srv/images/live/casper/vmlinuz"][1]
    assert filled_in(image)[1] == "srv/tftp/live/casper/vmlinuz"


def test_what_a_scenario_takes_away_is_not_laid(files: PayloadFiles, site: Site) -> None:
    gone = with_laid(site, linux=LaidKind.KERNEL).without("srv/tftp/linux")
    assert set(files.files(gone)) == FILES
