"""Recorded boots, a server of theirs moved to another host: promised there, red elsewhere."""

from dataclasses import replace
from functools import cache
from ipaddress import IPv4Interface
from pathlib import Path

from harness.describe.answers import Answers
from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.site_copy import SiteCopy
from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import Family, Role
from harness.plan.boot_names import Names
from harness.services.logs.lives import life
from harness.site import Site
from harness.witness.journal import DaemonLife, DhcpLogged, Journal, TftpAsked
from harness.witness.wire import DhcpMessage, HttpExchange, TftpTransfer, WireEvent
from tests.judge.recorded import explained, record, showmax, with_events

TFTPD, NGINX = "etc/default/tftpd-hpa", "etc/nginx/nginx.conf"
THERE, ITS_MAC = "192.0.2.5", "52:54:00:00:01:01"
SECOND, SECONDS_MAC = "192.0.2.3", "52:54:00:00:01:01"


@cache
def moved_site() -> Site:
    site = showmax().without_daemons("tftpd")
    site = site.with_host("tftp1", "tftpd", interfaces=(IPv4Interface(f"{THERE}/24"),))
    site = site.with_file(f"hosts/tftp1/{TFTPD}", showmax().read(TFTPD))
    supply = {f"hosts/tftp1/{path}": asset for path, asset in site.supply.items()}
    return replace(site, supply={**site.supply, **supply})


def moved(event: WireEvent) -> WireEvent:
    """Give what the wire has had of it, had the host been asked."""
    if isinstance(event, TftpTransfer):
        return replace(event, server=THERE, server_mac=ITS_MAC)
    if isinstance(event, DhcpMessage) and event.next_server:
        return replace(event, next_server=THERE)
    return event


@cache
def boot() -> Boot:
    """Give the boot as it would have been."""
    was = record("green-x64-tftp-ipv4", site=moved_site())
    logged = (
        replace(each, daemon="tftpd@tftp1") if isinstance(each, TftpAsked) else each
        for each in was.journal.events
    )
    wire = with_events(was, *map(moved, was.wire.events))
    return replace(wire, journal=Journal(events=tuple(logged)))


def tftp(of: Boot) -> TftpTransfer:
    return next(each for each in of.wire.events if isinstance(each, TftpTransfer))


def changed(of: Boot, old: WireEvent, new: WireEvent) -> Boot:
    return with_events(of, *(new if each is old else each for each in of.wire.events))


def test_what_comes_from_a_host_of_the_sites_is_green() -> None:
    assert judge(boot()).causes == ()


def test_a_bundle_has_the_hosts_too(tmp_path: Path) -> None:
    store = EvidenceDirectory(tmp_path)
    BootFile(boot=boot(), site=SiteCopy.of(boot().site)).write(store)
    read = BootFile.read_alone(store)
    again = read.site.laid_over(read.boot.site)
    assert again.daemon_facts == boot().daemons
    assert again.addresses == boot().site.addresses
    assert judge(replace(boot(), site=again)).causes == ()


def test_the_same_is_red_where_the_host_is_nobodys() -> None:
    causes = judge(replace(boot(), site=showmax())).causes
    assert any("which is not the site's server" in each for each in causes)
    assert any("named next-server 192.0.2.5" in each for each in causes)


def test_its_log_is_held_against_what_it_was_asked() -> None:
    kept = (each for each in boot().journal.events if not isinstance(each, TftpAsked))
    silent = replace(boot(), journal=Journal(events=tuple(kept)))
    cause = judge(silent).causes[0]
    assert "in.tftpd's log on tftp1 has 0" in cause


def test_a_location_is_looked_for_on_the_host_that_was_asked() -> None:
    site = showmax().with_host("web1", "nginx", interfaces=(IPv4Interface(f"{THERE}/24"),))
    nginx = "http { server { root /srv/tftp; location /menu/ { alias /srv/images/; } } }"
    site = site.with_file(f"hosts/web1/{NGINX}", nginx)
    was = record("red-missing-script", site=site)
    asked = next(each for each in was.of(HttpExchange) if each.status == 404)
    there = replace(asked, server=THERE, server_mac=ITS_MAC, path="/menus/nobodys.ipxe")
    causes = judge(changed(was, asked, there)).causes
    assert any(f"(hosts/web1/{NGINX}:1) has nearly that name" in each for each in causes)


def test_another_machine_behind_its_address_is_red() -> None:
    first = tftp(boot())
    stolen = changed(boot(), first, replace(first, server_mac="52:54:00:66:66:66"))
    assert any("several machines answer for tftp1's address" in e for e in judge(stolen).causes)


