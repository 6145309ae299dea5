"""The payload takes the place of every Linux entry, with a token of its own lab."""

from dataclasses import replace

import pytest

from harness.assets.cache import Cache
from harness.assets.payload import Payload, entry_archive
from harness.assets.stub import MARK, Stub, stub
from harness.lab.boot_files import PayloadFiles
from harness.site import Entry, Site

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
