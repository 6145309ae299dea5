"""A lab lays the live image, or the operator's own, where each entry looks for it."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from harness.assets.live.image import LiveImage
from harness.assets.payload import Payload
from harness.errors import SiteError
from harness.lab import LabOptions
from harness.lab.live_files import LiveFiles
from harness.machines import MACHINES
from harness.site import Site


@pytest.fixture
def files(tmp_path: Path, payload: Payload) -> LiveFiles:
    """Give a live image that nobody boots."""
    parts: dict[str, object] = {}
    for name in ("kernel", "initrd", "squashfs"):
        path = tmp_path / f"live-{name}"
        path.write_bytes(name.encode())
        path.chmod(0o644)
        parts[f"{name}_path"], parts[f"{name}_sha256"] = path, sha256(name.encode()).hexdigest()
    image = LiveImage(kernel_version="", squashfs_md5="d41d8", **parts)  # type: ignore[arg-type]
    return LiveFiles(payload=payload, image=image, cache_dir=tmp_path / "cache")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give an operator's image of gparted."""
    directory = tmp_path / "own"
    (directory / "live").mkdir(parents=True)
    for name, data in (("vmlinuz", "k"), ("initrd.img", "i"), ("live/gparted.squashfs", "s")):
        (directory / name).write_text(data)
    return directory


def with_own(site: Site, directory: Path) -> Site:
    """Let gparted's entry name the image."""
    entry = replace(site.menu.entries["gparted"], image=str(directory))
    entries = {**site.menu.entries, "gparted": entry}
    return replace(site, menu=replace(site.menu, entries=entries))


def test_each_root_lies_where_its_entry_looks(files: LiveFiles, site: Site) -> None:
    layer = files.layer(site)
    for place in (
        *("stretch/filesystem.squashfs", "gparted/live/filesystem.squashfs"),
        *("grml/live/grml64-full/filesystem.squashfs", "sysrescd/sysrcd.dat"),
    ):
        assert (layer / "srv/tftp" / place).read_bytes() == b"squashfs"
    assert (layer / "srv/tftp/sysrescd/sysrcd.md5").read_text() == "d41d8  sysrcd.dat\n"


def test_each_entry_boots_the_live_kernel_with_its_token(files: LiveFiles, site: Site) -> None:
    parts = files.files(site)
    kernel, nothing = parts["srv/tftp/grml/vmlinuz.grml"]
    initrd, archive = parts["srv/tftp/grml/initrd.grml.img"]
    assert kernel
    assert initrd
    assert (kernel.read_bytes(), nothing, initrd.read_bytes()) == (b"kernel", b"", b"initrd")
    assert files.token.encode() in archive
    assert b"scripts/nfsboot" not in archive
    assert b"scripts/nfsboot" in parts["srv/tftp/sysrescd/initram.igz"][1]


def test_what_a_scenario_has_changed_stays(files: LiveFiles, site: Site) -> None:
    changed = site.with_file("srv/tftp/grml/vmlinuz.grml", "another")
    assert "srv/tftp/grml/vmlinuz.grml" not in files.files(changed)


def test_the_verdict_knows_what_lies_there(files: LiveFiles, site: Site) -> None:
    roots = files.roots(site)
    assert set(roots) == {"showmax", "sysrescd", "grml", "gparted"}
    assert roots["grml"].sha256s == {files.image.squashfs_sha256}


def test_an_operator_s_image_takes_its_entry_s_place(
    files: LiveFiles, site: Site, own: Path
) -> None:
    site = with_own(site, own)
    layer = files.layer(site)
    assert (layer / "srv/tftp/gparted/live/gparted.squashfs").read_text() == "s"
    assert not (layer / "srv/tftp/gparted/live/filesystem.squashfs").exists()
    kernel, _ = files.files(site)["srv/tftp/gparted/vmlinuz"]
    initrd, archive = files.files(site)["srv/tftp/gparted/initrd.img"]
    assert (kernel, initrd) == (own / "vmlinuz", own / "initrd.img")
    assert archive.startswith(bytes(3) + b"070701")
    assert files.roots(site)["gparted"].sha256s == {sha256(b"s").hexdigest()}


def test_an_image_without_a_root_is_refused(files: LiveFiles, site: Site, own: Path) -> None:
    (own / "live/gparted.squashfs").unlink()
    with pytest.raises(SiteError, match="the image of gparted has no"):
        files.layer(with_own(site, own))


def test_an_emulated_live_system_does_not_test_its_timer(
    files: LiveFiles, options: Callable[[str], LabOptions]
) -> None:
    small = options("lab")
    live = replace(small, live=files.image)
    assert (
        small.qemu_arguments_for(MACHINES["x64"])
        == replace(live, accel="kvm").qemu_arguments_for(MACHINES["x64"])
        == ()
    )
    assert "vmport=on" in live.qemu_arguments_for(MACHINES["x64"])