def test_a_boot_server_without_tftp_is_no_next_server_for_firmware() -> None:
    answer = next(e for e in boot().of(DhcpMessage) if e.next_server and e.kind.from_server)
    wrong = changed(boot(), answer, replace(answer, next_server="192.0.2.1"))
    assert any(
        "named next-server 192.0.2.1" in each and "the site's server is 192.0.2.5" in each
        for each in judge(wrong).causes
    )


@cache
def paired_site() -> Site:
    site = showmax().with_host("dhcp2", "dhcpd4", interfaces=(IPv4Interface(f"{SECOND}/24"),))
    dhcpd = "etc/dhcp/dhcpd.conf"
    peer = 'failover peer "lan" {{ {} address 192.0.2.{}; peer address 192.0.2.{}; }}\n'
    site = site.with_file(
        f"hosts/dhcp2/{dhcpd}", peer.format("secondary;", 3, 1) + site.read(dhcpd)
    )
    return site.with_file(dhcpd, peer.format("primary;", 1, 3) + site.read(dhcpd))


def by_second() -> Boot:
    """Give a boot that the second server of a pair has answered."""
    was = record("green-x64-tftp-ipv4", site=paired_site())
    events = (
        replace(e, server=SECOND, server_mac=SECONDS_MAC, server_id=SECOND)
        if isinstance(e, DhcpMessage) and e.kind.from_server and e.server == "192.0.2.1"
        else e
        for e in was.wire.events
    )
    logged = (
        replace(each, daemon="dhcpd4@dhcp2")
        if isinstance(each, DhcpLogged) and each.daemon == "dhcpd4"
        else each
        for each in was.journal.events
    )
    return replace(with_events(was, *events), journal=Journal(events=tuple(logged)))


def test_either_of_a_pair_may_answer_and_is_said() -> None:
    verdict = judge(by_second())
    assert verdict.causes == ()
    assert "(address by dhcpd -4 on dhcp2)" in verdict.seen[0]
    assert boot_servers(by_second()) == ("dhcpd4", "dhcpd4@dhcp2")


def test_what_the_other_of_a_pair_has_offered_as_well_is_not_told() -> None:
    boot = by_second()
    offers = (e for e in boot.wire.events if isinstance(e, DhcpMessage) and e.kind.from_server)
    first = next(e for e in offers if e.family is Family.IPV4 and not e.kind.grants)
    also = replace(first, server="192.0.2.1", server_mac="52:54:00:00:00:01", server_id="192.0.2.1")
    events = [x for e in boot.wire.events for x in ((e, also) if e is first else (e,))]
    told = [
        each.text
        for of in (boot, with_events(boot, *events))
        for each in Answers(of, Names.of(of.site.machine_of(of.mac))).to([first.transaction])
    ]
    assert len(told) == 2
    assert told[0] == told[1]
    assert told[0].startswith("{either} gives")


def boot_servers(of: Boot) -> tuple[str, ...]:
    return tuple(each.name for each in of.servers(Role.DHCPV4))


def test_who_stood_in_for_whom_is_said_of_a_green_boot() -> None:
    ended = life('{"daemon": "dhcpd4", "what": "killed", "at": 1}', 2026)
    assert isinstance(ended, DaemonLife)
    journal = Journal(events=(*by_second().journal.events, ended))
    verdict = judge(replace(by_second(), journal=journal))
    assert verdict.causes == ()
    assert verdict.recovered[0] == (
        "dhcpd -4 was killed before this machine asked for anything; "
        "dhcpd -4 on dhcp2 answered in its place"
    )


def test_the_one_that_is_alive_and_silent_is_named_behind_the_dead_one() -> None:
    asked = by_second()
    kept = (e for e in asked.wire.events if not (isinstance(e, DhcpMessage) and e.kind.from_server))
    ended = life('{"daemon": "dhcpd4", "what": "killed", "at": 1}', 2026)
    assert isinstance(ended, DaemonLife)
    silent = replace(with_events(asked, *kept), journal=Journal(events=(ended,)))
    cause = explained(silent)[0]
    assert cause.startswith("dhcpd -4 was killed before this machine asked for anything: no DHCPv4")
    assert "dhcpd on dhcp2's log has none of them" in cause


def test_a_file_that_another_host_has_is_told() -> None:
    missing = record("red-missing-nbp-tftp", site=moved_site())
    site = moved_site().without("hosts/tftp1/srv/tftp/ipxe.efi")
    wire = with_events(replace(missing, site=site), *map(moved, missing.wire.events))
    causes = explained(wire)
    assert any("; the boot server has it, as srv/tftp/" in each for each in causes), causes
