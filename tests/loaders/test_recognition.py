"""GRUB stands in for iPXE only where the site has nothing of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.loaders import Loader, loader_of
from harness.loaders.grub import Grub
from harness.loaders.ipxe import Ipxe
from harness.loaders.registry import loader, loader_names
from harness.machines import BOOT_PATHS, MACHINES
from harness.services.registry import check_site, load_site
from tests.judge.recorded import SHOWMAX

SITE = load_site(SHOWMAX)
IA32 = ("ia32-tftp", "ia32-http")
NBP = "srv/tftp/ipxe32.efi"


@pytest.mark.parametrize("machine", IA32)
def test_grub_is_supplied_where_the_site_has_no_32_bit_ipxe(machine: str) -> None:
    assert loader_of(SITE, machine) == Grub()


@pytest.mark.parametrize("machine", IA32)
def test_the_operators_own_file_comes_first(machine: str) -> None:
    own = SITE.with_file("srv/tftp/ipxe32.efi", b"MZ")
    assert loader_of(own, machine) == Ipxe()


@pytest.mark.parametrize("machine", IA32)
@pytest.mark.parametrize(
    ("program", "known"),
    [
        (b"MZ iPXE ", Ipxe()),
        (b"MZ GNU GRUB  version %s", Grub()),
        (b"MZ GNU GRUB  version %s\3\0\0\0\x10\0\0\0/grub\0\0\0", Grub(prefix="/grub")),
    ],
)
def test_the_operators_own_program_says_what_it_is(
    tmp_path: Path, machine: str, program: bytes, known: Loader
) -> None:
    """In the site, or elsewhere on this machine."""
    own = tmp_path / "built.efi"
    own.write_bytes(program)
    named = replace(SITE, supply={**SITE.supply, NBP: str(own)})
    for site in (SITE.with_file(NBP, program), named):
        assert loader_of(site, machine) == known


def test_each_loader_is_called_what_it_is_and_whose() -> None:
    assert loader_names(SITE) == (
        "undionly.kpxe: iPXE, supplied; ipxe.efi: iPXE, supplied; "
        "ipxe32.efi: GRUB, standing in for iPXE"
    )
    own = SITE.with_file(NBP, b"MZ iPXE")
    assert loader_names(own).endswith("; ipxe32.efi: iPXE, the site's own")


def test_only_32_bit_machines_are_given_another_shell() -> None:
    shell = SITE.menu.entries["efishell"]
    assert shell.kernel_for(MACHINES["x64"]) == "efishell/efishell.efi"
    assert shell.kernel_for(MACHINES["ia32"]) == "efishell/efishell32.efi"
    assert (
        SITE.menu.entries["grml"].kernel_for(MACHINES["ia32"]) == SITE.menu.entries["grml"].kernel
    )


@pytest.mark.parametrize("machine", ["x64-tftp", "x64-http", "bios", None])
def test_all_others_are_ipxe(machine: str | None) -> None:
    assert loader_of(SITE, machine) == Ipxe()


def test_grub_shows_what_is_not_ipxes_own() -> None:
    drawn = [entry.id for entry in Grub().entries(SITE.menu, "uefi")]
    assert drawn == ["showmax", "sysrescd", "grml", "gparted", "efishell"]
    assert len(Ipxe().entries(SITE.menu, "uefi")) == len(drawn) + 1


def test_grub_without_its_menu_is_refused() -> None:
    check_site(SITE)
    with pytest.raises(SiteError, match=r"grub\.cfg: ipxe32\.efi is GRUB, which needs this menu"):
        check_site(SITE.without("srv/tftp/grub.cfg"))


def test_the_menu_is_the_scripts() -> None:
    """The same entries, command lines, default and time-out, in both."""
    text = SITE.read("srv/tftp/grub.cfg").replace("\\\n", " ")
    assert f"set default={SITE.menu.default}\n" in text
    assert f"set timeout={SITE.menu.timeout_s}\n" in text
    words = text.replace("$kbmap", "us").replace("$rootpass", "rescue").split()
    for entry in Grub().entries(SITE.menu, "uefi"):
        assert f'menuentry "{entry.text}" --id {entry.id} {{' in text
        files = (entry.kernel_for(MACHINES["ia32"]), entry.initrd)
        assert {f"/{file}" for file in files if file} <= set(words)
        assert set(entry.cmdline) <= set(words)


def test_behind_shim_there_is_grub() -> None:
    """It is fetched from beside shim, and asked for its menu."""
    site = SITE.with_loader("ipxe.efi", "boot/shimx64.efi", asset="shim@sid/shimx64.efi.signed")
    known = loader_of(site, "x64-http")
    assert known == Grub(prefix="/grub", by_shim=True) == loader(known.id)
    assert "boot/shimx64.efi: GRUB, behind shim, which is supplied" in loader_names(site)
    steps = known.steps(BOOT_PATHS["x64-http-ipv4"], site, "showmax", "52:54:00:12:34:56")
    assert [str(step) for step in steps][1:4] == [
        "NBP GRUB, behind shim, which is supplied, as boot/shimx64.efi over HTTP, IPv4",
        "second stage boot/grubx64.efi over HTTP, IPv4",
        "GRUB's menu grub/grub.cfg over HTTP, IPv4",
    ]


@pytest.mark.parametrize(
    ("file", "is_aside"),
    [
        ("revocations.efi", True),
        ("boot/revocations_sku.efi", True),
        ("shim_certificate_0.efi", True),
        ("grubx64.efi", False),
    ],
)
def test_what_shim_asks_for_besides(file: str, is_aside: bool) -> None:
    shim = Grub(prefix="/grub", by_shim=True)
    assert shim.is_aside(file, SITE, "", refused=True) is is_aside
    assert not Grub(prefix="/grub").is_aside(file, SITE, "", refused=True)
