"""What PXELINUX's prompt knows, and which files its configuration names."""

import pytest

from harness.loaders.pxelinux.named_files import named_files
from harness.loaders.pxelinux.prompt import Configuration, in_force
from harness.loaders.script import ANY, Script, Use

MAIN = """
DEFAULT disk
PROMPT 1
TIMEOUT 75
LABEL disk
  LOCALBOOT 0
LABEL rescue
  MENU HIDE
  KERNEL linux
  TEXT HELP
  LABEL this is no label
  KERNEL nor is this a kernel
  ENDTEXT
include pxelinux.cfg/more.cfg
LABEL disk
"""
MORE = Script("/pxelinux.cfg/more.cfg", "LABEL memory\n  LINUX memtest\n")
SHOWN = Script("/pxelinux.cfg/menu.cfg", "LABEL burn\n  LINUX burnin\n")
OTHER = Script("/pxelinux.cfg/other.cfg", "LABEL other\n  LINUX other\n")


def script(text: str, name: str = "/pxelinux.cfg/default") -> Script:
    return Script(name, text)


def test_its_labels_are_those_of_all_that_it_includes_in_their_order() -> None:
    known = Configuration.read(script(MAIN), [MORE])
    assert [*known.labels] == ["disk", "rescue", "memory"]
    assert known.labels["disk"].number == 5
    assert (known.default, known.waits_s, known.takes_files) == ("disk", 7.5, True)


@pytest.mark.parametrize(
    ("line", "default"),
    [("ONTIMEOUT rescue quiet", "rescue"), ("DEFAULT menu.c32", ""), ("TIMEOUT 0", "disk")],
)
def test_what_it_starts_by_itself_is_a_label_or_nothing(line: str, default: str) -> None:
    assert Configuration.read(script(f"{MAIN}{line}\n"), []).default == default


@pytest.mark.parametrize(
    ("line", "shown"),
    [("", True), ("PROMPT 0", False), ("NOESCAPE 1", False), ("UI menu.c32", False)],
)
def test_a_prompt_is_not_always_shown(line: str, *, shown: bool) -> None:
    assert Configuration.read(script(f"{MAIN}{line}\n"), []).has_prompt is shown
    without = script("LABEL a\n  LINUX a\n")
    assert Configuration.read(without, []).has_prompt, "nothing says what to start"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("LABEL m\n  KERNEL menu.c32\n  APPEND pxelinux.cfg/menu.cfg", "disk"),
        ("LABEL m\n  CONFIG pxelinux.cfg/menu.cfg", "burn"),
    ],
)
def test_what_a_menu_shows_is_no_prompt_s(line: str, label: str) -> None:
    known = in_force([script(f"{MAIN}{line}\n"), MORE, SHOWN])
    assert known is not None
    assert next(iter(known.labels)) == label
    assert in_force([]) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "UI vesamenu.c32 a.cfg ~ b.cfg",
            [(Use.MODULE, "/vesamenu.c32"), *[(Use.SCRIPT, name) for name in ("/a.cfg", "/b.cfg")]],
        ),
        ("DEFAULT menu.c32 a.cfg", [(Use.MODULE, "/menu.c32"), (Use.SCRIPT, "/a.cfg")]),
        ("DEFAULT linux", []),
        (
            "LABEL a\nCOM32 menu.c32\nAPPEND a.cfg",
            [(Use.MODULE, "/menu.c32"), (Use.SCRIPT, "/a.cfg")],
        ),
        ("LABEL a\nKERNEL chain.c32\nAPPEND hd0 0", [(Use.MODULE, "/chain.c32")]),
        ("LABEL a\nKERNEL menu.c32\nLABEL b\nAPPEND b.cfg", [(Use.MODULE, "/menu.c32")]),
        ("LABEL a\nCONFIG a.cfg", [(Use.SCRIPT, "/a.cfg")]),
        ("LABEL a\nLOCALBOOT 0", []),
        ("LABEL a\nLINUX a\nFDTDIR dtb", [(Use.KERNEL, "/a")]),
        (
            "DISPLAY a.msg\nF1 b.msg\nMENU BACKGROUND c.png\nMENU BACKGROUND #fff",
            [(Use.ASIDE, name) for name in ("/a.msg", "/b.msg", "/c.png")],
        ),
        (
            "LABEL a\nLINUX a\nTEXT HELP\nKERNEL b\nENDTEXT\nINITRD c,d",
            [(Use.KERNEL, "/a"), (Use.INITRD, "/c"), (Use.INITRD, "/d")],
        ),
    ],
)
def test_its_lines_name_files(text: str, named: list[tuple[Use, str]]) -> None:
    found = list(named_files([script(f"{text}\n")]))
    assert [(each.use, each.names[0]) for each in found] == named


def test_a_module_is_looked_for_along_the_path() -> None:
    [file] = named_files([script("PATH lib modules/\nUI menu.c32\n", "/a/pxelinux.cfg/default")])
    assert [name for name in file.names if name.startswith("/a/")] == [
        *("/a/menu.c32", "/a/lib/menu.c32", "/a/modules/menu.c32")
    ]


def test_names_begin_where_those_of_the_configuration_do_that_leads_there() -> None:
    led = Script("/a/screens/menu.cfg", "LABEL x\n  LINUX x\n")
    main = script("INCLUDE screens/menu.cfg\n", "/a/pxelinux.cfg/default")
    assert [each.names[0] for each in named_files([led, main]) if each.use is Use.KERNEL] == [
        "/a/x"
    ]
    assert [each.names[0] for each in named_files([led])] == [f"{ANY}/x"]
