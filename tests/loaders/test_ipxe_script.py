"""A script is read as iPXE reads it."""

from harness.loaders.ipxe.script import IpxeScript


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
