"""A lab of a site with several hosts: each has its own files, addresses, processes and logs."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from harness.compare.ask import ask
from harness.deadline import Pace
from harness.errors import ServiceError, UsageError
from harness.host import tools
from harness.lab import Lab, LabOptions
from harness.lab.namespace import entered
from harness.lab.own_checks import refusals
from harness.lab.running import further_pid, running_labs
from harness.model import Family, Role
from harness.process import run
from harness.services.registry import SITE_DAEMONS, load_site
from harness.site import Site
from harness.witness.journal import DaemonLife, HttpServed
from tests.lab.census import Census

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
DHCPD2 = "hosts/dhcp2/etc/dhcp/dhcpd.conf"
MACHINE = """
mkdir -p /run/netns && touch /run/netns/machine
unshare --net=/run/netns/machine true
ip link add machine-port type veth peer name card netns machine
ip link set machine-port master lab-bridge up
ip -n machine link set card up
"""
ASK = ("busybox", "udhcpc", "-f", "-q", "-n", "-t", "5", "-T", "2", "-i", "card", "-s", "/bin/true")
Options = Callable[[str], LabOptions]


@pytest.fixture
def threefold() -> Site:
    """Give a site with TFTP on one other host, and HTTP on another."""
    site = load_site(SITES / "threefold")
    return site.with_file("hosts/tftp1/srv/tftp/loader", "of tftp1")


@pytest.fixture
def pair() -> Site:
    """Give a site whose two DHCP servers share a pool."""
    return load_site(SITES / "pair")


def fetched(lab: Lab, url: str) -> str:
    argv = ["curl", "-s", "-g", "--noproxy", "*", "-m", "10", url]
    return lab.namespace.run(argv, check=False).stdout


def test_each_serves_its_own_files_at_its_own_addresses(
    daemons: None, threefold: Site, options: Options, census: Census
) -> None:
    with Lab(threefold, options("threefold")) as lab:
        inside = [lab.namespace.pid, *(each.enclosure.pid for each in lab.services.values())]
        made = set[Path]().union(*map(census.namespaces, inside))
        script = threefold.read("hosts/web1/srv/www/boot.ipxe")
        for host in ("10.40.8.12", "[fd00:40:8::12]"):
            assert fetched(lab, f"http://{host}/boot.ipxe") == script
            assert fetched(lab, f"tftp://{host}/loader") == ""
        for host in ("10.40.8.11", "[fd00:40:8::11]"):
            assert fetched(lab, f"tftp://{host}/loader") == "of tftp1"
        assert fetched(lab, "http://10.40.8.2/boot.ipxe") == ""
        assert lab.network.ways_out() == ()
        assert lab.service(Role.TFTP) is lab.services["tftpd@tftp1"]
        lab.service("nginx@web1").stop()
        events = lab.evidence.read_logs()
    assert {each.daemon for each in events.of(HttpServed)} == {"nginx@web1"}
    ends = [each.daemon for each in events.of(DaemonLife) if each.what == "stopped"]
    assert ends == ["nginx@web1"]
    assert census.wait_until_empty(made, timeout_s=1.0) == []
    assert census.host() == census.before


def test_the_boot_server_does_not_see_their_files(
    daemons: None, threefold: Site, options: Options
) -> None:
    with Lab(threefold, options("apart")) as lab:
        assert lab.namespace.run(["ls", "/hosts"], check=False).exit_code != 0
        assert lab.namespace.run(["ls", "/srv/www"], check=False).exit_code != 0


def test_it_is_found_from_outside_by_its_name(
    daemons: None, threefold: Site, options: Options
) -> None:
    with Lab(threefold, options("found")) as lab:
        running = next(each for each in running_labs() if each.pid == lab.namespace.pid)
        pid = further_pid(running, "web1")
        shown = run(entered(pid, ["hostname"], user_namespace=running.has_user_namespace))
        assert shown.stdout.strip() == "web1"
        with pytest.raises(UsageError, match="has no host web2") as missing:
            further_pid(running, "web2")
    assert missing.value.cure == "one of: tftp1, web1"


def test_a_refused_configuration_names_its_host(
    daemons: None, threefold: Site, options: Options
) -> None:
    path = "hosts/web1/etc/nginx/sites-enabled/boot"
    broken = threefold.replaced(path, "listen 80;", "lissten 80;")
    with pytest.raises(ServiceError) as refused, Lab(broken, options("refused")):
        pass
    assert str(refused.value).startswith("nginx on web1: refuses its configuration: ")
    assert "hosts/web1" in refused.value.cure
    assert [each.place for each in refusals(broken)] == [f"{path}:2"]


def test_a_failover_pair_answers_as_one(able_host: None, pair: Site) -> None:
    rows = ask(pair)
    assert all(each.is_answered for each in rows)
    answers = {row.answer.text.partition(" ")[0] for row in rows if row.answer}
    assert answers == {"{either}"}


def test_a_peer_that_never_comes_is_named(daemons: None, pair: Site, options: Options) -> None:
    elsewhere = pair.replaced(DHCPD2, '"lan"', '"van"', count=2)
    named = pytest.raises(ServiceError, match="its failover peer at")
    with named as caught, Lab(elsewhere, replace(options("alone"), pace=Pace())):
        pass
    assert "dhcpd4" in str(caught.value)


def test_a_peer_that_refuses_its_file_is_named_first(
    daemons: None, pair: Site, options: Options
) -> None:
    broken = pair.replaced(DHCPD2, "secondary;", "secondary; mclt 600")
    refused = pytest.raises(ServiceError, match="dhcpd4 on dhcp2: refuses its configuration")
    with refused, Lab(broken, options("refused")):
        pass


def test_a_host_without_ipv6_is_silent_of_it(daemons: None, pair: Site, options: Options) -> None:
    with Lab(pair, options("four")) as lab:
        inside = lab.services["dhcpd4@dhcp2"].enclosure
        shown = inside.run(["cat", "/proc/sys/net/ipv6/conf/eth0/disable_ipv6"])
    assert shown.stdout == "1\n"


def leased(lab: Lab) -> str:
    """Give what a client of DHCP says in the lab's network."""
    argv = ["nsenter", "--net=/run/netns/machine", *ASK]
    return lab.namespace.run(argv, check=False, timeout_s=60).output


