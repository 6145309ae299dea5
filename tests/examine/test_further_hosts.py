"""What is looked at where a site has other hosts: who is one of its own, and who listens there."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from tests.examine.conftest import FIXTURES, edited


@pytest.fixture
def threefold(tmp_path: Path) -> Path:
    """Give a copy of a site with TFTP on one other host, and HTTP on another."""
    return shutil.copytree(FIXTURES / "sites/threefold", tmp_path / "threefold")


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Give a copy of a site whose two DHCP servers share a pool."""
    return shutil.copytree(FIXTURES / "sites/pair", tmp_path / "pair")


def said(directory: Path, path: str, old: str, new: str) -> list[str]:
    changed, _ = edited(load_site(directory), path, old, new)
    return [str(each) for each in findings(changed)]


@pytest.mark.parametrize("name", ["threefold", "pair"])
def test_a_right_one_has_no_finding(name: str) -> None:
    assert findings(load_site(FIXTURES / "sites" / name)) == ()


def test_nobodys_address_is_told_at_its_line(threefold: Path) -> None:
    found = said(
        threefold, "etc/dhcp/dhcpd.conf", "next-server 10.40.8.11", "next-server 10.40.8.9"
    )
    assert found[0].startswith(
        "etc/dhcp/dhcpd.conf:8: warning: 10.40.8.9 is not a host of the site's, which are "
    )
    assert "[hosts]" in found[0]


def test_a_url_at_a_host_without_web_server_is_an_error(threefold: Path) -> None:
    old, new = "http://10.40.8.12/boot.ipxe", "http://10.40.8.11/boot.ipxe"
    found = said(threefold, "etc/dhcp/dhcpd.conf", old, new)
    assert found[0] == (
        "etc/dhcp/dhcpd.conf:10: error: 'http://10.40.8.11/boot.ipxe': no web server is on "
        "10.40.8.11: nginx on web1 is 10.40.8.12 and fd00:40:8::12"
    )


def test_a_daemon_that_a_hosts_files_set_up_and_its_table_leaves_out(threefold: Path) -> None:
    shutil.copytree(threefold / "hosts/web1/etc/nginx", threefold / "hosts/tftp1/etc/nginx")
    toml = '[hosts.tftp1]\ndaemons = ["tftpd"]'
    found = said(threefold, "site.toml", "[hosts.tftp1]", toml)
    line = (threefold / "site.toml").read_text().splitlines().index('daemons = ["tftpd"]') + 1
    place = "hosts/tftp1/etc/nginx/sites-enabled/boot:2"
    assert f"site.toml:{line}: warning: {place} sets nginx up, and `daemons` leaves it out" in found


