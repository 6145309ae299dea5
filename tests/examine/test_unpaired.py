"""A brace or quotation mark without a partner is found by the layout of a file."""

from pathlib import Path

import pytest

from harness.examine.unpaired import unpaired
from tests.examine.conftest import FIXTURES

DHCPD = (FIXTURES / "showmax/etc/dhcp/dhcpd.conf").read_text()
NGINX = (FIXTURES / "showmax/etc/nginx/nginx.conf").read_text()
GIVEN_OUT = "  option domain-name-servers 192.0.2.1;\n}\n"


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "what"),
    [
        (DHCPD, GIVEN_OUT, GIVEN_OUT.removesuffix("}\n"), 44, "begins in this line is not closed"),
        (
            DHCPD,
            ".1;\n}\n\n# iPXE",
            ".1;\n#}\n\n# iPXE",
            18,
            "hides the brace that closes",
        ),
        # What is a remark as a whole hides nothing.
        (DHCPD, ".1;\n}\n\n# iPXE", ".1;\n# a {\n# }\n# iPXE", 15, "this line is not closed"),
        (NGINX, "text/plain;\n    }", "text/plain;", 33, "begins in this line is not closed"),
        (DHCPD, 'class "pxe" {', 'class "pxe"', 15, "lacks the brace by which it opens a block"),
        (DHCPD, "} else {\n", "}\n", 42, "this brace closes nothing: the last block ended in x:38"),
        (DHCPD, '"ipxe.efi";', '"ipxe.efi;', 34, "opened in this line is not closed"),
        (DHCPD, '"ipxe.efi"', "\u201cipxe.efi\u201d", 34, "\u201c is not a quotation mark here"),
        (DHCPD, "# DHCPv4", "\ufeff# DHCPv4", 1, "begins with a byte order mark"),
    ],
)
def test_the_line_that_is_to_be_changed_is_given(
    text: str, old: str, new: str, line: int, what: str
) -> None:
    assert text.count(old) == 1
    found = unpaired(text.replace(old, new), "x")
    assert found is not None
    assert found[0] == line
    assert what in found[1]


@pytest.mark.parametrize(
    "path",
    sorted(
        each
        for name in ("dhcpd*.conf", "nginx.conf", "radvd.conf")
        for each in FIXTURES.rglob(name)
        if each.is_file()
    ),
    ids=lambda path: "-".join(path.parts[-4:]),
)
def test_nothing_lacks_in_what_daemons_take(path: Path) -> None:
    assert unpaired(path.read_text(), "x") is None


def test_layout_is_no_matter_where_all_have_partners() -> None:
    assert unpaired("a {\n  b {\n c;\n}\n    }\n# }\nd '{'; e \"}\";\n", "x") is None
