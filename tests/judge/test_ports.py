"""A port that nobody listens on, by the line that names it, and who listens elsewhere."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.ports import refusals
from harness.model import Family
from harness.services.registry import load_site
from harness.witness.wire import DnsLookup, Refusal, WireEvent
from tests.judge.recorded import MAC, SHOWMAX, record, with_events

SCRIPT, DHCPD = "srv/tftp/script.ipxe", "etc/dhcp/dhcpd.conf"


def refused(
    old: str, new: str, port: int, *, server: str = "192.0.2.1", path: str = SCRIPT, why: str = ""
) -> str:
    """Change a line of the site's, and let a port be refused; give what is said of it."""
    boot = replace(record("green-bios-ipxe-rom"), payload=None)
    site = boot.site.replaced(path, old, new)
    return said(replace(boot, site=site), port, server=server, why=why)


def said(boot: Boot, port: int, *, server: str = "192.0.2.1", why: str = "") -> str:
    last = [*boot.wire.of(WireEvent, mac=MAC)][-1]
    event = Refusal(
        time_s=last.time_s,
        frame=9999,
        family=Family.IPV6 if ":" in server else Family.IPV4,
        client_mac=MAC,
        server=server,
        transport="tcp",
        port=port,
        why=why or "connection refused",
    )
    (cause,) = refusals(with_events(boot, *boot.wire.events, event))
    return cause


@pytest.mark.parametrize(
    ("old", "new", "port", "path", "line"),
    [
        ("kernel showmax/", "kernel http://192.0.2.1:8080/showmax/", 8080, SCRIPT, 53),
        ("kernel showmax/", "kernel http://${next-server}:81/showmax/", 81, SCRIPT, 53),
        ("kernel showmax/", "kernel https://u:p@192.0.2.1/showmax/", 443, SCRIPT, 53),
        ("http://192.0.2.1/script", "http://192.0.2.1:808/script", 808, DHCPD, 23),
    ],
)
def test_a_port_that_no_daemon_has(old: str, new: str, port: int, path: str, line: int) -> None:
    assert refused(old, new, port, path=path) == (
        f"nobody listens on 192.0.2.1 port {port} ({path}:{line}): connection refused over IPv4 "
        "(frame 9999); nginx listens on 0.0.0.0:80 and [::]:80 (etc/nginx/nginx.conf:28 and "
        "etc/nginx/nginx.conf:29)"
    )


def test_a_name_that_was_answered_with_the_address() -> None:
    boot = replace(record("green-bios-ipxe-rom"), payload=None)
    site = boot.site.replaced(SCRIPT, "initrd showmax/", "initrd http://local-server:99/showmax/")
    first = next(boot.wire.of(WireEvent, mac=MAC))
    lookup = DnsLookup(
        time_s=first.time_s,
        frame=first.frame,
        family=Family.IPV4,
        name="local-server",
        type="A",
        answers=("192.0.2.1",),
        client_mac=MAC,
    )
    told = replace(with_events(boot, lookup, *boot.wire.events), site=site)
    assert f"port 99 ({SCRIPT}:57)" in said(told, 99)


def test_the_usual_port_of_a_server_on_another() -> None:
    site = load_site(SHOWMAX.parent / "sites" / "homelab")
    boot = replace(record("green-bios-ipxe-rom"), payload=None, site=site)
    cause = said(boot, 80, server="192.168.178.2")
    assert cause.startswith("nobody listens on 192.168.178.2 port 80: connection refused")
    assert cause.endswith("; lighttpd listens on port 8000 (etc/lighttpd/lighttpd.conf:2)")
    assert said(boot, 8000, server="192.168.178.2").startswith("the web server does not listen")


def test_another_host_and_whoever_is_kept_from_a_port() -> None:
    cause = refused(
        "kernel showmax/", "kernel http://203.0.113.5/showmax/", 80, server="203.0.113.5", why="no"
    )
    assert cause.startswith(f"203.0.113.5 port 80 ({SCRIPT}:53) is not to be had, and not the site")
    boot = replace(record("green-bios-ipxe-rom"), payload=None)
    port = 53
    assert "is not reached: 192.0.2.1 port 53 over IPv4, host unreachable" in said(
        boot, port, why="host unreachable"
    )