FAULTS = {
    "unknown": ('peer "lan"', 'peer "van"', "does not know this relationship: it has van"),
    "port": (
        "  port 647;\n  peer address 10.50.3.2;\n  peer port 647",
        "  port 648;\n  peer address 10.50.3.2;\n  peer port 649",
        "looked for on port 647, and listens on 648",
    ),
    "address": ("  address 10.50.3.3", "  address 10.50.3.4", "listens at 10.50.3.4"),
    "role": ("secondary;", "primary; mclt 600;", "is primary, too"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_peer_that_has_it_otherwise_is_named_at_both_lines(pair: Path, fault: str) -> None:
    old, new, words = FAULTS[fault]
    found = said(pair, "hosts/dhcp2/etc/dhcp/dhcpd.conf", old, new)
    line = 7 if fault == "role" else 6
    own = f"etc/dhcp/dhcpd.conf:{line}: error: failover"
    first = next(each for each in found if each.startswith(own))
    assert words in first
    assert "hosts/dhcp2/etc/dhcp/dhcpd.conf:6" in first


def test_a_pool_that_a_pair_has_otherwise_is_named_at_both_lines(pair: Path) -> None:
    found = said(pair, "hosts/dhcp2/etc/dhcp/dhcpd.conf", "10.50.3.199;", "10.50.3.149;")
    assert found == [
        "etc/dhcp/dhcpd.conf:24: error: failover lan: this server shares 10.50.3.100 10.50.3.199, "
        "its peer 10.50.3.100 10.50.3.149 (hosts/dhcp2/etc/dhcp/dhcpd.conf:22)",
        "hosts/dhcp2/etc/dhcp/dhcpd.conf:22: error: failover lan: this server shares "
        "10.50.3.100 10.50.3.149, its peer 10.50.3.100 10.50.3.199 (etc/dhcp/dhcpd.conf:24)",
    ]


def test_a_pool_that_is_nobodys_share_is_named(pair: Path) -> None:
    place = "hosts/dhcp2/etc/dhcp/dhcpd.conf"
    found = said(pair, place, '    failover peer "lan";\n', "")
    assert found == [
        f"{place}:20: error: failover lan: no pool refers to this relationship: "
        "dhcpd -4 refuses the file"
    ]


def test_a_peer_at_another_address_than_its_own_is_an_error(pair: Path) -> None:
    """Its name is another host's here: it is meant, and not a machine beyond the lab."""
    place = "hosts/dhcp2/etc/dhcp/dhcpd.conf"
    found = said(pair, place, "peer address 10.50.3.2;", "peer address 10.50.3.12;")
    assert found == [
        f"{place}:10: error: failover lan: its peer is looked for at 10.50.3.12, and is 10.50.3.2 "
        "(etc/dhcp/dhcpd.conf:6): they never speak"
    ]


def test_a_peer_that_is_no_host_of_the_sites_is_left_out(pair: Path) -> None:
    second = pair / "hosts/dhcp2/etc/dhcp/dhcpd.conf"
    second.write_text(second.read_text().replace('"lan"', '"van"'))
    found = said(pair, "etc/dhcp/dhcpd.conf", "peer address 10.50.3.3", "peer address 10.50.3.9")
    assert any("the failover peer lan is another machine: a lab leaves it out" in e for e in found)


def test_what_a_second_dhcp_server_is_told_is_read_as_well(pair: Path) -> None:
    path = "hosts/dhcp2/etc/dhcp/dhcpd.conf"
    found = said(pair, path, 'user-class = "iPXE"', 'user-class = "ipxe"')
    line = next(
        n for n, text in enumerate((pair / path).read_text().splitlines(), 1) if '"ipxe"' in text
    )
    assert [each for each in found if each.startswith(f"{path}:{line}: ")]


OF_SECOND = {
    "no-tftp-there": (
        "next-server 10.50.3.2",
        "next-server 10.50.3.3",
        "27: error: 'ipxe.efi': no TFTP server is on 10.50.3.3 (hosts/dhcp2/etc/dhcp/dhcpd.conf:",
    ),
    "none": ("next-server 10.50.3.2;", "", "27: error: 'ipxe.efi' is handed out without a next-"),
    "booting": (
        "authoritative;",
        "deny booting;",
        "1: error: dhcpd -4 on dhcp2 gives nobody an address by `deny booting`",
    ),
    "loader": (
        '"ipxe.efi"',
        '"undionly.kpxe"',
        "27: error: srv/tftp/undionly.kpxe is handed to x64 UEFI machines here: by its name it is",
    ),
    "network": (
        "subnet 10.50.3.0",
        "subnet 10.50.4.0",
        "17: error: dhcp2's address, 10.50.3.3, is not in 10.50.4.0/24, which is served here",
    ),
    "pool": (
        "range 10.50.3.100 10.50.3.199",
        "range 10.50.3.3",
        "22: error: the pool 10.50.3.3 is dhcp2's own address: nobody is given it",
    ),
}


@pytest.mark.parametrize("fault", OF_SECOND)
def test_what_the_second_server_alone_has_amiss(pair: Path, fault: str) -> None:
    path = "hosts/dhcp2/etc/dhcp/dhcpd.conf"
    old, new, words = OF_SECOND[fault]
    assert any(each.startswith(f"{path}:{words}") for each in said(pair, path, old, new))


KEA = """{ "Dhcp4": {
  "interfaces-config": { "interfaces": [ "eth0" ] },
  "client-classes": [
    { "name": "x64", "test": "option[93].hex == 0x0007",
      "next-server": "10.40.8.11", "boot-file-name": "ipxe.efi" } ],
  "subnet4": [ { "subnet": "10.40.8.0/24", "pools": [ { "pool": "10.40.8.100-10.40.8.199" } ],
    "reservations": [ { "hw-address": "52:54:00:00:00:01", "boot-file-name": "ipxe.efi" } ] } ]
} }
"""


@pytest.fixture
def apart(threefold: Path) -> Path:
    """Give the site with DHCP on a host of its own, by Kea."""
    (threefold / "etc/dhcp/dhcpd.conf").unlink()
    for path, text in {
        "etc/kea/kea-dhcp4.conf": KEA,
        "etc/network/interfaces": "iface eth0 inet static\n  address 10.40.8.13/24\n",
    }.items():
        (threefold / "hosts/dhcp1" / path).parent.mkdir(parents=True)
        (threefold / "hosts/dhcp1" / path).write_text(text)
    with (threefold / "site.toml").open("a") as toml:
        toml.write("[hosts.dhcp1]\n")
    return threefold


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '"ipxe.efi" }',
            '"undionly.kpxe" }',
            "5: error: the class x64: hosts/tftp1/srv/tftp/un",
        ),
        ('"ipxe.efi" }', '"ipx.efi" }', "5: error: hosts/tftp1/srv/tftp/ipx.efi, which is handed"),
        ("10.40.8.11", "10.40.8.12", "5: error: 'ipxe.efi': no TFTP server is on 10.40.8.12"),
        (
            "10.40.8.100-10.40.8.199",
            "10.40.8.13/32",
            "6: error: the pool 10.40.8.13 is dhcp1",
        ),
        (
            "hw-address",
            "hw-address",
            "7: warning: 'ipxe.efi' of this host comes before what a",
        ),
    ],
)
def test_a_server_of_dhcp_on_a_further_host(apart: Path, old: str, new: str, words: str) -> None:
    path = "hosts/dhcp1/etc/kea/kea-dhcp4.conf"
    found = [each for each in said(apart, path, old, new) if each.startswith(f"{path}:{words}")]
    assert found
    assert " etc/kea/" not in found[0], "each place is one of the site's"


