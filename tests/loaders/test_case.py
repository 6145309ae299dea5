"""No loader takes names of labels, items or entries that differ in case for one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.loaders.grub.faults import default_faults as grub_defaults
from harness.loaders.ipxe.faults import default_faults as ipxe_defaults
from harness.loaders.ipxe.faults import script_faults as ipxe_faults
from harness.loaders.pxelinux.faults import script_faults as pxelinux_faults
from harness.services.registry import load_site
from harness.site import Site

SITES = Path(__file__).parents[2] / "fixtures/sites"
PATH = "srv/tftp/script"
_Faults = Callable[[Site, str], Iterator[str]]


@pytest.fixture(scope="module")
def site() -> Site:
    """Give any site."""
    return load_site(SITES / "labroom")


MENU = (
    "#!ipxe\nmenu\nitem linux Linux\nitem disk Disk\nchoose --default {} what && goto ${{what}}\n"
)
LABELS = ":linux\nexit\n:disk\nexit\n"
ENTRIES = "menuentry 'Debian' --id debian {\n}\nmenuentry 'Disk' {\n}\n"
GOTO = "goes to the label 'Linux', which does not exist: the script ends without booting"


@pytest.mark.parametrize(
    ("faults", "text", "line", "what"),
    [
        (ipxe_defaults, MENU.format("Linux") + LABELS, 5, "takes the first, 'linux'; 'linux' is: "),
        (ipxe_defaults, MENU.format("linux") + LABELS, 0, ""),
        (ipxe_faults, f"#!ipxe\ngoto Linux\n{LABELS}", 2, f"{GOTO}; 'linux' is: upper and lower"),
        (ipxe_faults, f"#!ipxe\ngoto linux\n{LABELS}", 0, ""),
        (ipxe_faults, "#!ipxe\ngoto linux\n:linux exit\n", 0, ""),
        (grub_defaults, f"set default=debian\n{ENTRIES}", 0, ""),
        (grub_defaults, f"set default=Disk\n{ENTRIES}", 0, ""),
        (grub_defaults, f"set default=DEBIAN\n{ENTRIES}", 1, "the first, 'Debian'; '"),
        (grub_defaults, f"set default='disk'\n{ENTRIES}", 1, "the first, 'Debian'; 'Disk' is: "),
        (pxelinux_faults, "LABEL linux\n KERNEL a\nLABEL Linux\n KERNEL b\n", 0, ""),
        (
            pxelinux_faults,
            "LABEL linux\n KERNEL a\nlabel linux\n KERNEL b\n",
            3,
            "is there already",
        ),
        (pxelinux_faults, "MENU DEFAULT linux\nLABEL linux\n KERNEL a\n", 1, "here none"),
        (
            pxelinux_faults,
            "LABEL a\n MENU DEFAULT b\n KERNEL a\nLABEL b\n KERNEL b\n",
            2,
            "marks the label that it stands in, 'a', and not 'b'",
        ),
        (pxelinux_faults, "LABEL a\n MENU DEFAULT a\n KERNEL a\n", 0, ""),
        (pxelinux_faults, "LABEL a\n MENU DEFAULT\n KERNEL a\n", 0, ""),
        (pxelinux_faults, "MENU BEGIN x\n MENU DEFAULT\n LABEL a\n  KERNEL a\nMENU END\n", 0, ""),
    ],
)
def test_a_name_in_another_case_is_another_name(
    site: Site, faults: _Faults, text: str, line: int, what: str
) -> None:
    said = list(faults(site.with_file(PATH, text), PATH))
    assert [each.startswith(f"{PATH}:{line}") and what in each for each in said] == [True] * bool(
        line
    )


def test_a_command_behind_a_label_is_one(site: Site) -> None:
    text = "#!ipxe\ngoto a\n:a goto nowhere\n"
    (said,) = ipxe_faults(site.with_file(PATH, text), PATH)
    assert said.startswith(f"{PATH}:3 goes to the label 'nowhere'")
