"""What a machine was made of is asked for by name where that is the same, else is the bundle's."""

import json
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from harness.assets.firmware import Firmware, choose_firmware, find_firmware
from harness.assets.option_rom import find_rom
from harness.assets.package import Asset
from harness.assets.qemu import Qemu
from harness.errors import PrerequisiteError, SiteError
from harness.evidence.directory import EvidenceDirectory, Version
from harness.machines import OptionRom
from harness.rerun import parts
from harness.rerun.own_paths import OwnPaths
from harness.rerun.parts import made_of
from harness.services.registry import load_site
from harness.site import Site
from tests.rerun.conftest import Make

OLD = "ovmf-x64@1999.01"
PLACE = "srv/tftp/ipxe.efi"


def kept(path: Path, content: bytes) -> Version:
    """Write a program, and describe it."""
    path.write_bytes(content)
    return Version(version="1", sha256=sha256(content).hexdigest(), path=str(path))


def usual_firmware() -> Firmware:
    """Give Debian's, or skip where it cannot be had."""
    try:
        return find_firmware("ovmf-x64")
    except PrerequisiteError as error:
        pytest.skip(str(error))


def test_firmware_that_is_not_here_is_the_bundles(make: Make, site: Site, tmp_path: Path) -> None:
    usual = usual_firmware()
    assert usual.vars_path is not None
    contents = [path.read_bytes()[:-1] + b"x" for path in (usual.code_path, usual.vars_path)]
    code, store = kept(tmp_path / "code", contents[0]), kept(tmp_path / "vars", contents[1])
    bundle = make(site, **{f"firmware {OLD}": code, f"variable store of {OLD}": store})
    made = made_of(bundle, site, tmp_path, is_own=False)
    option, word = made.words
    assert option == "--firmware"
    assert choose_firmware([word]) == {"x64": (str(tmp_path / "OWN_CODE.fd"),)}
    found = find_firmware(str(tmp_path / "OWN_CODE.fd"))
    assert found.vars_path is not None
    assert [path.read_bytes() for path in (found.code_path, found.vars_path)] == contents
    assert made.said == [f"firmware {OLD} is taken from the bundle"]


def test_firmware_that_is_nowhere_is_said_to_be(make: Make, site: Site, tmp_path: Path) -> None:
    gone = kept(tmp_path / "code", b"code")
    (tmp_path / "code").unlink()
    made = made_of(make(site, **{f"firmware {OLD}": gone}), site, tmp_path, is_own=False)
    assert made.words == []
    assert made.said == [f"firmware {OLD} is not here, nor in the bundle: the usual one is taken"]


def test_firmware_that_is_the_same_here_is_taken_by_its_name(
    make: Make, site: Site, tmp_path: Path
) -> None:
    used = usual_firmware()
    program = Version(version=used.version, sha256=used.sha256, path=str(used.code_path))
    made = made_of(make(site, **{f"firmware {used.id}": program}), site, tmp_path, is_own=False)
    assert made.words == ["--firmware", used.id]
    assert made.said == []


def test_a_loader_that_is_another_one_here_is_laid_in_the_site(
    make: Make, site: Site, tmp_path: Path
) -> None:
    loader = kept(tmp_path / "ipxe.efi", b"MZ of long ago")
    bundle = make(site, **{f"loader {PLACE} (iPXE)": loader})
    made = made_of(bundle, load_site(site.dir), tmp_path, is_own=False)
    assert (site.dir / PLACE).read_bytes() == b"MZ of long ago"
    assert made.said == [f"{site.supply[PLACE]} is taken from the bundle"]


@pytest.mark.parametrize("place", ["/evil", "../../evil", "out/evil"])
def test_no_loader_is_laid_outside(place: str, make: Make, site: Site, tmp_path: Path) -> None:
    loader = kept(tmp_path / "evil-loader", b"MZ of a stranger")
    bundle = make(
        replace(site, supply={place: "ipxe/of-a-stranger"}), **{f"loader {place}": loader}
    )
    (tmp_path / "home").mkdir()
    (site.dir / "out").symlink_to(tmp_path / "home")
    with suppress(SiteError):  # or it lies inside after all
        made_of(bundle, load_site(site.dir), tmp_path, is_own=False)
    outside = [p for p in tmp_path.rglob("evil") if not p.is_relative_to(site.dir)]
    assert outside == []
    assert not Path("/evil").exists()