@pytest.mark.parametrize(("dead", "left"), [("dhcpd4", "10.50.3.3"), ("dhcpd4@dhcp2", "10.50.3.2")])
def test_one_of_a_pair_leases_for_both(
    daemons: None, pair: Site, options: Options, dead: str, left: str
) -> None:
    tools.require("busybox")
    with Lab(pair, options("pair")) as lab:
        lab.namespace.run(["sh", "-c", MACHINE])
        assert "lease of 10.50.3." in leased(lab)
        lab.services[dead].kill()
        lab.services[dead].forget()
        assert f"obtained from {left}" in leased(lab)
        lab.services["dhcpd4" if dead != "dhcpd4" else "dhcpd4@dhcp2"].stop()
        assert "no lease" in leased(lab)


@pytest.mark.parametrize(
    ("daemon", "of", "path"),
    [
        ("kea4", "showmax-kea", "etc/kea/kea-dhcp4.conf"),
        ("dnsmasq", "showmax-dnsmasq", "etc/dnsmasq.conf"),
    ],
)
def test_any_kind_of_daemon_answers_from_another_host(
    able_host: None, site: Site, daemon: str, of: str, path: str
) -> None:
    tools.require(*(kind.tool for kind in SITE_DAEMONS if kind.name == daemon))
    moved = site.only(Family.IPV4).without_daemons("dhcpd4", "dnsmasq")
    moved = moved.with_host("dhcp2", daemon, interfaces=(IPv4Interface("192.0.2.3/24"),))
    moved = moved.with_file(f"hosts/dhcp2/{path}", load_site(SITES.parent / of).read(path))
    moved = moved.with_file("hosts/dhcp2/srv/tftp/README", "dnsmasq wants the directory")
    rows = ask(moved)
    assert all(each.is_answered for each in rows)
    assert {each.lease.partition(" ")[0] for each in rows} == {"192.0.2.3"}
    assert {each.place.partition(":")[0] for each in rows if each.place} == {f"hosts/dhcp2/{path}"}
