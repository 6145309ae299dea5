"""A script is read as iPXE reads it."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.loaders import loader
from harness.loaders.ipxe.named_files import unfetched_initrds
from harness.loaders.ipxe.script import IpxeScript
from harness.loaders.ipxe.variables import lost_gotos, unset
from tests.judge.recorded import showmax


@pytest.mark.parametrize(
    ("file", "head", "is_one"),
    [
        ("boot.php", b"#!ipxe\n", True),
        ("boot.ipxe", b"\xef\xbb\xbf#!ipxe\n", True),
        ("boot.ipxe", b"#ipxe\n", True),
        ("boot.php", b"#ipxe\n", False),
        ("boot.ipxe", b"MZ\0", False),
    ],
)
def test_a_script_that_has_lost_its_first_word_is_known_by_its_name(
    file: str, head: bytes, *, is_one: bool
) -> None:
    assert loader("ipxe").is_script(file, head) is is_one


def test_the_forms_of_an_item() -> None:
    script = IpxeScript(
        "x",
        "#!ipxe\nitem a A\nitem --key b bee B\nitem --gap -- Gap\nitem --default c\n"
        "  item -m other -k d dee D\n",
    )
    assert set(script.items) == {"a", "bee", "c", "dee"}


def test_a_line_that_goes_on() -> None:
    script = IpxeScript("x", "#!ipxe\nkernel a \\\n  b\nboot\n")
    assert script.lines == {
        2: "kernel a   b",
        4: "boot",
    }


def test_a_remark_ends_the_commands_of_its_line() -> None:
    """As iPXE's own parser has it: a word that begins so, wherever it stands."""
    text = "#!ipxe\n  # one\nset a 1  # two && reboot\nchain x##params\nitem b Number #2\necho;\n"
    script = IpxeScript("x", text)
    assert dict(script.lines) == {
        3: "set a 1",
        4: "chain x##params",
        5: "item b Number",
        6: "echo;",
    }
    several = IpxeScript("x", "#!ipxe\nimgfree ; chain y || shell # z\n")
    assert [words.strip() for _, words in several.commands()] == ["imgfree", "chain y", "shell"]


def test_a_variable_that_nothing_sets(tmp_path: Path) -> None:
    """A setting of iPXE's is none, nor what another script sets, or asks for itself."""
    texts = {
        "a.ipxe": "#!ipxe\nset job x\nisset ${room} || set door 1\nchain b.ipxe\n",
        "b.ipxe": "#!ipxe\necho ${job} ${room} ${net0/mac} ${uuid:hexraw} ${66}\ngoto ${jobs}\n",
    }
    site = replace(showmax(), dir=tmp_path)
    for name, text in texts.items():
        site = site.with_file(name, text)
    assert list(unset(IpxeScript(*each) for each in texts.items())) == [
        (
            "b.ipxe",
            3,
            "nothing sets 'jobs', which iPXE does not have either; 'job' is set (a.ipxe:2)",
        )
    ]
    assert list(lost_gotos(site, texts)) == [
        "b.ipxe:3 goes to ${jobs}: nothing sets 'jobs', which iPXE does not have either; "
        "'job' is set (a.ipxe:2); the script ends there"
    ]


@pytest.mark.parametrize(
    ("initrd", "told"),
    [
        ("initrd --name main x/initrd.img", ""),
        ("initrd x/main", ""),
        ("initrd --name mian x/initrd.img", "main"),
        ("initrd ${unknown}", ""),
    ],
)
def test_an_initrd_that_no_line_fetches(initrd: str, told: str) -> None:
    script = IpxeScript("x", f"#!ipxe\nkernel linux initrd=main initrd=initrd.magic\n{initrd}\n")
    said = f"no line fetches an initrd called '{told}', as initrd=main has it"
    said += "; x/initrd.img (x:3) is fetched"
    assert list(unfetched_initrds([script])) == ([("x", 2, said)] if told else [])
