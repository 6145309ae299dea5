"""What is said of PXELINUX's configurations before anything boots."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.examine.pxelinux import findings
from harness.loaders.script import Script
from harness.services.registry import load_site
from harness.site import Site

SITE = Path(__file__).parents[2] / "fixtures" / "sites" / "rackroom"
CONFIGURATIONS = "srv/tftp/pxelinux.cfg"


def said(file: str, old: str, new: str, *, site: Site | None = None) -> list[str]:
    """Give what is said when one line of a configuration is another."""
    known = load_site(SITE) if site is None else site
    place = f"{CONFIGURATIONS}/{file}"
    before = known.read(place)
    assert old in before
    changed = known.with_file(place, before.replace(old, new, 1))
    names = ("default", "tools.cfg", "menu.cfg", "01-52-54-00-41-00-09")
    paths = [f"{CONFIGURATIONS}/{name}" for name in names]
    texts = {path: Script(path.removeprefix("srv/tftp"), changed.read(path)) for path in paths}
    return [str(each) for each in findings(changed, texts)]


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        (
            "default",
            "DISPLAY welcome.msg",
            "DISPLAY welcom.msg",
            "default:6: warning: srv/tftp/welcom.msg is not there, and is not shown",
        ),
        (
            "default",
            "INCLUDE pxelinux.cfg/tools",
            "INCLUDE pxelinux.cfg/tool",
            "default:24: warning: srv/tftp/pxelinux.cfg/tool.cfg is not there",
        ),
        (
            "tools.cfg",
            "APPEND pxelinux.cfg/menu",
            "APPEND pxelinux.cfg/menus",
            "tools.cfg:7: warning: srv/tftp/pxelinux.cfg/menus.cfg is not there",
        ),
        (
            "tools.cfg",
            "menu.c32",
            "meny.c32",
            "tools.cfg:6: error: srv/tftp/meny.c32 is not there, and is started here",
        ),
        (
            "01-52-54-00-41-00-09",
            "vesamenu.c32",
            "boot/vesamenu.c32",
            "01-52-54-00-41-00-09:2: error: srv/tftp/boot/vesamenu.c32 is not there",
        ),
        (
            "default",
            "DEFAULT disk",
            "DEFAULT disc",
            "default:2: error: 'disc' is not a label; it has: disk, install, rescue, memory, menu",
        ),
        (
            "default",
            "DEFAULT disk\nPROMPT 1\nTIMEOUT 80\nIMPLICIT 0",
            "ONTIMEOUT disc",
            "default:2: warning: 'disc' is not a label, nor a kernel that is there",
        ),
        (
            "default",
            "DEFAULT disk",
            "DEFAULT Disk",
            "default:2: error: 'Disk' is not a label; it has: disk, install, rescue, memory, menu; "
            "'disk' is: upper and lower case",
        ),
        (
            "default",
            "DEFAULT disk",
            "ONTIMEOUT DISK",
            "default:2: error: 'DISK' is not a label; it has: disk, install, rescue, memory, menu; "
            "'disk' is: upper and lower case",
        ),
        (
            "tools.cfg",
            "LABEL memory",
            "LABEL rescue",
            "tools.cfg:1: warning: the label 'rescue' is in srv/tftp/pxelinux.cfg/default:19",
        ),
        (
            "default",
            "DEFAULT disk",
            "SERIAL 0 115200",
            "default:2: warning: a BIOS that shows its screen on a serial line",
        ),
    ],
)
def test_one_wrong_line_is_named(file: str, old: str, new: str, what: str) -> None:
    [found] = said(file, old, new)
    assert found.startswith(f"{CONFIGURATIONS}/{what}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DEFAULT disk", "DEFAULT disk"),
        ("DEFAULT disk", "CONSOLE 0\nSERIAL 0 115200\nDEFAULT disk"),
        ("DEFAULT disk\nPROMPT 1\nTIMEOUT 80\nIMPLICIT 0", "DEFAULT boot/linux root=/dev/sda1"),
        ("DEFAULT disk\nPROMPT 1\nTIMEOUT 80\nIMPLICIT 0", "DEFAULT vesamenu\nPROMPT 0"),
    ],
)
def test_nothing_is_said_of_what_may_be(old: str, new: str) -> None:
    assert said("default", old, new) == []


def lacking(site: Site, name: str) -> Site:
    """Give it without a file that was supplied."""
    return replace(site, supply={k: v for k, v in site.supply.items() if k != f"srv/tftp/{name}"})


def test_a_module_s_library_is_missed_where_there_is_a_core_that_needs_it() -> None:
    site = lacking(load_site(SITE), "libcom32.c32")
    [found] = said("default", "DEFAULT", "DEFAULT", site=site)
    assert found.endswith(
        "error: srv/tftp/libcom32.c32 is not there, and vesamenu.c32 does not run without it"
    )
    assert said("default", "DEFAULT", "DEFAULT", site=lacking(site, "ldlinux.c32")) == []
