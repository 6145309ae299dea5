"""Hosts beyond a lab have addresses, and who is asked for their names answers."""

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from harness.services.registry import load_site, says
from harness.site import Site
from harness.site.beyond import Beyond, beyond

SITES = Path(__file__).parents[2] / "fixtures/sites"


def stood_in(site: Site) -> Beyond:
    """Say what stands in on a site, by what its daemons' files say."""
    return beyond(site, says(site))


def named(name: str, **outside: str) -> Site:
    """Load a site and give it stand-ins, by names with dots for underscores."""
    hosts = {host.replace("_", "."): directory for host, directory in outside.items()}
    return replace(load_site(SITES / name), outside=hosts)


def test_each_name_has_an_address_of_each_family_of_the_site() -> None:
    site = named("catalogue", a_example="payload", b_example="srv/elsewhere")
    first, second = stood_in(site).stand_ins
    assert (first.host, first.directory) == ("a.example", "srv/outside/a.example")
    assert second.directory == "srv/elsewhere"
    assert {*first.addresses}.isdisjoint(second.addresses)
    assert [address.version for address in first.addresses] == [4]
    (only,) = stood_in(named("sixonly", a_example="payload")).stand_ins
    assert [address.version for address in only.addresses] == [6]


def test_the_dns_server_s_own_resolver_is_stood_in_for() -> None:
    found = stood_in(named("catalogue", a_example="payload"))
    assert ip_address("10.31.0.53") in found.resolvers
    assert ip_address("10.31.4.1") not in (*found.resolvers, *found.near, *found.far)
    assert ip_address("10.31.0.53") in found.far


def test_a_resolver_that_is_handed_out_is_stood_in_for() -> None:
    site = named("repairbench", a_example="payload")
    path = "etc/dhcp/dhcpd.conf"
    option = "option domain-name-servers 1.1.1.1, 192.168.7.254, ns.example;\n"
    found = stood_in(site.with_file(path, option + site.read(path)))
    assert {ip_address("1.1.1.1"), ip_address("192.168.7.254")} <= {*found.resolvers}


def test_what_lies_in_the_server_s_network_is_near() -> None:
    site = load_site(SITES / "cluster")
    found = stood_in(replace(site, outside={"172.28.4.77": "payload", "9.9.9.9": "payload"}))
    near, far = set(map(str, found.near)), set(map(str, found.far))
    assert "172.28.4.77" in near
    assert "9.9.9.9" in far
    assert near.isdisjoint(far)
    # The router is another machine: without it nothing leads beyond.
    assert near > {"172.28.4.77"}


def test_resolv_conf_says_whom_dnsmasq_asks_unless_it_must_not() -> None:
    site = named("catalogue", a_example="payload")
    path = "etc/resolv.conf"
    asked = site.with_file(path, "# ours\nsearch lan\nnameserver 127.0.0.53\nnameserver 8.8.4.4\n")
    assert ip_address("8.8.4.4") not in stood_in(asked).resolvers  # no-resolv
    allowed = asked.replaced("etc/dnsmasq.conf", "no-resolv\n", "")
    found = stood_in(allowed).resolvers
    assert ip_address("8.8.4.4") in found
    assert not any(address.is_loopback for address in found)


def test_a_server_that_is_to_be_asked_and_has_no_dns_is_stood_in_for() -> None:
    site = named("cluster", a_example="payload")
    assert stood_in(site).lacks_dns
    assert not stood_in(named("catalogue", a_example="payload")).lacks_dns


def test_a_name_that_the_site_s_own_dns_server_knows_is_stood_in_for_there() -> None:
    site = load_site(SITES / "catalogue")
    path = "etc/dnsmasq.conf"
    records = "host-record=nas.lan,10.31.4.77\naddress=/far.example/203.0.113.9\n"
    outside = {"nas.lan": "payload", "far.example": "payload", "new.example": "payload"}
    site = replace(site.with_file(path, site.read(path) + records), outside=outside)
    found = stood_in(site)
    hosts = {each.host: [str(a) for a in each.addresses] for each in found.stand_ins}
    assert hosts == {
        "nas.lan": ["10.31.4.77"],
        "far.example": ["203.0.113.9"],
        "new.example": ["198.18.0.3"],
    }
    assert ip_address("10.31.4.77") in found.near
    assert ip_address("203.0.113.9") in found.far


def test_a_resolver_that_routers_advertise_is_stood_in_for() -> None:
    site = named("sixonly", a_example="payload")
    path = "etc/radvd.conf"
    text = (
        site.read(path).rstrip().removesuffix("};") + "RDNSS 2001:db8::53 2001:db8::54 { };\n};\n"
    )
    found = stood_in(site.with_file(path, text))
    assert {ip_address("2001:db8::53"), ip_address("2001:db8::54")} <= {*found.resolvers}
