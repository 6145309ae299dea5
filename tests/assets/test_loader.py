"""Loaders come to the places where the site wants them, and nowhere else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.assets.cache import Cache
from harness.assets.loader import find_loader, supply_layer
from harness.errors import PrerequisiteError, UsageError
from tests.assets.debian import FakeMirror, build_deb


@pytest.fixture(autouse=True)
def ipxe(mirror: FakeMirror, tmp_path: Path) -> FakeMirror:
    """Give a mirror with iPXE."""
    names = ("snponly.efi", "undionly.kpxe", "ipxe.pxe", "ipxe-amd64.efi")
    mirror.debs["ipxe"] = build_deb(
        tmp_path,
        "ipxe",
        {f"usr/lib/ipxe/{name}": name.encode() for name in names},
        links={"usr/lib/ipxe/ipxe.efi": "ipxe-amd64.efi"},
    )
    return mirror


@pytest.fixture(autouse=True)
def shell(mirror: FakeMirror, tmp_path: Path) -> None:
    """Give the mirror the UEFI Shell too."""
    for arch in ("x64", "ia32"):
        name = f"efi-shell-{arch}"
        files = {f"usr/share/{name}/shell{arch}.efi": arch.encode()}
        mirror.debs[name] = build_deb(tmp_path, name, files)


@pytest.fixture
def strict_umask() -> Iterator[None]:
    """Let this process make files that nobody else may read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("strict_umask")
def test_a_layer_has_each_loader_at_its_place_for_all_to_read(cache: Cache) -> None:
    layer = supply_layer(
        {"srv/tftp/ipxe.efi": "ipxe/ipxe.efi", "srv/tftp/u/x.0": "ipxe/undionly.kpxe"}, cache=cache
    )
    assert (layer / "srv/tftp/ipxe.efi").read_bytes() == b"ipxe-amd64.efi"
    assert not (layer / "srv/tftp/ipxe.efi").is_symlink()
    assert (layer / "srv/tftp/u/x.0").read_bytes() == b"undionly.kpxe"
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in (layer, *layer.rglob("*"))}
    assert modes == {True: 0o755, False: 0o644}


def test_the_same_supply_is_the_same_layer(cache: Cache) -> None:
    one = supply_layer({"a": "ipxe/ipxe.efi", "b": "ipxe/ipxe.pxe"}, cache=cache)
    same = supply_layer({"b": "ipxe/ipxe.pxe", "a": "ipxe/ipxe.efi"}, cache=cache)
    other = supply_layer({"b": "ipxe/ipxe.efi", "a": "ipxe/ipxe.pxe"}, cache=cache)
    assert one == same != other


def test_a_loader_carries_what_identifies_it(cache: Cache) -> None:
    found = find_loader("ipxe/snponly.efi", cache=cache)
    assert (found.version, found.suite, len(found.sha256)) == ("1.2-3", "trixie", 64)


@pytest.mark.parametrize("arch", ["x64", "ia32"])
def test_the_shell_comes_from_a_package_of_its_own(cache: Cache, arch: str) -> None:
    found = find_loader(f"shell/shell{arch}.efi", cache=cache)
    assert (found.package, found.path.read_bytes()) == (f"efi-shell-{arch}", arch.encode())
    assert find_loader("ipxe/ipxe.efi", cache=cache).package == "ipxe"


def test_an_operators_own_program_is_supplied_from_where_it_lies(
    cache: Cache, tmp_path: Path
) -> None:
    own = tmp_path / "ipxe.efi"
    own.write_bytes(b"built by hand")
    assert find_loader(str(own), cache=cache).version == ""
    layer = supply_layer({"srv/tftp/ipxe32.efi": str(own)}, cache=cache)
    own.write_bytes(b"built anew")
    assert (layer / "srv/tftp/ipxe32.efi").read_bytes() == b"built by hand"
    own.unlink()
    with pytest.raises(PrerequisiteError, match="there is no file"):
        find_loader(str(own), cache=cache)


def test_an_unknown_asset_lists_the_known_ones(cache: Cache) -> None:
    with pytest.raises(UsageError, match=r"no asset is called ipxe/ipxe32.efi\n.*ipxe/ipxe.efi"):
        supply_layer({"srv/tftp/ipxe32.efi": "ipxe/ipxe32.efi"}, cache=cache)


@pytest.mark.parametrize("path", ["/srv/ipxe.efi", "../ipxe.efi", "a/../../ipxe.efi", "", "."])
def test_a_path_out_of_the_site_is_refused(cache: Cache, path: str) -> None:
    with pytest.raises(UsageError, match="not inside the site"):
        supply_layer({path: "ipxe/ipxe.efi"}, cache=cache)
