"""`[hosts]`: other hosts of a site, with their own files, addresses and daemons."""

import shutil
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.model import Family, Role
from harness.services.registry import check_site, dhcp_servers, load_site, says, served_by
from harness.site import Site
from harness.site.model import SITE_FILE
from harness.site.said import Topic

SITES = Path(__file__).parents[2] / "fixtures" / "sites"


@pytest.fixture
def threefold(tmp_path: Path) -> Path:
    """Give a copy of a site with TFTP on one other host, and HTTP on another."""
    return shutil.copytree(SITES / "threefold", tmp_path / "threefold")


def refusal(directory: Path) -> str:
    with pytest.raises(SiteError) as caught:
        check_site(load_site(directory))
    return str(caught.value)


def told(directory: Path, toml: str) -> str:
    (directory / SITE_FILE).write_text(toml)
    return refusal(directory)


def test_an_empty_table_is_filled_by_the_hosts_own_files(threefold: Path) -> None:
    site = load_site(threefold)
    tftp1, web1 = site.hosts.values()
    assert (tftp1.daemons, web1.daemons) == (("tftpd",), ("nginx",))
    assert tftp1.server.addresses == {"10.40.8.11", "fd00:40:8::11"}
    assert (tftp1.server.hostname, web1.server.interface) == ("tftp1", "eth0")
    assert site.server.addresses == {"10.40.8.2", "fd00:40:8::2"}
    assert site.daemons == ("dhcpd4", "dhcpd6", "radvd")
    assert len({tftp1.mac, web1.mac}) == 2


def test_next_server_of_another_host_is_not_the_boot_servers_address(threefold: Path) -> None:
    for each in (threefold, threefold / "hosts/tftp1", threefold / "hosts/web1"):
        (each / "etc/network/interfaces").unlink()
    (threefold / SITE_FILE).write_text(
        '[hosts.tftp1]\nipv4 = "10.40.8.11/24"\n[hosts.web1]\nipv4 = "10.40.8.12/24"\n'
    )
    assert str(load_site(threefold).server.ipv4) == "10.40.8.2/24"


def test_who_fills_a_role_is_found_with_its_host(threefold: Path) -> None:
    site = load_site(threefold)
    tftp = site.daemon_facts.by_role(Role.TFTP)
    assert tftp is not None
    assert (tftp.name, tftp.called, tftp.host) == ("tftpd@tftp1", "tftpd on tftp1", "tftp1")
    assert tftp.files == ("hosts/tftp1/etc/default/tftpd-hpa",)
    assert site.place_of(Role.TFTP, "ipxe.efi") == "hosts/tftp1/srv/tftp/ipxe.efi"
    script = site.place_of(Role.HTTP, "/boot.ipxe", host="10.40.8.12", port=80)
    assert script == "hosts/web1/srv/www/boot.ipxe"
    assert site.roots == ("hosts/web1/srv/www", "hosts/tftp1/srv/tftp")


def test_of_two_with_one_role_the_one_at_an_address_is_meant(threefold: Path) -> None:
    own = threefold / "etc/default/tftpd-hpa"
    shutil.copy(threefold / "hosts/tftp1/etc/default/tftpd-hpa", own)
    daemons = load_site(threefold).daemon_facts
    there, here = daemons.by_role(Role.TFTP, "10.40.8.11"), daemons.by_role(Role.TFTP, "10.40.8.2")
    assert there is not None
    assert here is not None
    assert (there.name, here.name) == ("tftpd@tftp1", "tftpd")
    assert daemons.by_role(Role.TFTP) is here


def test_what_a_hosts_files_say_has_its_place_in_the_site(threefold: Path) -> None:
    ports = [each.place for each in says(load_site(threefold)) if each.topic is Topic.PORT]
    assert ports[0] == "hosts/web1/etc/nginx/sites-enabled/boot:2"


