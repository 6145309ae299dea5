"""What a site lacks for a boot path is said before anything boots."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.machines import BOOT_PATHS
from harness.pytest_plugin.selection import reasons_against
from harness.services.registry import load_site

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"

Reasons = Callable[[str, str, str], list[str]]


@pytest.fixture
def reasons(tmp_path: Path) -> Reasons:
    """Give a way to ask of the reference site, with one text in its `site.toml` changed."""

    def ask(path: str, old: str, new: str) -> list[str]:
        copy = shutil.copytree(SHOWMAX, tmp_path / "site")
        text = (copy / "site.toml").read_text()
        assert old in text
        (copy / "site.toml").write_text(text.replace(old, new, 1))
        return list(reasons_against(BOOT_PATHS[path], load_site(copy)))

    return ask


@pytest.mark.parametrize("path", [id for id in BOOT_PATHS if not id.startswith("arm64-")])
def test_the_reference_site_has_every_path_of_pcs(path: str) -> None:
    assert reasons_against(BOOT_PATHS[path], load_site(SHOWMAX)) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("x64-http-ipv4", 'x64-http = "ipxe.efi"\n', "", "[loaders] names no x64-http"),
        (
            "ia32-tftp-ipv4",
            "[menu]",
            '[absent]\n"srv/tftp/ipxe32.efi" = "our own"\n[menu]',
            "srv/tftp/ipxe32.efi is said to be absent",
        ),
        ("x64-tftp-ipv6", 'ipv6 = "2001:db8::1/64"\n', "", "the server has no IPv6 address"),
        ("x64-tftp-ipv6", '"dhcpd6", ', "", "no daemon is its DHCPv6 server"),
        ("x64-tftp-ipv6", '"radvd", ', "", "no daemon is its router"),
        ("bios-vendor-rom", '"tftpd", ', "", "no daemon is its TFTP server"),
        ("bios-ipxe-rom", '"nginx", ', "", "no daemon is its web server"),
        ("bios-ipxe-rom", '"dhcpd4", ', "", "no daemon is its DHCPv4 server"),
        ("bios-vendor-rom", 'ipv4 = "192.0.2.1/24"\n', "", "the server has no IPv4 address"),
    ],
)
def test_what_is_missing_is_named(
    reasons: Reasons, path: str, old: str, new: str, said: str
) -> None:
    assert reasons(path, old, new) == [said]


@pytest.mark.parametrize("path", ["x64-tftp-ipv6", "x64-http-ipv4"])
def test_what_other_paths_need_is_not_missed(reasons: Reasons, path: str) -> None:
    assert reasons(path, 'bios = "undionly.kpxe"\n', "") == []
