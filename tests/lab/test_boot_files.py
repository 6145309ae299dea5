"""The payload takes the place of every Linux entry, with a token of its own lab."""

from dataclasses import replace

import pytest

from harness.assets.payload import Payload
from harness.lab.boot_files import PayloadFiles
from harness.site import Site

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
