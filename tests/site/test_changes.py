"""Changes give a new site; an edit that has lost its place in a file is refused."""

from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.model import Family
from harness.site import Site

CONF = "etc/dhcp/dhcpd.conf"


def test_an_edit_changes_the_new_site_only(site: Site, site_dir: Path) -> None:
    changed = site.replaced(CONF, "default-lease-time 600;", "default-lease-time 60;")
    assert "default-lease-time 60;" in changed.read(CONF)
    assert "default-lease-time 600;" in site.read(CONF)
    assert "default-lease-time 600;" in (site_dir / CONF).read_text()


def test_edits_add_up(site: Site) -> None:
    changed = site.replaced(CONF, "max-lease-time 7200;", "").replaced(CONF, "600;", "60;")
    assert "max-lease-time" not in changed.read(CONF)
    assert "default-lease-time 60;" in changed.read(CONF)


@pytest.mark.parametrize(("old", "found"), [("no such text", 0), ("max-lease-time", 1)])
def test_an_edit_without_its_places_is_refused(site: Site, old: str, found: int) -> None:
    with pytest.raises(SiteError, match=rf"dhcpd\.conf: '{old}' is there {found} times, not 2"):
        site.replaced(CONF, old, "x", count=2)


def test_an_edit_with_two_places_is_refused(site: Site) -> None:
    twice = site.with_file("etc/twice", "a b a")
    with pytest.raises(SiteError, match=r"etc/twice: 'a' is there 2 times, not 1") as caught:
        twice.replaced("etc/twice", "a", "c")
    assert "count=" in caught.value.cure


def test_an_edit_of_nothing_is_refused(site: Site) -> None:
    with pytest.raises(SiteError, match="'' is there"):
        site.replaced(CONF, "", "x")


def test_an_edit_of_several_places_says_how_many(site: Site) -> None:
    count = site.read(CONF).count("HTTPClient")
    assert "HTTPClient" not in site.replaced(CONF, "HTTPClient", "X", count=count).read(CONF)


def test_a_leading_slash_means_the_same_file(site: Site) -> None:
    changed = site.with_file("/srv/tftp/./new", "text")
    assert changed.changes == {"srv/tftp/new": b"text"}
    assert changed.read("srv/tftp/new") == "text"


def test_what_the_harness_lays_in_to_be_booted_can_be_taken_away_once(site: Site) -> None:
    kernel = "srv/tftp/grml/vmlinuz.grml"
    changed = site.without(kernel)
    assert changed.changes == {kernel: None}
    with pytest.raises(SiteError, match="no such file to take away"):
        changed.without(kernel)


def test_a_file_taken_away_is_gone(site: Site) -> None:
    changed = site.without(CONF)
    assert not changed.has(CONF)
    assert site.has(CONF)
    with pytest.raises(SiteError, match="a change has taken this file away"):
        changed.read(CONF)


def test_a_supplied_file_can_be_taken_away(site: Site) -> None:
    assert site.provides("srv/tftp/ipxe.efi")
    assert not site.without("srv/tftp/ipxe.efi").provides("srv/tftp/ipxe.efi")


def test_a_file_that_is_not_there_cannot_be_taken_away(site: Site) -> None:
    with pytest.raises(SiteError, match="no such file to take away"):
        site.without("srv/tftp/nothing")


def test_reading_what_is_not_there(site: Site) -> None:
    with pytest.raises(SiteError, match=r"etc/nothing: this file is not there"):
        site.read("etc/nothing")


def test_a_daemon_can_be_left_out_but_not_twice(site: Site) -> None:
    left = site.without_daemons("dhcpd4")
    assert left.daemons == ("dhcpd6", "radvd", "tftpd", "nginx", "dnsmasq", "nfs")
    with pytest.raises(SiteError, match="it runs no dhcpd4 to do without"):
        left.without_daemons("dhcpd4")


def test_a_machines_own_script_has_its_address_in_small_letters(site: Site) -> None:
    path = site.machine_script_path("52:54:00:AB:CD:EF")
    assert path == "srv/tftp/script.ipxe-52:54:00:ab:cd:ef"


def test_an_absolute_link_points_into_the_site(site: Site, site_dir: Path) -> None:
    (site_dir / "etc/link").symlink_to(f"/{CONF}")
    assert site.read("etc/link") == site.read(CONF)