def test_dnsmasq_is_the_next_server_itself_where_it_names_none(apart: Path) -> None:
    """Its files are elsewhere, and that another line names their host is for others."""
    (apart / "hosts/dhcp1/etc/kea/kea-dhcp4.conf").unlink()
    path = apart / "hosts/dhcp1/etc/dnsmasq.conf"
    text = "port=0\ndhcp-range=10.40.8.100,10.40.8.199\n"
    path.write_text(f"{text}dhcp-boot=tag:a,ipxe.efi\ndhcp-boot=tag:b,ipxe.efi,,10.40.8.11\n")
    found = [str(each) for each in findings(load_site(apart)) if each.is_error]
    assert found == [
        "hosts/dhcp1/etc/dnsmasq.conf:3: error: 'ipxe.efi': no TFTP server is on 10.40.8.13 "
        "(hosts/dhcp1/etc/dnsmasq.conf:3): tftpd on tftp1 is 10.40.8.11 and fd00:40:8::11"
    ]


def add_tftp(directory: Path) -> None:
    """Let the boot server serve TFTP as well, and have no loader."""
    target = directory / "etc/default/tftpd-hpa"
    shutil.copyfile(directory / "hosts/tftp1/etc/default/tftpd-hpa", target)
    (directory / "srv/tftp").mkdir(parents=True)
    (directory / "srv/tftp/README").touch()


def test_a_name_is_asked_of_next_server_where_others_serve_tftp_too(threefold: Path) -> None:
    add_tftp(threefold)
    assert findings(load_site(threefold)) == ()
    found = said(threefold, "etc/dhcp/dhcpd.conf", '"undionly.kpxe"', '"undionly.kpx"')
    assert found[0].startswith(
        "etc/dhcp/dhcpd.conf:17: error: hosts/tftp1/srv/tftp/undionly.kpx, which is handed out"
    )


def test_of_two_that_are_next_servers_either_may_have_it(threefold: Path) -> None:
    add_tftp(threefold)
    own = 'next-server 10.40.8.2;\n    filename "http://10.40.8.12/boot.ipxe"'
    found = said(threefold, "etc/dhcp/dhcpd.conf", 'filename "http://10.40.8.12/boot.ipxe"', own)
    assert found == []


def test_next_server_is_a_host_without_tftp(threefold: Path) -> None:
    found = said(
        threefold, "etc/dhcp/dhcpd.conf", "next-server 10.40.8.11", "next-server 10.40.8.2"
    )
    assert found[0] == (
        "etc/dhcp/dhcpd.conf:15: error: 'ipxe.efi': no TFTP server is on 10.40.8.2 "
        "(etc/dhcp/dhcpd.conf:8): tftpd on tftp1 is 10.40.8.11 and fd00:40:8::11"
    )


def test_what_another_web_server_refuses_is_not_refused(threefold: Path) -> None:
    server = "server {\nlisten 80;\nlisten [::]:80;\nroot /srv/tftp;\nlocation / { deny all; }\n}\n"
    path = threefold / "etc/nginx/sites-enabled/boot"
    path.parent.mkdir(parents=True)
    path.write_text(server)
    assert [each for each in findings(load_site(threefold)) if each.is_error] == []
    there = threefold / "hosts/web1/etc/nginx/sites-enabled/boot"
    there.write_text(server.replace("/srv/tftp", "/srv/www"))
    assert "nginx on web1 refuses by `deny all`" in str(findings(load_site(threefold))[0])


def test_a_directory_that_no_table_makes_a_host(threefold: Path) -> None:
    shutil.copytree(threefold / "hosts/tftp1", threefold / "hosts/tftp2")
    found = [str(each) for each in findings(load_site(threefold))]
    assert found == ["hosts/tftp2: warning: nothing here runs: site.toml has no [hosts.tftp2]"]


def test_a_root_that_is_not_there_is_told_at_its_hosts_line(threefold: Path) -> None:
    path = "hosts/tftp1/etc/default/tftpd-hpa"
    found = said(threefold, path, "/srv/tftp", "/srv/tftpboot")
    assert f"/hosts/tftp1/srv/tftpboot, which tftpd on tftp1 gives out ({path}:2)" in found[0]
