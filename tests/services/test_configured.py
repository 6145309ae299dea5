"""Which daemons a server runs is told by its own files."""

from pathlib import Path

import pytest

from harness.model import Family, Role
from harness.services.configuration import dnsmasq
from harness.services.registry import SITE_DAEMONS
from harness.site.files import Tree
from harness.site.said import Topic
from tests.services.trees import write

SUBNET = "subnet 10.3.0.0 netmask 255.255.0.0 { }"
SUBNET6 = "subnet6 fd00::/64 { }"
SETTINGS = "etc/default/isc-dhcp-server"


def configured(files: Tree) -> dict[str, str]:
    """Give the daemons that these files set up, and by which place."""
    found = {kind.name: kind.is_configured(files) for kind in SITE_DAEMONS}
    return {name: place for name, place in found.items() if place}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"etc/dhcp/dhcpd.conf": SUBNET, SETTINGS: '\nINTERFACESv4="eth0"\n'},
            {"dhcpd4": f"{SETTINGS}:2"},
        ),
        ({"etc/dhcp/dhcpd.conf": SUBNET}, {"dhcpd4": "etc/dhcp/dhcpd.conf"}),
        ({"etc/dhcpd.conf": SUBNET}, {"dhcpd4": "etc/dhcpd.conf"}),
        ({"etc/dhcpd6.conf": SUBNET6}, {"dhcpd6": "etc/dhcpd6.conf"}),
        (
            {"etc/dhcp/dhcpd.conf": SUBNET, "etc/dhcpd.conf": "# as the package laid it"},
            {"dhcpd4": "etc/dhcp/dhcpd.conf"},
        ),
        (
            {"etc/dhcp/dhcpd.conf": SUBNET, SETTINGS: 'INTERFACES="eth0"\n'},
            {"dhcpd4": f"{SETTINGS}:1"},
        ),
        ({"etc/dhcp/dhcpd.conf": "# none yet", SETTINGS: 'INTERFACESv4="eth0"'}, {}),
        (
            {
                "etc/dhcp/dhcpd.conf": SUBNET,
                "etc/dhcp/dhcpd6.conf": SUBNET6,
                SETTINGS: "INTERFACESv4=\nINTERFACESv6=eth0",
            },
            {"dhcpd6": f"{SETTINGS}:2"},
        ),
        (
            {"etc/dhcp/dhcpd.conf": 'include "/etc/dhcp/nets";', "etc/dhcp/nets": SUBNET},
            {"dhcpd4": "etc/dhcp/dhcpd.conf"},
        ),
        ({"etc/radvd.conf": "interface br0 { };"}, {"radvd": "etc/radvd.conf:1"}),
        ({"etc/radvd.conf": "# nothing\n"}, {}),
        ({"etc/exports": "# none\n"}, {}),
        ({"etc/exports": "\n/srv *(ro)\n"}, {"nfs": "etc/exports:2"}),
        ({"etc/default/tftpd-hpa": ""}, {"tftpd": "etc/default/tftpd-hpa"}),
        (
            {
                "etc/nginx/sites-available/pxe": "server { listen 8080; }",
                "etc/nginx/sites-enabled/pxe": "-> /etc/nginx/sites-available/pxe",
            },
            {"nginx": "etc/nginx/sites-enabled/pxe:1"},
        ),
        ({"etc/nginx/nginx.conf": "events { } http { }"}, {}),
        ({"etc/default/atftpd": 'OPTIONS=""'}, {"atftpd": "etc/default/atftpd"}),
        (
            {
                "etc/apache2/sites-available/pxe.conf": "<VirtualHost *:80>\n</VirtualHost>",
                "etc/apache2/sites-enabled/pxe.conf": "-> ../sites-available/pxe.conf",
            },
            {"apache2": "etc/apache2/sites-enabled/pxe.conf:1"},
        ),
        (
            {
                "etc/apache2/apache2.conf": "Include ports.conf",
                "etc/apache2/ports.conf": "Listen 80",
            },
            {},
        ),
        ({"etc/apache2/conf-available/javascript-common.conf": "Alias /javascript /usr/x"}, {}),
        (
            {"etc/lighttpd/lighttpd.conf": '\nserver.document-root = "/srv"'},
            {"lighttpd": "etc/lighttpd/lighttpd.conf:2"},
        ),
        ({"etc/tgt/targets.conf": "include /etc/tgt/conf.d/*.conf\ndefault-driver iscsi"}, {}),
        (
            {
                "etc/tgt/targets.conf": "include /etc/tgt/conf.d/*.conf",
                "etc/tgt/conf.d/a.conf": "<target iqn.2026-11.example:a>\nbacking-store /srv/a",
            },
            {"tgt": "etc/tgt/conf.d/a.conf:2"},
        ),
        ({"etc/dnsmasq.conf": "conf-dir=/etc/dnsmasq.d\n#interface=eth0\n"}, {}),
        ({"etc/dnsmasq.d/lan": "# lan\nport=0\n"}, {"dnsmasq": "etc/dnsmasq.d/lan:2"}),
    ],
)
def test_a_daemon_runs_where_its_files_give_it_something_to_do(
    files: dict[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    assert configured(write(tmp_path, files)) == expected


@pytest.mark.parametrize(
    ("links", "runs"),
    [
        ({"etc/systemd/system/multi-user.target.wants/nginx.service": "-> /lib/x"}, True),
        ({"etc/systemd/system/multi-user.target.wants/ssh.service": "-> /lib/x"}, False),
        ({"etc/systemd/system/nginx.service": "-> /dev/null"}, False),
        ({}, True),
    ],
)
def test_systemds_links_count_where_the_tree_has_them(
    links: dict[str, str], runs: bool, tmp_path: Path
) -> None:
    files = {"etc/nginx/nginx.conf": "http { server { listen 80; } }", **links}
    assert ("nginx" in configured(write(tmp_path, files))) is runs


@pytest.mark.parametrize(("link", "runs"), [("S03", True), ("K01", False)])
def test_an_init_scripts_links_count(link: str, runs: bool, tmp_path: Path) -> None:
    files = {
        "etc/default/tftpd-hpa": "",
        f"etc/rc2.d/{link}tftpd-hpa": "-> ../init.d/tftpd-hpa",
        "etc/systemd/system/multi-user.target.wants/ssh.service": "-> /lib/x",
    }
    assert ("tftpd" in configured(write(tmp_path, files))) is runs


@pytest.mark.parametrize(
    ("lines", "roles"),
    [
        ("host-record=a,10.0.0.1", {Role.DNS}),
        ("port=0\ndhcp-range=10.0.0.9,10.0.0.99", {Role.DHCPV4}),
        ("port=0\ndhcp-range=10.0.0.0,proxy", {Role.PROXY_DHCP}),
        (
            "port=0\ndhcp-range=10.0.0.9,10.0.0.99\ndhcp-range=10.1.0.0,proxy",
            {Role.DHCPV4, Role.PROXY_DHCP},
        ),
        ("port=0\nenable-tftp\ntftp-root=/srv", {Role.TFTP}),
        ("port=0\ndhcp-range=set:a,fd00::9,fd00::99,64", {Role.DHCPV6}),
        ("port=0\ndhcp-range=fd00::,ra-only", {Role.RA}),
        ("port=0\ndhcp-range=fd00::,slaac", {Role.RA}),
        ("port=0\ndhcp-range=fd00::9,fd00::99,slaac", {Role.DHCPV6, Role.RA}),
        ("port=0\ndhcp-range=fd00::9,fd00::99\nenable-ra", {Role.DHCPV6, Role.RA}),
    ],
)
def test_dnsmasq_has_the_roles_that_its_options_give_it(
    lines: str, roles: set[Role], tmp_path: Path
) -> None:
    assert set(dnsmasq.roles(write(tmp_path, {"etc/dnsmasq.conf": lines}))) == roles


def test_a_range_in_the_interface_s_own_network_names_none(tmp_path: Path) -> None:
    lines = "dhcp-range=::100,::1ff,constructor:br0,slaac,64,12h\ndhcp-range=10.0.0.9,10.0.0.99"
    said = dnsmasq.says(write(tmp_path, {"etc/dnsmasq.conf": lines}))
    assert [each.text for each in said if each.topic is Topic.NETWORK] == ["10.0.0.0/24"]


def test_the_ranges_of_dnsmasq_are_those_of_a_family(tmp_path: Path) -> None:
    lines = (
        "dhcp-range=10.0.0.9,10.0.0.99\ndhcp-range=fd00::,ra-stateless\ndhcp-range=10.1.0.0,proxy"
    )
    tree = write(tmp_path, {"etc/dnsmasq.conf": lines})
    assert [*dnsmasq.leased(tree, Family.IPV4)] == ["10.0.0.9,10.0.0.99"]
    assert [*dnsmasq.leased(tree, Family.IPV6)] == ["fd00::,ra-stateless"]


def test_dnsmasq_reads_files_of_hosts_and_names(tmp_path: Path) -> None:
    files = {
        "etc/dnsmasq.conf": "read-ethers\ndhcp-hostsfile=/etc/dnsmasq.hosts\n"
        "addn-hosts=/etc/hosts.lan\ndhcp-optsdir=/etc/options\ndhcp-ignore=tag:!known",
        "etc/ethers": "# who\n52:54:00:00:00:05 192.168.1.5\n",
        "etc/dnsmasq.hosts": "52:54:00:00:00:06,set:kiosk,192.168.1.6,kiosk,1h\n",
        "etc/hosts.lan": "192.168.1.1 openwrt boot # us\n",
        "etc/options/a": "option:bootfile-name,menu.ipxe\n",
    }
    tree = write(tmp_path, files)
    said = {(each.topic, each.text, each.place) for each in dnsmasq.says(tree)}
    assert said == {
        (Topic.ASKS, "192.168.1.5", "etc/ethers:2"),
        (Topic.ASKS, "192.168.1.6", "etc/dnsmasq.hosts:1"),
        (Topic.NAME, "openwrt", "etc/hosts.lan:1"),
        (Topic.NAME, "boot", "etc/hosts.lan:1"),
        (Topic.BOOT_FILE, "menu.ipxe", "etc/options/a:1"),
    }
    assert dnsmasq.accepts(tree).macs == ("52:54:00:00:00:05", "52:54:00:00:00:06")


@pytest.mark.parametrize(
    ("lines", "by_class"),
    [
        ("dhcp-vendorclass=set:pxe,PXEClient\ndhcp-ignore=tag:pxe", ("`dhcp-ignore=tag:pxe`",)),
        ("dhcp-userclass=pxe,iPXE\ndhcp-ignore=tag:!pxe", ("`dhcp-ignore=tag:!pxe`",)),
        ("dhcp-match=set:b,175\ndhcp-range=tag:b,10.0.0.5,10.0.0.9", ("`dhcp-range=tag:b,10.",)),
        ("dhcp-match=set:b,175\ndhcp-range=set:b,10.0.0.5,10.0.0.9", ()),
        ("dhcp-host=52:54:00:00:00:05,set:b\ndhcp-ignore=tag:b", ()),
    ],
)
def test_whom_dnsmasq_ignores_by_what_they_say(
    lines: str, by_class: tuple[str, ...], tmp_path: Path
) -> None:
    accepted = dnsmasq.accepts(write(tmp_path, {"etc/dnsmasq.conf": lines}))
    assert len(accepted.by_class) == len(by_class)
    for said, rule in zip(accepted.by_class, by_class, strict=True):
        assert said.startswith(f"etc/dnsmasq.conf:2 has {rule}")


def test_what_a_boot_menu_of_dnsmasqs_hands_out_is_a_boot_file(tmp_path: Path) -> None:
    lines = (
        'pxe-service=tag:!ipxe,x86PC,"Chain to iPXE",ltsp/undionly.kpxe',
        'pxe-service=tag:rpi,x86PC,"Raspberry Pi Boot   ",unused',
        'pxe-service=x86PC,"Elsewhere",17',
    )
    said = dnsmasq.says(write(tmp_path, {"etc/dnsmasq.conf": "\n".join(lines)}))
    assert [(each.topic, each.text) for each in said] == [(Topic.BOOT_FILE, "ltsp/undionly.kpxe")]


def test_a_directory_of_dnsmasqs_takes_in_what_it_says(tmp_path: Path) -> None:
    files = {
        "etc/dnsmasq.conf": "conf-dir=/etc/lan,*.conf\nconf-dir=/etc/wan,.off",
        "etc/lan/a.conf": "interface=a",
        "etc/lan/b.bak": "interface=b",
        "etc/wan/c": "interface=c",
        "etc/wan/d.off": "interface=d",
        "etc/wan/e~": "interface=e",
    }
    said = dnsmasq.says(write(tmp_path, files))
    assert [each.text for each in said if each.topic is Topic.INTERFACE] == ["a", "c"]
