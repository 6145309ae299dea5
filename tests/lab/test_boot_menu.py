"""A menu is held to the entries of the site that a machine and its loader can have."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace
from typing import cast

import pytest

from harness.errors import BootError
from harness.guest.menus.any_menu import AnyMenu, SeenMenu
from harness.lab import Guest
from harness.lab.boot_menu import BootMenu, MenuOfSite
from harness.loaders import Loader
from harness.loaders.base import DrawnMenu
from harness.loaders.grub import Grub
from harness.loaders.ipxe import Ipxe
from harness.services.registry import load_site
from tests.lab.conftest import SHOWMAX

SITE = load_site(SHOWMAX)
PAYLOADS = ("Showmax Boot", "Systemrescuecd", "GRML", "Gparted")
SHELL, SETTINGS = "EFI shell", "iPXE config tool"


def menu(items: Sequence[str], *, firmware: str = "uefi", loader: Loader) -> BootMenu:
    """The menu of a machine that shows these items."""
    screen = SimpleNamespace(lines=tuple(items))
    guest = SimpleNamespace(
        site=SITE,
        menu_path="srv/tftp/script.ipxe",
        console=SimpleNamespace(screen=screen),
        record=SimpleNamespace(explain=lambda _error, _when: None),
        power=SimpleNamespace(domain=SimpleNamespace(still=nullcontext)),
    )
    drawn = DrawnMenu(title=None, items=tuple(items), at=items.index(PAYLOADS[0]))
    return BootMenu(
        drawn=cast("AnyMenu", SimpleNamespace(seen=SeenMenu(drawn))),
        of_site=MenuOfSite(site=SITE, loader=loader, firmware=firmware),
        wrong=partial(Guest.wrong, cast("Guest", guest)),
    )


@pytest.mark.parametrize(
    ("firmware", "loader", "items"),
    [
        ("uefi", Ipxe(), (*PAYLOADS, SHELL, SETTINGS)),
        ("uefi", Ipxe(), ("-- systems --", *PAYLOADS, "", SHELL, SETTINGS)),
        ("bios", Ipxe(), (*PAYLOADS, SETTINGS)),
        ("uefi", Grub(), (*PAYLOADS, SHELL)),
    ],
)
def test_what_a_machine_can_have_is_complete(
    firmware: str, loader: Loader, items: tuple[str, ...]
) -> None:
    menu(items, firmware=firmware, loader=loader).assert_complete()


@pytest.mark.parametrize(
    ("firmware", "loader", "items"),
    [
        ("uefi", Grub(), (*PAYLOADS, SHELL, SETTINGS)),
        ("uefi", Grub(), PAYLOADS),
        ("uefi", Grub(), (*reversed(PAYLOADS), SHELL)),
        ("bios", Ipxe(), (*PAYLOADS, SHELL, SETTINGS)),
    ],
    ids=["one too many", "one too few", "another order", "a shell in the legacy menu"],
)
def test_any_other_menu_is_red(firmware: str, loader: Loader, items: tuple[str, ...]) -> None:
    with pytest.raises(BootError, match=r"the site says Showmax Boot[\s\S]*in srv/tftp/script"):
        menu(items, firmware=firmware, loader=loader).assert_complete()


def test_where_to_look_is_the_loaders_own_file() -> None:
    items = (*PAYLOADS, SHELL, SETTINGS)
    with pytest.raises(BootError, match='`menuentry "iPXE config tool"` in srv/tftp/script'):
        menu(items, loader=Grub()).assert_lacks("ipxeconfig")
    with pytest.raises(BootError, match=r"`item ipxeconfig` in srv/tftp/script\.ipxe:38 and "):
        menu(items, loader=Ipxe()).assert_lacks("ipxeconfig")