def test_a_change_below_it_is_the_hosts(threefold: Path) -> None:
    site = load_site(threefold)
    changed = site.with_file("hosts/web1/srv/www/other.ipxe", "#!ipxe\n")
    assert changed.on("web1").read("srv/www/other.ipxe") == "#!ipxe\n"
    assert changed.on("tftp1").changes == {}
    assert not changed.on("web1").without("srv/www/boot.ipxe").has("srv/www/boot.ipxe")


def test_absolute_links_lead_into_the_host(threefold: Path) -> None:
    enabled = threefold / "hosts/web1/etc/nginx/sites-enabled/boot"
    available = threefold / "hosts/web1/etc/nginx/sites-available/boot"
    available.parent.mkdir()
    enabled.rename(available)
    enabled.symlink_to("/etc/nginx/sites-available/boot")
    site = load_site(threefold)
    assert site.has("hosts/web1/etc/nginx/sites-enabled/boot")
    assert "listen 80" in site.read("hosts/web1/etc/nginx/sites-enabled/boot")


def test_without_its_files_it_is_refused(threefold: Path) -> None:
    said = told(threefold, "[hosts.tftp1]\n[hosts.web1]\n[hosts.web2]\n")
    assert "site.toml:3: the files of the host web2 are not there: hosts/web2" in said


def test_an_address_of_another_ones_is_refused(threefold: Path) -> None:
    toml = '[hosts.tftp1]\nipv4 = "10.40.8.2/24"\n[hosts.web1]\n'
    assert "tftp1 has the address 10.40.8.2, as the boot server has" in told(threefold, toml)


def test_another_network_is_refused(threefold: Path) -> None:
    toml = '[hosts.tftp1]\nipv4 = "10.41.0.2/24"\n[hosts.web1]\n'
    assert "10.41.0.2/24 is not in the boot server's network, 10.40.8.0/24" in told(threefold, toml)


def test_what_a_daemon_needs_is_asked_of_its_own_host(threefold: Path) -> None:
    (threefold / "hosts/tftp1/etc/default/tftpd-hpa").unlink()
    said = told(threefold, '[hosts.tftp1]\ndaemons = ["tftpd"]\n[hosts.web1]\n')
    assert "hosts/tftp1/etc/default/tftpd-hpa: tftpd needs this file" in said


def test_nothing_stands_in_for_a_host_of_the_sites_own(threefold: Path) -> None:
    toml = '[hosts.tftp1]\n[hosts.web1]\n[outside]\n"10.40.8.12" = "payload"\n'
    assert "10.40.8.12 is a host of the site's own: nothing stands in" in told(threefold, toml)


def test_a_scenario_can_add_one(site: Site) -> None:
    assert site.server.ipv4 is not None
    added = site.with_host("web1", "nginx", interfaces=(site.server.ipv4,))
    assert added.on("web1").daemons == ("nginx",)
    assert site.hosts == {}


def test_a_daemon_of_a_hosts_is_done_without_by_its_whole_name(threefold: Path) -> None:
    site = load_site(threefold)
    assert site.without_daemons("nginx@web1").hosts["web1"].daemons == ()
    with pytest.raises(SiteError, match="it runs no nginx to do without"):
        site.without_daemons("nginx")


def test_of_one_family_all_hosts_are(threefold: Path) -> None:
    four = load_site(threefold).only(Family.IPV4)
    assert four.addresses == {"10.40.8.2", "10.40.8.11", "10.40.8.12"}


def test_other_dhcp_servers_take_the_place_of_all(threefold: Path) -> None:
    pair = load_site(SITES / "pair")
    assert [each.name for each in dhcp_servers(served_by(pair, ["dnsmasq"]))] == []


def test_one_without_an_address_is_named(threefold: Path) -> None:
    (threefold / "hosts/tftp1/etc/network/interfaces").unlink()
    said = told(threefold, "[hosts.tftp1]\n[hosts.web1]\n")
    assert "site.toml:1: the host tftp1 has no address" in said
