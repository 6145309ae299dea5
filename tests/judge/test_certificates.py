"""Why a certificate was not taken is read from the one that the site has."""

import re
import time
from dataclasses import replace

import pytest

from harness.certificate import DAY, Certified
from harness.judge.boot import Boot
from harness.judge.certificates import refused_certificates
from harness.judge.facts import ExpectedFile
from harness.judge.judgement import judge
from harness.site import Site
from harness.witness.journal import HttpServed
from harness.witness.wire import DhcpMessage, HttpExchange, TlsSession
from tests.judge.recorded import MAC, explained, record, showmax, with_events

AUTHORITY = Certified.by_itself("The site's")
STRANGER = Certified.by_itself("A stranger")
LISTEN = "    listen [::]:80 default_server;\n"
NOW = time.time()
URL = "https://local-server/ipxe.efi"


def site_with(certificate: bytes) -> Site:
    """Give the reference site, with a web server that shows this."""
    lines = "    listen 443 ssl;\n    ssl_certificate tls/server.pem;\n"
    site = showmax().replaced("etc/nginx/nginx.conf", LISTEN, LISTEN + lines)
    return site.with_file("etc/nginx/tls/server.pem", certificate)


def refused(shown: bytes, *known: Certified, alert: str = "") -> Boot:
    """Give a boot that asked for TLS, and after which nothing came."""
    boot = record("green-x64-http-ipv4", site=site_with(shown))
    first = next(boot.of(HttpExchange))
    told = [
        replace(each, bootfile=URL) if each.bootfile else each
        for each in boot.of(DhcpMessage)
        if each.frame < first.frame
    ]
    session = TlsSession(
        time_s=first.time_s,
        frame=first.frame,
        family=first.family,
        client=first.client,
        client_mac=MAC,
        server=first.server,
        port=443,
        name="local-server",
        sent=900,
        alert=alert,
    )
    authorities = tuple(each.certificate.decode() for each in known)
    boot = replace(with_events(boot, *told, session), payload=None, authorities=authorities)
    return replace(boot, journal=replace(boot.journal, events=()))


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (AUTHORITY.issue("local-server", begins=-9 * DAY, ends=-DAY), "it has expired on 20"),
        (AUTHORITY.issue("local-server", begins=DAY), "it is not valid before 20"),
        (AUTHORITY.issue("another"), "it is for another, and was asked as local-server"),
        (STRANGER.issue("local-server"), "it is signed by A stranger, an authority that the mach"),
    ],
    ids=["expired", "early", "name", "authority"],
)
def test_what_is_wrong_with_it_comes_first(shown: Certified, why: str) -> None:
    boot = refused(shown.certificate, AUTHORITY, alert="the client: bad certificate")
    # What was recorded was so some time ago: these certificates are of today.
    boot = replace(boot, console=replace(boot.console, power_on_s=NOW))
    (first, *_) = explained(boot)
    assert first.startswith(
        f"the machine did not take the web server's certificate (etc/nginx/nginx.conf:31): {why}"
    )
    assert first.endswith("; the client: bad certificate")


def test_a_good_one_is_not_blamed() -> None:
    boot = refused(AUTHORITY.issue("local-server").certificate, AUTHORITY)
    boot = replace(boot, console=replace(boot.console, power_on_s=NOW))
    assert list(refused_certificates(boot)) == []


def test_a_machine_that_knows_no_authority() -> None:
    (cause,) = refused_certificates(refused(AUTHORITY.issue("local-server").certificate))
    assert cause.startswith(f"the machine was told to boot {URL}")
    assert "knows no authority" in cause


def test_what_was_not_by_https_is_none_of_it() -> None:
    assert list(refused_certificates(record("green-x64-http-ipv4"))) == []


def test_what_is_no_certificate() -> None:
    assert list(refused_certificates(refused(b"nothing", AUTHORITY))) == []


def test_https_is_a_way_of_http_boot() -> None:
    boot = refused(AUTHORITY.issue("local-server").certificate, AUTHORITY)
    assert not any("which is not fetched over" in each for each in explained(boot))
    told = [
        replace(each, bootfile="ftp://192.0.2.1/ipxe.efi") if each.bootfile else each
        for each in boot.wire.events
        if isinstance(each, DhcpMessage)
    ]
    assert any("which is not fetched over http" in e for e in explained(with_events(boot, *told)))


def by_https(arrived: float = 1.0) -> Boot:
    """Give a boot whose firmware fetched so much of its program by HTTPS, as nginx says."""
    boot = record("green-x64-http-ipv4")
    file = boot.site.loaders["x64-http"]
    fetches = [each for each in boot.of(HttpExchange) if each.path == f"/{file}"]
    first, last = fetches[0], fetches[-1]
    session = TlsSession(
        time_s=first.time_s,
        frame=first.frame,
        family=first.family,
        client=first.client,
        client_mac=MAC,
        server=first.server,
        server_mac=first.server_mac,
        port=443,
        name="local-server",
        sent=last.bytes + 9000,
        end_time_s=last.end_time_s,
    )
    events = [each for each in boot.wire.events if each not in fetches]
    wire = replace(boot.wire, events=tuple(sorted((*events, session), key=lambda e: e.frame)))
    lines = (
        replace(each, bytes=int(each.bytes * arrived))
        if isinstance(each, HttpServed) and each.path == f"/{file}" and each.bytes
        else each
        for each in boot.journal.events
    )
    journal = replace(boot.journal, events=tuple(lines))
    program = ExpectedFile(size=last.bytes, head=b"")
    return replace(boot, wire=wire, journal=journal, nbp=program)


def test_a_program_that_came_whole_by_https_is_green() -> None:
    verdict = judge(by_https())
    assert verdict.green, verdict.causes


def test_a_program_that_was_cut_off_in_https_is_red() -> None:
    """The wire tells no end of what is sealed, and nginx answers 200 to what is then broken off."""
    causes = judge(by_https(0.5)).causes
    assert any(re.search(r"it has \d+ bytes, the file \d+", cause) for cause in causes), causes


def test_a_log_alone_is_no_program() -> None:
    """What nginx says that it served is believed where the wire has so much, and not else."""
    boot = by_https()
    events = (replace(e, sent=5000) if isinstance(e, TlsSession) else e for e in boot.wire.events)
    plain = (e for e in events if not (isinstance(e, HttpExchange) and e.sealed))
    causes = judge(replace(boot, wire=replace(boot.wire, events=tuple(plain)))).causes
    assert any("ipxe.efi" in cause for cause in causes), causes
