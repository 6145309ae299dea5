"""Menus that nobody has described are read, and worked by keys, to whatever end they lead."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from harness.witness.shown import Ended, KeysPressed, MenuShown, Shown

ROWS = (*(f"System {number}" for number in range(1, 45)), "Back")
"""More than two screens."""
SCRIPT = """#!ipxe
:top
menu
item disk  Local disk
item more  More systems
item again Start again
choose target && goto ${target}
:disk
exit 1
:again
reboot
:more
menu More systems
ITEMS
choose --timeout 9000 --default 2 target && goto ${target} ||
echo ${target} is not there
prompt Press any key
:45
goto top
"""
ON_ITS_DISK = "switched off by the system on its disk"


@pytest.fixture
def site(site: Site) -> Site:
    """Give machines these menus instead of the site's."""
    items = (f"item {number} {row}" for number, row in enumerate(ROWS, start=1))
    return site.with_file(site.script_path, SCRIPT.replace("ITEMS", "\n".join(items)))


def end(shown: tuple[Shown, ...]) -> str:
    """Give how it ended."""
    ended = shown[-1]
    assert isinstance(ended, Ended)
    return ended.how


@on(slow=["bios-ipxe-rom", "x64-http-ipv4", "bios-vendor-rom", "x64-tftp-ipv6"])
def test_untouched_it_waits_in_a_menu_without_title(lab: Lab, boot_path: BootPath) -> None:
    """It has neither default nor time-out."""
    menu, ended = lab.power_on(boot_path).follow()
    assert isinstance(menu, MenuShown)
    assert (menu.title, menu.selected, menu.counts_down_s) == ("", 0, None)
    assert menu.rows == ("Local disk", "More systems", "Start again")
    assert end((ended,)) == 'waits for a key in the menu with "Local disk"'


@on("x64-http-ipv4", slow=["bios-ipxe-rom"])
def test_its_disk_is_behind_the_network(lab: Lab, boot_path: BootPath) -> None:
    """Given back to the firmware with an error, it boots from there."""
    assert end(lab.power_on(boot_path, has_system=True).follow(["Local disk"])) == ON_ITS_DISK


@on(slow=["bios-ipxe-rom", "x64-http-ipv4"])
def test_a_menu_is_gone_through_before_a_row_is_chosen(lab: Lab, boot_path: BootPath) -> None:
    """Its default and count-down are told as they came up; back in the first menu it ends."""
    shown = lab.power_on(boot_path).follow(["More systems", "Back"])
    _, more = (each for each in shown if isinstance(each, MenuShown))
    assert (more.rows, more.selected, more.counts_down_s) == (ROWS, 1, 9)
    assert [each.chose for each in shown if isinstance(each, KeysPressed)] == [
        *("More systems", "Back"),
    ]
    assert end(shown) == 'back in the menu with "Local disk"'


@on(slow=["bios-ipxe-rom", "x64-http-ipv4"])
def test_a_reset_and_a_question_are_ends(lab: Lab, boot_path: BootPath) -> None:
    """Nothing of a second start, and nobody's answer, is waited for."""
    assert end(lab.power_on(boot_path).follow(["Start again"])) == "reset"
    asked = lab.power_on(boot_path).follow(["More systems", "System 44"])
    assert end(asked) == 'stands still at "Press any key"'
