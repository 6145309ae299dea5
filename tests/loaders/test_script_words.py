"""Words of PXELINUX's and GRUB's configurations that are nearly known ones, and open ends."""

from pathlib import Path

import pytest

from harness.loaders.grub.words import command_faults
from harness.loaders.pxelinux.faults import script_faults
from harness.services.registry import load_site
from harness.site import Site

SITES = Path(__file__).parents[2] / "fixtures/sites"
MENU, DEFAULT = "srv/tftp/grub/grub.cfg", "srv/tftp/pxelinux.cfg/default"


def site(name: str) -> Site:
    return load_site(SITES / name)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("LABEL clone", "LABLE clone", 13, "'LABLE' is not a word of PXELINUX's, but LABEL is"),
        ("APPEND ro", "apend ro", 17, "'APEND' is not a word of PXELINUX's, but APPEND is"),
        (
            "MENU DEFAULT",
            "MENU DEFUALT",
            8,
            "'DEFUALT' is not a word of its menu's, but DEFAULT is",
        ),
        ("TIMEOUT 100", "TIMEOUT 10s", 3, "'10s' is not a number: TIMEOUT counts tenths"),
        ("LABEL shelf", "LABEL clone", 22, f"'clone' is there already, in {DEFAULT}:13"),
        ("MENU END\n", "", 27, "no MENU END follows this MENU BEGIN"),
        ("  ENDTEXT\n", "", 18, "no ENDTEXT follows"),
    ],
)
def test_a_slip_in_pxelinux_is_told(old: str, new: str, line: int, what: str) -> None:
    (said, *_) = script_faults(site("labroom").replaced(DEFAULT, old, new), DEFAULT)
    assert said.startswith(f"{DEFAULT}:{line}: ")
    assert what in said


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('source "$prefix/menu', 'sorce "$prefix/menu', 8, "'sorce' is not a command of GRUB's"),
        ("if [ -s", "if [-s", 5, "a blank has to follow the bracket in '[-s'"),
        ("fi\n", "", 5, "no `fi` ends what this `if` begins"),
    ],
)
def test_a_slip_in_grub_is_told(old: str, new: str, line: int, what: str) -> None:
    (said,) = command_faults(site("grubnet").replaced(MENU, old, new), MENU)
    assert said.startswith(f"{MENU}:{line}: {what}")


@pytest.mark.parametrize(
    "text",
    [
        "function tryit {\n  echo x\n}\ntryit a; tryti=1\n",
        "if a; then b; elif c; then d; else e; fi\nif [ x ]; then\n  if y; then z; fi\nfi\n",
        "linux /a b \\\n  linus c\ninitrd /d\n",
        'echo "if linus"; set x="[-s"\nzfs_own_module a\n',
        "menuentry 'a' --class linus {\n  for x in a b; do echo $x; done\n}\n",
    ],
)
def test_what_grub_takes_is_not_told(text: str) -> None:
    assert not list(command_faults(site("grubnet").with_file(MENU, text), MENU))


@pytest.mark.parametrize(
    "text",
    [
        "DEFAULT vesamenu.c32\nPROMPT 0\nMENU BACKGROUND a.png\nMENU COLOR border 0 #ff #00 std\n",
        "label a\n  menu label ^A\n  text help\n  LABLE of a shelf\n  endtext\n  kernel x\n",
        "F1 help.txt\nSAY Hello\nserial 0 115200\nipappend 2\nmenu width 80\n",
    ],
)
def test_what_pxelinux_takes_is_not_told(text: str) -> None:
    assert not list(script_faults(site("labroom").with_file(DEFAULT, text), DEFAULT))