@pytest.mark.parametrize("target", ["/etc/hostname", "../../../../../../etc/hostname", "link"])
def test_a_link_never_leads_out_of_the_site(target: str, site: Site, site_dir: Path) -> None:
    (site_dir / "etc/link").symlink_to(target)
    assert not site.has("etc/link")


def test_a_directory_that_may_not_be_entered_is_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_symlink", deny)
    with pytest.raises(SiteError, match=r"dhcpd\.conf: this cannot be reached: Permission denied"):
        site.read(CONF)


def test_another_loader_is_handed_out_wherever_the_old_one_was(site: Site) -> None:
    changed = site.with_loader("ipxe.efi", "snponly.efi", asset="ipxe/snponly.efi")
    assert {"snponly.efi"} == {changed.loaders[kind] for kind in ("x64-tftp", "x64-http")}
    for path in ("etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf"):
        assert "/ipxe.efi" not in changed.read(path)
        assert "snponly.efi" in changed.read(path)
        assert changed.read(path).count("ipxe32.efi") == site.read(path).count("ipxe32.efi")
    assert changed.supply["srv/tftp/snponly.efi"] == "ipxe/snponly.efi"


def test_another_loader_is_handed_out_by_a_configuration_in_another_place(site: Site) -> None:
    moved = site.replaced("etc/default/isc-dhcp-server", f"/{CONF}", "/etc/four.conf")
    moved = moved.with_file("etc/four.conf", site.read(CONF)).without(CONF)
    changed = moved.with_loader("undionly.kpxe", "ipxe.pxe", asset="ipxe/ipxe.pxe")
    assert "undionly.kpxe" not in changed.read("etc/four.conf")
    assert "ipxe.pxe" in changed.read("etc/four.conf")


def test_a_loader_that_nobody_is_handed_is_not_replaced(site: Site) -> None:
    with pytest.raises(SiteError, match=r"\[loaders\] names no grub\.efi"):
        site.with_loader("grub.efi", "snponly.efi", asset="ipxe/snponly.efi")


def test_a_loader_that_dhcp_does_not_name_is_not_replaced(site: Site) -> None:
    silent = site.without("etc/dhcp/dhcpd6.conf").with_file(CONF, "authoritative;\n")
    with pytest.raises(SiteError, match=r"no DHCP server names undionly\.kpxe"):
        silent.with_loader("undionly.kpxe", "ipxe.pxe", asset="ipxe/ipxe.pxe")


def test_another_daemon_takes_the_place_of_one(site: Site) -> None:
    changed = site.with_daemon("lighttpd", instead_of="nginx")
    assert changed.daemons.index("lighttpd") == site.daemons.index("nginx")
    assert "nginx" not in changed.daemons


def test_a_daemon_that_nobody_knows_takes_no_place(site: Site) -> None:
    with pytest.raises(SiteError, match="there is no daemon httpd"):
        site.with_daemon("httpd", instead_of="nginx")


def test_a_file_that_is_shut_is_there(site: Site) -> None:
    shut = site.with_unreadable(f"/{CONF}")
    assert shut.has(CONF)
    assert shut.unreadable == {CONF}
    assert site.unreadable == frozenset()


def test_a_supplied_file_can_be_shut(site: Site) -> None:
    path = next(iter(site.supply))
    assert site.with_unreadable(path).provides(path)


def test_what_is_not_there_cannot_be_shut(site: Site) -> None:
    with pytest.raises(SiteError, match="there is no such file to shut"):
        site.with_unreadable("srv/tftp/nothing")


def test_a_network_of_one_family(site: Site) -> None:
    alone = site.only(Family.IPV6)
    assert alone.server.families == (Family.IPV6,)
    assert set(site.daemons) - set(alone.daemons) == {"dhcpd4"}
    assert set(site.daemons) - set(site.only(Family.IPV4).daemons) == {"dhcpd6", "radvd"}
    assert site.server.families == tuple(Family)
    assert alone.only(Family.IPV6) == alone
    with pytest.raises(SiteError, match="its server has no ipv4 address"):
        alone.only(Family.IPV4)


def test_what_is_supplied_besides_is_there(site: Site) -> None:
    supplied = site.with_supply("/srv/tftp/system.tar.zst", "debian/system.tar.zst")
    assert supplied.provides("srv/tftp/system.tar.zst")
    assert not site.provides("srv/tftp/system.tar.zst")