def test_nothing_is_laid_in_the_operators_own_site(make: Make, site: Site, tmp_path: Path) -> None:
    loader = kept(tmp_path / "ipxe.efi", b"MZ of long ago")
    bundle = make(site, **{f"loader {PLACE} (iPXE)": loader})
    made = made_of(bundle, load_site(site.dir), tmp_path, is_own=True)
    assert not (site.dir / PLACE).exists()
    assert made.said == [f"{site.supply[PLACE]} is not the same here: yours is taken"]


def test_a_firmwares_variable_store_is_part_of_it(make: Make, site: Site, tmp_path: Path) -> None:
    used = usual_firmware()
    assert used.vars_path is not None
    code = Version(version=used.version, sha256=used.sha256, path=str(used.code_path))
    store = kept(tmp_path / "vars", used.vars_path.read_bytes()[:-1] + b"x")
    bundle = make(site, **{f"firmware {used.id}": code, f"variable store of {used.id}": store})
    made = made_of(bundle, site, tmp_path, is_own=False)
    assert made.said == [f"firmware {used.id} is taken from the bundle"]


def usual_rom(kind: OptionRom) -> Asset:
    """Give Debian's, or skip where it cannot be had."""
    try:
        return find_rom("virtio", kind)
    except PrerequisiteError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("kind", [OptionRom.LEGACY, OptionRom.VENDOR])
def test_roms_that_are_another_one_here_are_the_bundles(
    kind: OptionRom, make: Make, site: Site, tmp_path: Path
) -> None:
    """What is made of them again is what the machine had."""
    used = usual_rom(kind)
    other = used.path.read_bytes() + b"\0"
    rom = kept(tmp_path / "rom-of-long-ago", other)
    name = f"option ROM {used.path.name} ({kind.value})"
    made = made_of(make(site, **{name: rom}), site, tmp_path, is_own=False)
    assert made.words == ["--rom", str(tmp_path / "rom")]
    assert made.said == [f"option ROM {used.path.name} is taken from the bundle"]
    (tmp_path / "rom" / used.path.name).write_bytes(used.path.read_bytes())
    assert find_rom("virtio", kind, of=made.words[1]).sha256 == used.sha256


def test_roms_that_are_the_same_here_are_taken_by_their_name(
    make: Make, site: Site, tmp_path: Path
) -> None:
    used = usual_rom(OptionRom.LEGACY)
    rom = Version(version=used.version, sha256=used.sha256, path=str(used.path))
    bundle = make(site, **{f"option ROM {used.path.name} (legacy-rom)": rom})
    made = made_of(bundle, site, tmp_path, is_own=False)
    assert (made.words, made.said) == ([], [])


def test_roms_that_are_nowhere_are_said_to_be(make: Make, site: Site, tmp_path: Path) -> None:
    gone = kept(tmp_path / "gone", b"rom")
    (tmp_path / "gone").unlink()
    bundle = make(site, **{"option ROM pxe-virtio.rom (legacy-rom)": gone})
    made = made_of(bundle, site, tmp_path, is_own=False)
    assert made.words == []
    assert made.said == ["option ROM pxe-virtio.rom is not the same here, nor in the bundle"]


def test_a_pack_does_not_tell_where_the_operators_roms_lay(
    make: Make, site: Site, tmp_path: Path
) -> None:
    bundle = make(site)
    own = tmp_path / "of somebody" / "roms"
    file = replace(bundle.file, options={"rom": str(own)})
    file.write(EvidenceDirectory(bundle.dir))
    told = OwnPaths(bundle.dir, file).packed(bundle.dir / "boot.json")
    assert told is not None
    assert json.loads(told)["options"] == {"rom": "roms"}


def test_a_qemu_that_was_chosen_is_asked_for_again(
    make: Make, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a bundle it would not run elsewhere: what is another one here is said, and taken."""
    program = kept(tmp_path / "qemu-system-x86_64", b"a program")
    same = Qemu(
        path=tmp_path, program_path=tmp_path, version="", sha256=program.sha256, bios_path=None
    )
    word = "qemu-x86@10.0"
    bundle = make(site, **{f"QEMU {word}": program})
    bundle = replace(bundle, file=replace(bundle.file, options={"qemu": word}))
    said = []
    for found in (same, replace(same, sha256="of another")):
        monkeypatch.setattr(parts, "chosen_qemu", lambda *_, found=found, **__: found)
        made = made_of(bundle, site, tmp_path, is_own=False)
        assert made.words == ["--qemu", word]
        said.append(made.said)
    assert said == [[], [f"QEMU {word} is not the same here"]]
