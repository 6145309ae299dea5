"""docs/your-site.md shows what is really printed and written."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.cli import main

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "your-site.md").read_text()
BLOCKS = [text for _, text in re.findall(r"```(\w*)\n(.*?)```", DOCS, re.DOTALL)]
NETPLAN = """\
network:
  version: 2
  ethernets:
    eth0:
      dhcp4: true
    eth1:
      addresses:
        - 172.28.4.9/22
"""


def server(place: Path) -> Path:
    """Make the tar of the boot server that the page is about."""
    shutil.copytree(ROOT / "fixtures/sites/cluster", place)
    (place / "etc/hostname").write_text("helper.k8s.example\n")
    (place / "etc/netplan").mkdir()
    (place / "etc/netplan/01-boot.yaml").write_text(NETPLAN)
    (place / "srv/tftp/coreos").mkdir()
    for name, head, size in (
        ("vmlinuz", b"\0" * 0x202 + b"HdrS", 13_400_000),
        ("initrd.img", b"\x1f\x8b\x08\0", 91_000_000),
    ):
        with (place / "srv/tftp/coreos" / name).open("wb") as file:
            file.write(head)
            file.truncate(size)
    packed = place.with_suffix(".tar")
    subprocess.run(["tar", "-C", place, "-cSf", packed, "etc", "srv"], check=True)
    return packed


def test_the_page_shows_what_is_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    server(tmp_path / "boot1")
    assert main(["init", "mysite", "--from", "boot1.tar"]) == 0
    assert capsys.readouterr().out == BLOCKS[0]
    assert (tmp_path / "mysite/site.toml").read_text() == BLOCKS[1]
    assert main(["check", "mysite"]) == 0
    assert capsys.readouterr().out == BLOCKS[2]
    for path, old, new in (
        ("etc/dhcp/dhcpd.conf", "node.ipxe", "nodes.ipxe"),
        ("etc/dhcp/nodes.conf", "172.28.4.12", "control2.k8s.example"),
    ):
        file = tmp_path / "mysite" / path
        file.write_text(file.read_text().replace(old, new))
    assert main(["check", "mysite"]) == 1
    assert capsys.readouterr().out == BLOCKS[3]
