"""GRUB's NBP is made by a tool that is not installed, out of a package for other machines."""

import json
from pathlib import Path

import pytest

from harness.assets import grub
from harness.assets.cache import Cache, sha256_of
from harness.assets.package import Package
from harness.errors import PrerequisiteError
from harness.loaders.grub import IA32, MADE, MKNETDIR_X64

TOOL = """#!/bin/sh
for word; do case $word in --output=*) out=${word#--output=} ;; esac; done
{ echo "$@"; echo "$LD_LIBRARY_PATH"; } >"$out"
"""
REFUSES = "#!/bin/sh\necho 'error: no such module.' >&2\nexit 1\n"


def package(directory: Path, name: str, files: dict[str, str]) -> Package:
    """Lay out a package as it lies in the cache."""
    tree = directory / name / "root"
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True)
        (tree / path).write_text(text)
        (tree / path).chmod(0o755)
    tree.mkdir(parents=True, exist_ok=True)
    hashes = {path: sha256_of(tree / path) for path in files}
    (tree.parent / "files.json").write_text(json.dumps(hashes))
    return Package(name=name, suite="x", version="2.12-9", sha256="", depends="", tree=tree)


def made(directory: Path, script: str, asset: str = IA32) -> list[str]:
    """Make an image with this in the place of grub-mkimage; give what it wrote."""
    tools = [
        package(directory, "tool", {"usr/bin/grub-mkimage": script}),
        package(directory, "library", {}),
    ]
    modules = package(directory, "modules", {})
    (directory / "made").mkdir()
    grub._make(asset, modules, tools, directory / "made")
    return (directory / "made" / "grub.efi").read_text().splitlines()


def test_the_tool_gets_the_modules_and_its_libraries(tmp_path: Path) -> None:
    arguments, libraries = made(tmp_path, TOOL)
    assert "--format=i386-efi" in arguments
    assert f"--directory={tmp_path}/modules/root/usr/lib/grub/i386-efi" in arguments
    assert f"{tmp_path}/library/root/lib/x86_64-linux-gnu" in libraries.split(":")


def test_it_looks_for_its_menu_where_it_came_from(tmp_path: Path) -> None:
    arguments, _ = made(tmp_path, TOOL)
    assert "--prefix= " in arguments
    embedded = (tmp_path / "made" / "embedded.cfg").read_text()
    assert embedded == "configfile $prefix/grub.cfg\n"


def test_another_looks_where_grub_mknetdir_puts_it(tmp_path: Path) -> None:
    arguments, _ = made(tmp_path, TOOL, MKNETDIR_X64)
    assert "--format=x86_64-efi" in arguments
    assert "--prefix=/boot/grub " in arguments
    assert " linuxefi " in arguments


def test_each_image_that_is_made_says_where_its_menu_is() -> None:
    assert grub.BUILDS.keys() == MADE.keys()


def test_what_the_tool_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(
        PrerequisiteError, match=r"no NBP for i386-efi can be made of GRUB 2\.12-9"
    ) as e:
        made(tmp_path, REFUSES)
    assert "error: no such module." in e.value.last_lines


def test_an_empty_cache_lacks_its_parts(cache: Cache) -> None:
    assert not grub.has_parts(cache)
