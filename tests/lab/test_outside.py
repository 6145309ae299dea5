"""Hosts beyond a lab answer as their stand-ins, by name, and nobody else does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.lab import Lab, LabOptions
from harness.services.logs.registry import read_logs
from harness.services.registry import load_site
from harness.site import Site
from harness.witness.journal import HttpServed

_WGET = ("wget", "-q", "-T", "2", "-O", "-")
SITES = Path(__file__).parents[2] / "fixtures/sites"


@pytest.fixture
def catalogue() -> Site:
    """Give a site whose DNS server asks another one, beyond the lab."""
    return replace(load_site(SITES / "catalogue"), supply={})


def said(lab: Lab, *words: str) -> str:
    """Give what a command says that the boot server runs."""
    return lab.namespace.run(["busybox", *words], check=False, timeout_s=20).output


def test_a_name_beyond_the_lab_is_answered_for_and_served(
    daemons: None, catalogue: Site, options: Callable[[str], LabOptions]
) -> None:
    with Lab(catalogue, options("outside")) as lab:
        # Through the site's own dnsmasq, which asks its resolver at 10.31.0.53.
        assert "198.18.0.2" in said(lab, "nslookup", "boot.elsewhere.example", "10.31.4.1")
        assert "can't find" in said(lab, "nslookup", "other.example", "10.31.4.1")
        url = "http://boot.elsewhere.example/hello.ipxe"
        assert "Greetings from elsewhere" in said(lab, "wget", "-q", "-O", "-", url)
        assert "404" in said(lab, "wget", "-O", "-", "http://mirror.uni-hagenau.example/x")
        # The site's web server has not seen it, and the stand-in's log is evidence.
        served = list(read_logs(lab.evidence.log_dir).of(HttpServed))
        assert {(each.daemon, each.path) for each in served} == {
            ("outside-web", "/hello.ipxe"),
            ("outside-web", "/x"),
        }
        lab.verify_alive()
        # Nothing else is reached, and nothing leads on.
        assert "Greetings" not in said(lab, *_WGET, "http://203.0.113.9/")
        assert lab.network.ways_out() == ()


def test_a_resolver_of_another_machine_answers_at_its_own_address(
    daemons: None, catalogue: Site, options: Callable[[str], LabOptions]
) -> None:
    path = "etc/dhcp/dhcpd.conf"
    servers = "option domain-name-servers 10.31.4.1;"
    other = "option domain-name-servers 1.1.1.1, 10.31.4.250;"
    site = catalogue.replaced(path, servers, other).without_daemons("dnsmasq")
    with Lab(site, options("resolvers")) as lab:
        for resolver in ("1.1.1.1", "10.31.4.250"):
            assert "198.18.0.1" in said(lab, "nslookup", "mirror.uni-hagenau.example", resolver)
        assert "can't find" in said(lab, "nslookup", "other.example", "1.1.1.1")


def test_a_host_that_is_an_address_is_served_there(
    daemons: None, catalogue: Site, options: Callable[[str], LabOptions]
) -> None:
    hosts = {"203.0.113.9": "srv/elsewhere", "10.31.4.77": "srv/elsewhere"}
    with Lab(replace(catalogue, outside=hosts), options("literal")) as lab:
        for host in hosts:
            url = f"http://{host}/hello.ipxe"
            assert "Greetings" in said(lab, "wget", "-q", "-O", "-", url)


def test_a_port_that_a_script_names_is_served(
    daemons: None, catalogue: Site, options: Callable[[str], LabOptions]
) -> None:
    script = "#!ipxe\nchain http://boot.elsewhere.example:8080/hello.ipxe\n"
    with Lab(catalogue.with_file("srv/tftp/more.ipxe", script), options("ports")) as lab:
        url = "http://boot.elsewhere.example:8080/hello.ipxe"
        assert "Greetings" in said(lab, "wget", "-q", "-O", "-", url)


def test_without_outside_nothing_answers(
    daemons: None, catalogue: Site, options: Callable[[str], LabOptions]
) -> None:
    with Lab(replace(catalogue, outside={}), options("alone")) as lab:
        assert "outside-web" not in lab.services
        assert "198.18" not in said(lab, "nslookup", "boot.elsewhere.example", "10.31.4.1")


def test_the_server_itself_answers_where_its_copy_has_no_dns(
    daemons: None, catalogue: Site, options: Callable[[str], LabOptions]
) -> None:
    with Lab(catalogue.without_daemons("dnsmasq"), options("no-dns")) as lab:
        assert "198.18.0.1" in said(lab, "nslookup", "mirror.uni-hagenau.example", "10.31.4.1")
        assert "can't find" in said(lab, "nslookup", "other.example", "10.31.4.1")


def test_ipv6_leads_there_too(daemons: None, options: Callable[[str], LabOptions]) -> None:
    hosts = {"mirror.example": "payload", "boot.example": "srv/elsewhere"}
    site = replace(load_site(SITES / "sixonly"), supply={}, outside=hosts)
    site = site.with_file("srv/elsewhere/hello.ipxe", "Greetings over IPv6")
    site = site.replaced("etc/dnsmasq.conf", "no-resolv\n", "")
    with Lab(site, options("six")) as lab:
        assert "2001:2:0:1::2" in said(lab, "nslookup", "boot.example", "fd5c:9a01:77::1")
        url = "http://boot.example/hello.ipxe"
        assert "Greetings over IPv6" in said(lab, "wget", "-q", "-O", "-", url)
