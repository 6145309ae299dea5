"""dnsmasq's lines are read as dnsmasq reads them (`read_file` in its option.c)."""

from pathlib import Path

import pytest

from harness.services.configuration.dnsmasq import options, says
from harness.site.files import Tree
from harness.site.said import Topic


def read(place: Path, text: str) -> Tree:
    (place / "etc").mkdir()
    (place / "etc/dnsmasq.conf").write_text(text)
    return Tree(dir=place)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("dhcp-boot=tag:a,ipxe.efi", ("tag:a", "ipxe.efi")),
        ('dhcp-boot=tag:a,"http://10.0.0.1/a.efi"', ("tag:a", "http://10.0.0.1/a.efi")),
        ('pxe-service=x86PC,"Boot, #1", "a.0"  # so', ("x86PC", "Boot, #1", "a.0")),
        ("dhcp-boot=a#1 # so", ("a#1",)),
        ("dhcp-boot=a\t#so", ("a",)),
    ],
)
def test_quotation_marks_hide_what_is_between_them(
    line: str, fields: tuple[str, ...], tmp_path: Path
) -> None:
    (option,) = options(read(tmp_path, f"#one\n  # two\n{line}\n"))
    assert option.fields == fields


def test_what_is_quoted_is_said_without(tmp_path: Path) -> None:
    text = 'dhcp-boot="ipxe.efi"\ntftp-root="/srv/tftp"\nconf-file="/etc/dnsmasq.more"\n'
    tree = read(tmp_path, text)
    (tmp_path / "etc/dnsmasq.more").write_text('dhcp-option=option:router,"10.0.0.9"\n')
    said = {each.topic: each.text for each in says(tree)}
    assert said[Topic.BOOT_FILE] == "ipxe.efi"
    assert said[Topic.ROOT] == "/srv/tftp"
    assert said[Topic.ROUTER] == "10.0.0.9"
