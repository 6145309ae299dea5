"""Routers and reserved addresses are looked for in the networks that are served."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
LAN, DHCPD = "etc/dnsmasq.d/10-lan.conf", "etc/dhcp/dhcpd.conf"


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "said"),
    [
        (
            "cluster",
            DHCPD,
            "routers 172.28.4.1",
            "routers 172.28.8.1",
            f"{DHCPD}:15: warning: the router 172.28.8.1 is not in 172.28.4.0/22 or 172.29.",
        ),
        (
            "homelab",
            LAN,
            "router,192.168.178.1",
            "router,192.168.187.1",
            f"{LAN}:7: warning: the router 192.168.187.1 is not in 192.168.178.0/24, ",
        ),
        (
            "guarded",
            DHCPD,
            "172.20.30.11;",
            "172.20.30.211;",
            f"{DHCPD}:18: warning: the reserved address 172.20.30.211 is not in 172.20.30.0/25, ",
        ),
        (
            "cluster",
            "etc/dhcp/nodes.conf",
            "172.28.4.11;",
            "172.28.4.12;",
            "nodes.conf:5: warning: 172.28.4.12 is reserved by etc/dhcp/nodes.conf:4 as well",
        ),
        ("guarded", DHCPD, "172.20.30.11;", "172.20.30.12;", ""),
        ("cluster", DHCPD, "routers 172.28.4.1", "routers 172.29.8.1", ""),
        ("cluster", "etc/dhcp/nodes.conf", "host worker1  {", "{", ""),
        ("cluster", "etc/dhcp/nodes.conf", "host worker1  {", "option; host worker1  {", ""),
        ("sixonly", "etc/radvd.conf", "fd5c:9a01:77::/64", "fd5c:9a01:77::1/64", ""),
        ("sixonly", "etc/radvd.conf", "fd5c:9a01:77::/64", "fd5c:9a01:77::/6[", ""),
        ("split", DHCPD, "10.71.0.128 10.71.0.223", "10.71.0.2 10.71.0.10", ""),
        (
            "split",
            DHCPD,
            "10.71.0.128 10.71.0.223",
            "10.71.0.10",
            f"{DHCPD}:9: error: the pool 10.71.0.10 is the boot server's own address",
        ),
    ],
)
def test_an_address_out_of_place(
    name: str, file: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    copy = shutil.copytree(SITES / name, tmp_path / name, symlinks=True)
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new))
    found = [str(each) for each in findings(load_site(copy))]
    known = {str(each) for each in findings(load_site(SITES / name))}
    new_ones = [each for each in found if each not in known]
    assert any(said in each for each in new_ones) if said else not new_ones
