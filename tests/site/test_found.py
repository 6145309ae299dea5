"""What a site's own files say of its server is not asked for again."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.services.registry import SITE_DAEMONS, load_site
from harness.site.files import Tree
from harness.site.found import find_server
from harness.site.host_network import addresses

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
DHCPD = """
subnet 10.3.0.0 netmask 255.255.0.0 {
  range 10.3.1.1 10.3.1.9;
  option routers 10.3.0.1;
  next-server 10.3.0.7;
}
subnet 192.168.5.0 netmask 255.255.255.0 { }
"""


def tree(place: Path, files: Mapping[str, str]) -> Path:
    """Write a site whose `site.toml` says nothing, with these files."""
    for path, text in {"site.toml": "", **files}.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    return place


@pytest.mark.parametrize("site", sorted(each.name for each in SITES.iterdir() if each.is_dir()))
def test_what_people_wrote_into_site_toml_stands_in_their_files(site: str, tmp_path: Path) -> None:
    told = load_site(SITES / site)
    copy = shutil.copytree(SITES / site, tmp_path / site, symlinks=True)
    (copy / "site.toml").write_text("")
    found = load_site(copy)
    assert set(found.daemons) == set(told.daemons)
    assert found.server.interface == told.server.interface
    assert (found.server.ipv4, found.server.ipv6) == (told.server.ipv4, told.server.ipv6)


def test_the_servers_own_network_settings_come_first(tmp_path: Path) -> None:
    interfaces = "auto eno1\niface eno1 inet static\n  address 10.3.0.9/16\n"
    files = {"etc/dhcp/dhcpd.conf": DHCPD, "etc/network/interfaces": interfaces}
    server = load_site(tree(tmp_path, files)).server
    assert (server.interface, str(server.ipv4)) == ("eno1", "10.3.0.9/16")


def test_without_them_boot_files_tell_where_they_come_from(tmp_path: Path) -> None:
    server = load_site(tree(tmp_path, {"etc/dhcp/dhcpd.conf": DHCPD})).server
    assert (server.interface, str(server.ipv4)) == ("eth0", "10.3.0.7/16")


def test_of_several_interfaces_the_first_is_a_guess(tmp_path: Path) -> None:
    settings = 'INTERFACESv4="eth1 eth2"'
    place = tree(tmp_path, {"etc/dhcp/dhcpd.conf": DHCPD, "etc/default/isc-dhcp-server": settings})
    said = [*SITE_DAEMONS[0].says(Tree(dir=place))]
    found = find_server(Tree(dir=place), said).interface
    assert (found.text, found.guess) == ("eth1", "the first of eth1, eth2")


def test_old_comments_need_not_be_utf8(tmp_path: Path) -> None:
    place = tree(tmp_path, {"etc/dhcp/dhcpd.conf": DHCPD})
    (place / "etc/dhcp/dhcpd.conf").write_bytes(f"# für alle\n{DHCPD}".encode("latin-1"))
    assert load_site(place).daemons == ("dhcpd4",)


def test_a_tree_that_serves_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="set up no daemon that the harness knows"):
        load_site(tree(tmp_path, {"etc/dhcp/dhcpd.conf": "authoritative;"}))


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (
            "etc/network/interfaces",
            "iface br0 inet static\naddress 10.3.0.7\nnetmask 255.255.0.0",
            2,
        ),
        ("etc/network/interfaces.d/boot", "iface br0 inet static\n  address 10.3.0.7/16\n", 2),
        (
            "etc/netplan/01.yaml",
            "network:\n  bridges:\n    br0:\n      addresses:\n      - 10.3.0.7/16\n",
            5,
        ),
        ("etc/netplan/01.yaml", "network: {bridges: {br0: {addresses: [10.3.0.7/16]}}}\n", 1),
        ("etc/systemd/network/a.network", "[Match]\nName=br0\n[Network]\nAddress=10.3.0.7/16\n", 4),
        (
            "etc/NetworkManager/system-connections/a.nmconnection",
            "[connection]\ninterface-name=br0\n[ipv4]\naddress1=10.3.0.7/16,10.3.0.1\n",
            4,
        ),
        (
            "etc/sysconfig/network-scripts/ifcfg-br0",
            'DEVICE="br0"\nIPADDR=10.3.0.7\nNETMASK=255.255.0.0\n',
            2,
        ),
        ("etc/sysconfig/network/ifcfg-br0", "PREFIXLEN_1='16'\nIPADDR_1='10.3.0.7'\n", 2),
    ],
)
def test_an_address_is_read_wherever_a_distribution_sets_it(
    path: str, text: str, line: int, tmp_path: Path
) -> None:
    source = "source /etc/network/interfaces.d/*\n"
    place = tree(tmp_path, {"etc/network/interfaces": source, path: text})
    (found,) = addresses(Tree(dir=place))
    assert (found.interface, str(found.address)) == ("br0", "10.3.0.7/16")
    assert (found.path, found.line) == (path, line)
