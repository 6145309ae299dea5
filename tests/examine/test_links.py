"""Links that a copy has made files of, and those that it has left behind what they lead to."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from tests.examine.conftest import FIXTURES

LOADER, SCRIPT = "srv/tftp/undionly.kpxe", "srv/tftp/boot.ipxe"
NGINX = "etc/nginx/sites-enabled/boot"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Give a copy of a site that has files of every kind."""
    return shutil.copytree(FIXTURES / "sites/pair", tmp_path / "pair")


def said(directory: Path) -> list[str]:
    return [str(each) for each in findings(load_site(directory))]


@pytest.mark.parametrize(
    ("path", "text", "target"),
    [
        (LOADER, "../../usr/lib/ipxe/undionly.kpxe", "../../usr/lib/ipxe/undionly.kpxe"),
        (LOADER, "/usr/lib/ipxe/undionly.kpxe\n", "/usr/lib/ipxe/undionly.kpxe"),
        (LOADER, "boot.ipxe", "boot.ipxe"),
        (SCRIPT, "../boot/boot.ipxe", "../boot/boot.ipxe"),
        (NGINX, "../sites-available/boot", "../sites-available/boot"),
        ("hosts/dhcp2/srv/own", "/data/own", "/data/own"),
    ],
)
def test_a_file_that_was_a_link(pair: Path, path: str, text: str, target: str) -> None:
    (pair / path).parent.mkdir(exist_ok=True)
    (pair / path).write_text(text)
    begins = f"{path}: warning: it has nothing but '{target}': a link that the copy has made"
    assert [each for each in said(pair) if each.startswith(begins)]


@pytest.mark.parametrize("text", ["word\n", "a/b", "/a b", "10.0.0.1", "boot.ipx", ""])
def test_what_is_no_link(pair: Path, text: str) -> None:
    (pair / "srv/tftp/note").write_text(text)
    assert said(pair) == []


def test_what_one_led_to_is_told_where_it_is_started(pair: Path) -> None:
    (pair / LOADER).write_text("../../usr/lib/ipxe/undionly.kpxe")
    assert any(
        "machines here: it has nothing but '../../usr/lib/ipxe" in each for each in said(pair)
    )


def test_a_link_without_its_target_is_named_where_the_file_is_missed(pair: Path) -> None:
    (pair / SCRIPT).unlink()
    (pair / SCRIPT).symlink_to("../boot/boot.ipxe")
    first = said(pair)[0]
    assert first.startswith(
        "etc/dhcp/dhcpd.conf:27: error: srv/tftp/boot.ipxe, which is handed out"
    )
    assert first.endswith("is a link to ../boot/boot.ipxe, which is not there")


def test_a_root_that_is_a_dead_link(pair: Path) -> None:
    shutil.rmtree(pair / "srv/tftp")
    (pair / "srv/tftp").symlink_to("/data/tftp")
    assert "srv/tftp is a link to /data/tftp, which is not there" in said(pair)[0]


def test_a_dead_link_among_the_servers_files(pair: Path) -> None:
    (pair / NGINX).unlink()
    (pair / NGINX).symlink_to("/etc/nginx/sites-available/boot")
    told = f"{NGINX}: warning: is a link to /etc/nginx/sites-available/boot, which is not there"
    assert told in said(pair)


def test_a_file_that_this_user_may_not_read_is_passed_over(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key, say: whichever daemon needs it says so."""
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "own.key":
            raise PermissionError
        return read(path)

    (pair / "etc/own.key").write_text("/elsewhere")
    assert said(pair) != []
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert said(pair) == []
