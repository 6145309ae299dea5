"""What the scripts of a boot say is looked for in the words of all loaders that it led to."""

from dataclasses import replace
from functools import cached_property

import pytest

from harness.judge.boot import Boot
from harness.judge.commands import commands_of, matters_of, whose
from harness.judge.where import where_done, where_row, where_said
from harness.loaders.pxelinux import Pxelinux
from harness.services.registry import load_site
from tests.judge.approved import FIXTURES
from tests.judge.recorded import record

MENU = "srv/tftp/pxelinux.cfg/default"


class Led(Boot):
    """One whose first loader led to PXELINUX."""

    @cached_property
    def scripts(self) -> dict[str, str]:
        return {"pxelinux.cfg/default": MENU}


@pytest.fixture
def boot() -> Boot:
    """Give a boot by iPXE in a card's ROM, which fetched PXELINUX."""
    own = record("green-bios-ipxe-rom")
    led = Led(**{name: getattr(own, name) for name in own.__dataclass_fields__})
    return replace(led, site=load_site(FIXTURES / "sites/labroom"))


def test_both_loaders_have_their_say(boot: Boot) -> None:
    assert commands_of(boot, "title") == ("menu", "menu title")
    assert "left to firmware" not in matters_of(boot)


@pytest.mark.parametrize(
    ("row", "line"), [("Start from the disk", 7), ("Clone this machine", 14), ("Back", 34)]
)
def test_a_row_is_found_with_the_mark_of_its_hot_key(boot: Boot, row: str, line: int) -> None:
    title = "Tools" if row == "Back" else "Lab room 3"
    assert where_row(boot, title, row) == f"menu label, {MENU}:{line}"


def test_the_count_down_is_the_time_out_s(boot: Boot) -> None:
    assert where_done(boot, "count-down", near=("Lab room 3",)) == f"timeout, {MENU}:3"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Failed to load COM32 file menu.c32", 1),
        ("Loading images/tools/extra.img...failed: No such file or directory", 32),
        ("Loading images/clone/vmlinuz failed: No such file or directory", 15),
        ("Loading disk... failed: No such file or directory", 4),
    ],
)
def test_what_pxelinux_says_leads_to_its_line(boot: Boot, said: str, line: int) -> None:
    assert where_said(boot, said).startswith(f" ({MENU}:{line}")


def test_a_script_of_another_loader_is_held_to_that_loader_s_form(boot: Boot) -> None:
    """IPXE would take it for another kind of image: it has no `#!ipxe`, and needs none."""
    assert whose(boot, MENU) == Pxelinux()
    assert [*whose(boot, MENU).script_faults(boot.site, MENU)] == []
    assert [*boot.loader.script_faults(boot.site, MENU)]
