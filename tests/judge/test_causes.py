"""Faults that no recording shows, each made of a real boot by one change."""

from dataclasses import replace
from typing import Any

import pytest

from harness.errors import UsageError
from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import Family
from harness.witness.journal import DhcpLogged
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    HttpExchange,
    RouterAdvertisement,
    TftpTransfer,
    WireEvent,
)
from tests.judge.recorded import MAC, explained, record, showmax, with_events

OTHER_MAC = "52:54:00:00:00:99"


def every(boot: Boot, kind: type[WireEvent], **change: Any) -> Boot:  # noqa: ANN401
    """Change every event of one kind."""
    events = (replace(e, **change) if isinstance(e, kind) else e for e in boot.wire.events)
    return with_events(boot, *events)


def answers(boot: Boot, family: Family, **change: Any) -> Boot:  # noqa: ANN401
    """Change what the DHCP server says to firmware, up to the lease."""
    firmware = {
        message.xid
        for message in boot.wire.of(DhcpMessage)
        if message.is_boot_request and not message.is_ipxe
    }
    return with_events(
        boot,
        *(
            replace(e, **change)
            if isinstance(e, DhcpMessage)
            and e.kind.from_server
            and e.family is family
            and e.xid in firmware
            else e
            for e in boot.wire.events
        ),
    )


def without(boot: Boot, kind: type[WireEvent]) -> Boot:
    return with_events(boot, *(e for e in boot.wire.events if not isinstance(e, kind)))


def first_cause(boot: Boot) -> str:
    causes = judge(boot).causes
    assert explained(boot)[0] == causes[0]
    return causes[0]


def test_a_strange_router() -> None:
    boot = every(record("green-x64-http-ipv6"), RouterAdvertisement, server_mac=OTHER_MAC)
    cause = first_cause(boot)
    assert cause.startswith("a router that is not the site's advertises itself: fe80::")
    assert OTHER_MAC in cause


def test_a_silent_router() -> None:
    boot = without(record("green-x64-http-ipv6"), RouterAdvertisement)
    assert first_cause(boot) == (
        "no router advertisement was on the wire: radvd is silent (AdvSendAdvert, etc/radvd.conf:5)"
    )


def test_a_router_that_sends_nobody_to_dhcpv6() -> None:
    boot = every(record("green-x64-http-ipv6"), RouterAdvertisement, managed=False)
    assert "lacks the managed flag" in first_cause(boot)


def test_an_answer_that_http_boot_passes_over() -> None:
    boot = answers(record("green-x64-http-ipv4"), Family.IPV4, vendor_class="")
    assert "answered without vendor class HTTPClient (frame" in first_cause(boot)


def test_another_next_server() -> None:
    boot = answers(record("green-x64-tftp-ipv4"), Family.IPV4, next_server="192.0.2.66")
    assert "named next-server 192.0.2.66 (frame" in first_cause(boot)


def test_a_bootfile_on_another_server() -> None:
    elsewhere = "tftp://[2001:db8::66]/ipxe.efi"
    boot = answers(record("green-x64-tftp-ipv6"), Family.IPV6, bootfile=elsewhere)
    assert "sent the client to 2001:db8::66 (frame" in first_cause(boot)


def test_a_bootfile_by_another_protocol() -> None:
    boot = answers(
        record("green-x64-http-ipv6"), Family.IPV6, bootfile="tftp://[2001:db8::1]/ipxe.efi"
    )
    assert "which is not fetched over http" in first_cause(boot)


@pytest.mark.parametrize("bootfile", ["", "http://[", "x://y/z"])
def test_a_bootfile_that_is_none(bootfile: str) -> None:
    boot = answers(record("green-x64-http-ipv6"), Family.IPV6, bootfile=bootfile)
    assert "the site expects 'ipxe.efi'" in first_cause(boot)


def test_why_dhcpd_does_not_answer() -> None:
    boot = record("red-stopped-dhcpd4")
    refused = DhcpLogged(
        daemon="dhcpd4",
        line="",
        family=Family.IPV4,
        kind=DhcpKind.DISCOVER,
        mac=MAC,
        remark="network 192.0.2.0/24: no free leases",
    )
    full = replace(boot, journal=replace(boot.journal, events=(refused,)))
    assert first_cause(full).endswith("dhcpd says: network 192.0.2.0/24: no free leases")


def test_an_nbp_that_firmware_does_not_start() -> None:
    boot = replace(record("green-x64-tftp-ipv4"), payload=None)
    loaded = next(e for e in boot.wire.of(TftpTransfer) if e.bytes)
    cut = with_events(boot, *(e for e in boot.wire.events if e.frame <= loaded.frame))
    assert "the NBP ipxe.efi arrived" in first_cause(cut)


def test_a_family_that_the_site_does_not_serve() -> None:
    boot = replace(record("green-bios-ipxe-rom"), site=showmax().without_daemons("dhcpd4"))
    assert any("not the way that the site promises" in cause for cause in judge(boot).causes)


def test_a_site_that_serves_no_family() -> None:
    site = showmax().without_daemons("dhcpd4", "dhcpd6")
    causes = judge(replace(record("green-bios-ipxe-rom"), site=site)).causes
    assert any(cause.startswith("not on the wire: script script.ipxe") for cause in causes)


def test_a_machine_script_that_nobody_fetched() -> None:
    site = showmax()
    own = site.with_file(site.machine_script_path(MAC), "#!ipxe\n")
    causes = judge(replace(record("green-bios-ipxe-rom"), site=own)).causes
    assert causes[0].startswith(f"nginx answered 404 to GET /script.ipxe-{MAC.replace(':', '%3A')}")


def test_two_machines_behind_the_servers_address() -> None:
    boot = record("green-bios-ipxe-rom")
    last = [event for event in boot.wire.of(HttpExchange) if event.status == 200][-1]
    stolen = with_events(
        boot, *(replace(e, server_mac=OTHER_MAC) if e is last else e for e in boot.wire.events)
    )
    assert first_cause(stolen).startswith("several machines answer for the boot server's address")


def test_an_entry_without_a_payload_needs_none() -> None:
    boot = replace(record("green-bios-ipxe-rom"), entry="ipxeconfig", payload=None)
    causes = judge(boot).causes
    assert not any("payload" in cause for cause in causes)
    assert causes[0].startswith("showmax/vmlinuz of entry showmax was fetched")


def test_an_entry_that_the_menu_does_not_have() -> None:
    with pytest.raises(UsageError, match="no entry nope"):
        judge(replace(record("green-bios-ipxe-rom"), entry="nope"))


def test_a_site_without_the_loader() -> None:
    site = replace(showmax(), loaders={})
    with pytest.raises(UsageError, match="names no loader for x64-tftp-ipv4"):
        judge(replace(record("green-x64-tftp-ipv4"), site=site))


def test_a_server_that_is_told_to_call_itself_otherwise() -> None:
    site = showmax().replaced(
        "etc/dhcp/dhcpd.conf", "authoritative;", "authoritative; server-identifier 192.0.2.9;"
    )
    boot = record("green-bios-ipxe-rom", site=site)
    events = (
        replace(e, server_id="192.0.2.9", server="192.0.2.9")
        if isinstance(e, DhcpMessage) and e.family is Family.IPV4 and e.kind.from_server
        else e
        for e in boot.wire.events
    )
    (first, *others) = judge(with_events(boot, *events)).causes
    assert first.startswith(
        "dhcpd -4 calls itself 192.0.2.9 (etc/dhcp/dhcpd.conf:4), which is not the boot server's "
    )
    assert not any("is not the site's" in each for each in others)
