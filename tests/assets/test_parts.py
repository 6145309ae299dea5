"""What is asked for on each axis is combined, and a boot has of it what its path can have."""

from pathlib import Path

import pytest

from harness.assets.parts import Parts, columns, swept
from harness.errors import UsageError
from harness.machines import BOOT_PATHS
from harness.services.registry import load_site

SITE = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")
X64, BIOS_ROM = BOOT_PATHS["x64-http-ipv4"], BOOT_PATHS["bios-ipxe-rom"]


def test_nothing_asked_for_is_one_column_of_the_usual() -> None:
    (usual,) = columns([], [], [])
    assert (usual.id, usual.firmware, usual.rom) == ("", {}, "")
    assert usual.of(SITE) is SITE  # what is known of its daemons is kept in it


def test_one_of_an_axis_is_not_in_the_names_of_tests() -> None:
    (column,) = columns(["ovmf-x64@trixie"], ["ipxe@sid"], ["ipxe@sid"])
    assert column.id == ""
    assert (column.firmware, column.rom) == ({"x64": "ovmf-x64@trixie"}, "ipxe@sid")


def test_axes_are_combined() -> None:
    found = columns(["ovmf-x64", "ovmf-x64@sid"], ["ipxe", "ipxe@sid"], ["ipxe@sid"])
    assert [each.id for each in found] == [
        "ovmf-x64-ipxe",
        "ovmf-x64-ipxe@sid",
        "ovmf-x64@sid-ipxe",
        "ovmf-x64@sid-ipxe@sid",
    ]


def test_a_path_has_what_its_machine_can_have() -> None:
    found = columns(["ovmf-x64", "ovmf-x64@sid"], [], ["ipxe@sid", "ipxe@trixie"])
    assert [each.id for each in dict.fromkeys(each.on(X64) for each in found)] == [
        "ovmf-x64",
        "ovmf-x64@sid",
    ]
    assert [each.id for each in dict.fromkeys(each.on(BIOS_ROM) for each in found)] == [
        "ipxe@sid",
        "ipxe@trixie",
    ]


def test_supplied_loaders_are_those_of_the_release() -> None:
    (column,) = columns([], ["ipxe@sid"], [])
    changed = column.of(SITE)
    assert changed.supply["srv/tftp/ipxe.efi"] == "ipxe@sid/ipxe.efi"
    assert changed.supply["srv/tftp/undionly.kpxe"] == "ipxe@sid/undionly.kpxe"
    assert changed.supply["srv/tftp/ipxe32.efi"] == SITE.supply["srv/tftp/ipxe32.efi"]


def test_a_pattern_of_places_means_all_that_fit(tmp_path: Path) -> None:
    """What a shell would make of it without quotes, pytest would take for tests."""
    for name in ("old", "new", "[odd]"):
        (tmp_path / name).mkdir()
    assert [each.id for each in columns([], [f"{tmp_path}/*"], [])] == ["[odd]", "new", "old"]
    assert len(columns([], [f"{tmp_path}/[odd]"], [])) == 1
    with pytest.raises(UsageError, match="nothing that there is fits"):
        columns([f"{tmp_path}/2*"], [], [])


def test_a_directory_of_ones_own_stands_for_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "bin-x86_64-efi").mkdir()
    own = tmp_path / "bin-x86_64-efi" / "ipxe.efi"
    own.touch()
    (column,) = columns([], [f"{tmp_path}/"], [])
    changed = column.of(SITE)
    assert changed.supply["srv/tftp/ipxe.efi"] == str(own)
    assert changed.supply["srv/tftp/undionly.kpxe"] == SITE.supply["srv/tftp/undionly.kpxe"]


def test_a_loader_that_the_site_is_not_supplied_with_is_refused() -> None:
    (column,) = columns([], ["shim"], [])
    with pytest.raises(UsageError, match="supplied with nothing that shim could stand for"):
        column.of(SITE)


def test_builds_of_one_name_are_told_by_their_numbers(tmp_path: Path) -> None:
    for name in ("a/bin", "b/bin", "c"):
        (tmp_path / name).mkdir(parents=True)
    found = columns([], [], [f"{tmp_path}/{name}" for name in ("a/bin", "b/bin", "c")])
    assert [each.id for each in found] == ["bin1", "bin2", "c"]


def test_what_a_column_is_made_of_can_be_asked_for(tmp_path: Path) -> None:
    asked = ("--firmware", "ovmf-x64@sid", "--loader", "ipxe@sid", "--rom", "ipxe@sid")
    (column,) = columns(["ovmf-x64@sid"], ["ipxe@sid"], ["ipxe@sid"])
    assert column.options == asked
    assert column.on(X64).options == asked[:4]
    built = f"{tmp_path}/OVMF_CODE.fd"
    own = Parts.one("firmware", built, machine=BOOT_PATHS["ia32-http-ipv4"].machine)
    assert own.options == ("--firmware", f"ia32={built}")


def test_in_a_sweep_the_usual_release_is_no_choice_and_the_others_have_names() -> None:
    assert [each.id for each in swept(["ovmf-x64@sid"], [], [])] == ["ovmf-x64@sid"]
    found = swept(["ovmf-x64@bookworm", "ovmf-x64@sid"], [], ["ipxe@trixie", "ipxe@sid"])
    assert [each.id for each in found] == [
        "",
        "rom-ipxe@sid",
        "ovmf-x64@sid",
        "ovmf-x64@sid-rom-ipxe@sid",
    ]


def test_a_sweep_s_rom_is_not_its_loader() -> None:
    (loader,), (rom,) = swept([], ["ipxe@sid"], []), swept([], [], ["ipxe@sid"])
    assert loader.id != rom.id
