"""A site that lacks something, or does not fit together, is refused before a lab starts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.services.registry import check_site, load_site
from harness.site import Site

Edit = Callable[[str, str], int]


def refusal(site: Site) -> str:
    """Give the message that checking the site ends with."""
    with pytest.raises(SiteError) as caught:
        check_site(site)
    return str(caught.value)


def test_the_reference_site_is_complete(site: Site) -> None:
    check_site(site)


DHCPD_SETTINGS = "etc/default/isc-dhcp-server"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (
            "etc/dhcp/dhcpd.conf",
            "dhcpd4 needs this file, which etc/default/isc-dhcp-server:3 names",
        ),
        (
            "etc/dhcp/dhcpd6.conf",
            "dhcpd6 needs this file, which etc/default/isc-dhcp-server:4 names",
        ),
        ("etc/radvd.conf", "radvd needs this file, and it is not there"),
        ("etc/default/tftpd-hpa", "tftpd needs this file, and it is not there"),
        ("etc/nginx/nginx.conf", "nginx needs this file, and it is not there"),
        ("etc/dnsmasq.conf", "dnsmasq needs this file, and it is not there"),
        ("etc/exports", "nfs needs this file, and it is not there"),
        ("srv/tftp/script.ipxe", "machines need this boot script, and it is not there"),
    ],
)
def test_a_missing_file_is_named_with_who_needs_it(
    path: str, why: str, site: Site, site_dir: Path
) -> None:
    (site_dir / path).unlink()
    assert refusal(site).startswith(f"{site_dir}/{path}: {why}")


def test_a_file_that_a_change_takes_away_is_missing_too(site: Site) -> None:
    assert "radvd needs this file" in refusal(site.without("etc/radvd.conf"))


def test_a_daemon_that_is_not_run_needs_no_file(site: Site) -> None:
    check_site(site.without("etc/radvd.conf").without_daemons("radvd"))


def test_the_configuration_is_looked_for_where_the_settings_say(site: Site) -> None:
    moved = site.replaced("etc/default/isc-dhcp-server", "/etc/dhcp/dhcpd6.conf", "/etc/six.conf")
    assert "etc/six.conf: dhcpd6 needs this file" in refusal(moved)
    check_site(moved.with_file("etc/six.conf", "").without("etc/dhcp/dhcpd6.conf"))


def test_a_part_of_debians_nginx_configuration_is_enough(site: Site, site_dir: Path) -> None:
    (site_dir / "etc/nginx/nginx.conf").unlink()
    available, enabled = (site_dir / "etc/nginx" / f"sites-{word}" for word in ("a", "enabled"))
    available.mkdir()
    (available / "boot").touch()
    enabled.mkdir()
    (enabled / "boot").symlink_to("/etc/nginx/sites-a/boot")
    check_site(site)


def test_a_default_that_no_menu_has(site_dir: Path, edit: Edit) -> None:
    line = edit('default = "showmax"', 'default = "showmx"')
    message = refusal(load_site(site_dir))
    assert message.startswith(
        f"{site_dir}/site.toml:{line}: the default 'showmx' is not an entry of"
    )
    assert "did you mean 'showmax'? allowed here: showmax, sysrescd, grml" in message


def test_a_default_that_only_one_menu_has(site_dir: Path, edit: Edit) -> None:
    edit('default = "showmax"', 'default = "efishell"')
    assert "'efishell' is not an entry of the bios menu" in refusal(load_site(site_dir))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('initrd = "grml/initrd.grml.img"', "", "what boots a payload needs initrd"),
        ('kernel = "efishell/efishell.efi"', "", "what boots a shell needs kernel"),
        ('boots = "config"', 'boots = "config"\nkernel = "x"', "what boots a config has no kernel"),
        ('boots = "config"', 'boots = "config"\ncmdline = ["x"]', "only a payload can tell its"),
        ('boots = "config"', 'boots = "config"\nkernel_ia32 = "x"', "a config has no kernel_ia32"),
        ('kernel_ia32 = "efishell/', 'kernel_ia32 = "x/', "srv/tftp/x/efishell32.efi is not there"),
        ('"grub/ia32.efi"', '"/no/ipxe32.efi"', "there is no file /no/ipxe32.efi on this machine"),
        ('bios = "undionly.kpxe"', 'bios = "undi.kpxe"', "srv/tftp/undi.kpxe is not there, and"),
        ('kernel = "efishell/', 'kernel = "shell/', "srv/tftp/shell/efishell.efi is not there"),
        ('interface = "eth0"', 'interface = "enx525400123456789"', "is too long for an interface"),
        (
            'ipv4 = "192.0.2.1/24"',
            'ipv4 = "192.0.2.0/24"',
            "192.0.2.0/24 is not an address of",
        ),
        (
            'ipv4 = "192.0.2.1/24"',
            'ipv4 = "127.0.0.1/8"',
            "127.0.0.1/8 is not an address of",
        ),
        (
            'ipv6 = "2001:db8::1/64"',
            'ipv6 = "ff02::1/64"',
            "ff02::1/64 is not an address of",
        ),
        ('ipv6 = "2001:db8::1/64"', "", "dhcpd6 needs an address: ipv6 is missing"),
    ],
)
def test_what_does_not_fit_is_named(
    old: str, new: str, what: str, site_dir: Path, edit: Edit
) -> None:
    edit(old, new)
    message = refusal(load_site(site_dir))
    assert message.startswith(f"{site_dir}/site.toml:")
    assert what in message


@pytest.mark.parametrize(
    ("target", "beyond"),
    [
        ("/opt/boot/ipxe.efi", ": a daemon that is shut up in /srv/tftp would not see it"),
        ("../../opt/ipxe.efi", ": a daemon that is shut up in /srv/tftp would not see it"),
        ("loaders/ipxe.efi", ""),
    ],
)
def test_a_file_that_is_a_link_to_nothing(
    target: str, beyond: str, site_dir: Path, edit: Edit
) -> None:
    edit('"srv/tftp/ipxe.efi" = ', '"srv/tftp/other.efi" = ')
    (site_dir / "srv/tftp/ipxe.efi").symlink_to(target)
    message = refusal(load_site(site_dir))
    assert f"srv/tftp/ipxe.efi is a link to {target}, which is not there{beyond}\n" in message


def test_a_server_without_any_address(site_dir: Path) -> None:
    (site_dir / "site.toml").write_text('daemons = ["tftpd"]')  # its files name no network
    assert "the server has no address" in refusal(load_site(site_dir))


@pytest.mark.parametrize(
    ("path", "old", "what"),
    [
        ("etc/default/isc-dhcp-server", 'INTERFACESv4="eth0"', "7: dhcpd4 serves eth1"),
        ("etc/default/isc-dhcp-server", 'INTERFACESv6="eth0"', "8: dhcpd6 serves eth1"),
        ("etc/radvd.conf", "interface eth0", "3: radvd serves eth1"),
    ],
)
def test_a_daemon_on_another_interface(path: str, old: str, what: str, site: Site) -> None:
    message = refusal(site.replaced(path, old, old.replace("eth0", "eth1")))
    assert f"{path}:{what}, but the server's interface is eth0" in message


def test_another_web_server_needs_its_own_files(site: Site) -> None:
    other = site.with_daemon("lighttpd", instead_of="nginx")
    assert "etc/lighttpd/lighttpd.conf: lighttpd needs this file" in refusal(other)
    check_site(other.with_file("etc/lighttpd/conf-enabled/20-boot.conf", ""))


def test_one_daemon_that_cannot_read_is_named_alone(site: Site, site_dir: Path) -> None:
    (site_dir / "srv/tftp/script.ipxe").chmod(0o600)
    message = refusal(site.without_daemons("tftpd"))
    assert "nginx drops its privileges and cannot read this" in message


@pytest.mark.parametrize(("path", "mode"), [("script.ipxe", 0o600), (".", 0o750)])
def test_data_that_an_unprivileged_daemon_cannot_read(
    path: str, mode: int, site: Site, site_dir: Path
) -> None:
    root = site_dir / "srv/tftp"
    (root / path).chmod(mode)
    message = refusal(site)
    assert "tftpd and nginx drop their privileges and cannot read this" in message
    assert f"cure: chmod -R a+rX {root}" in message


def test_an_absent_file_that_is_there(site: Site) -> None:
    lacking = replace(site, absent={"srv/tftp/own.efi": "the operator's own"})
    check_site(lacking)
    assert "is there, though it is said to be absent" in refusal(
        lacking.with_file("srv/tftp/own.efi", b"MZ")
    )


def test_settings_that_only_a_shell_understands_name_their_line(site: Site) -> None:
    changed = site.replaced("etc/default/isc-dhcp-server", '"eth0"', "$(ls)", count=2)
    assert "isc-dhcp-server:7: '$(ls)' means something only" in refusal(changed)


def test_an_operator_s_image_must_be_there(site: Site, tmp_path: Path) -> None:
    entry = replace(site.menu.entries["grml"], image=str(tmp_path))
    entries = {**site.menu.entries, "grml": entry}
    changed = replace(site, menu=replace(site.menu, entries=entries))
    assert f"there is no {tmp_path}/vmlinuz.grml on this machine" in refusal(changed)
    for name in ("vmlinuz.grml", "initrd.grml.img"):
        (tmp_path / name).touch()
    check_site(changed)


def test_a_stand_in_needs_its_directory(site: Site) -> None:
    hosts = {"mirror.example": "payload", "boot.example": "srv/elsewhere"}
    said = refusal(replace(site, outside=hosts))
    assert "there is no directory srv/elsewhere to stand in for boot.example" in said
    assert "mirror.example" not in said
