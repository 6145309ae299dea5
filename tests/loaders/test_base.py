"""What every loader must tell, whichever it is."""

import pytest

from harness.errors import UsageError
from harness.loaders import LOADERS, Loader, loader
from harness.loaders.grub import Grub
from harness.loaders.ipxe import Ipxe
from harness.machines import BOOT_PATHS
from harness.services.registry import load_site
from harness.step import Fetch
from tests.judge.recorded import MAC, SHOWMAX

SITE = load_site(SHOWMAX)
SIGNED = Grub(prefix="/grub")
each_loader = pytest.mark.parametrize("each", [*LOADERS, SIGNED], ids=lambda each: each.id)


@each_loader
def test_evidence_can_give_it_back(each: Loader) -> None:
    assert loader(each.id) == each


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(UsageError, match="no loader is called lilo"):
        loader("lilo")


@each_loader
def test_it_complains_by_failures_of_its_own(each: Loader) -> None:
    """A complaint that nothing prints would be waited for in vain."""
    names = {failure.name for failure in each.failures}
    assert {*each.complaints.values(), *each.aftermath} <= names


def test_only_one_loader_is_shown_by_what_it_asks() -> None:
    named = [path for path in BOOT_PATHS.values() if path.loader in (None, *SITE.loaders)]
    for path in named:
        for each in LOADERS:
            steps = [way for step in each.steps(path, SITE, "grml", MAC) for way in step.ways]
            shown = {other.kind for other in LOADERS for way in steps if other.is_shown_by(way)}
            assert shown == {each.kind}


@pytest.mark.parametrize(("each", "menu"), [(Grub(), "grub.cfg"), (SIGNED, "grub/grub.cfg")])
def test_grub_takes_its_menu_where_its_prefix_says(each: Grub, menu: str) -> None:
    path = BOOT_PATHS["x64-tftp-ipv6"]
    fetched = [
        str(way)
        for step in each.steps(path, SITE, "grml", MAC)
        for way in step.ways
        if isinstance(way, Fetch)
    ]
    assert fetched[1:] == [
        f"{file} over TFTP, IPv6" for file in (menu, "grml/vmlinuz.grml", "grml/initrd.grml.img")
    ]


def test_what_only_one_machine_asks_in_vain_is_normal_where_it_has_no_script() -> None:
    (pattern,) = Ipxe().normal(SITE, MAC)
    assert pattern.search(f"script.ipxe-{MAC.replace(':', '%3A')}... No such file")
    own = SITE.with_file(SITE.machine_script_path(MAC), "#!ipxe\n")
    assert Ipxe().normal(own, MAC) == ()
    name = f"script.ipxe-{MAC}"
    assert Ipxe().is_aside(name, SITE, MAC, refused=True)
    assert not Ipxe().is_aside(name, own, MAC, refused=True)


@pytest.mark.parametrize("refused", [True, False])
def test_grubs_modules_are_aside_whether_they_are_there_or_not(refused: bool) -> None:
    for name in ("x86_64-efi/command.lst", "x86_64-efi/http.mod"):
        assert SIGNED.is_aside(f"grub/{name}", SITE, MAC, refused=refused)
        assert not SIGNED.is_aside(f"grml/{name}", SITE, MAC, refused=refused)
    assert not SIGNED.is_aside("grub/grub.cfg", SITE, MAC, refused=refused)


def test_a_script_that_ipxe_did_get_is_not_aside() -> None:
    """It runs it."""
    assert Ipxe().is_aside("autoexec.ipxe", SITE, MAC, refused=True)
    assert not Ipxe().is_aside("autoexec.ipxe", SITE, MAC, refused=False)
