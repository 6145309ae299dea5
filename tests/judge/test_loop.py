"""What goes round is told by what closes the circle."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.model import Family
from harness.services.registry import load_site
from harness.site import Site
from harness.witness.wire import DhcpMessage, HttpExchange, TftpTransfer, WireEvent
from tests.judge.recorded import MAC, SHOWMAX, explained, record, showmax, with_events

KEA = "etc/kea/kea-dhcp4.conf"
DHCPD = "etc/dhcp/dhcpd.conf"


def shifted(events: list[WireEvent], more: int) -> list[WireEvent]:
    return [replace(each, frame=each.frame + more) for each in events]


def handed_itself(name: str, *, times: int = 3) -> Boot:
    """Have DHCP give iPXE the file again that the firmware has fetched."""
    boot = record(name)
    fetches = [e for e in boot.wire.of(TftpTransfer, mac=MAC) if e.outcome.arrived]
    asked = next(e for e in boot.wire.of(DhcpMessage, mac=MAC) if e.is_ipxe)
    before = [e for e in boot.wire.events if e.frame < asked.frame]
    talk = [
        replace(e, bootfile=fetches[-1].file)
        for e in boot.wire.of(DhcpMessage, mac=MAC)
        if e.family is Family.IPV4 and e.frame >= asked.frame
    ]
    round_ = [*talk, replace(fetches[-1], frame=talk[-1].frame + 1)]
    rounds = [e for n in range(times) for e in shifted(list(round_), 1000 * n)]
    return replace(with_events(boot, *before, *rounds), payload=None)


def test_a_loader_that_is_handed_itself_names_the_answer_and_the_condition() -> None:
    (first, *_) = explained(handed_itself("green-x64-tftp-ipv4"))
    assert first.startswith(
        "iPXE is handed itself, again and again: the DHCPv4 answer to user class iPXE has ipxe.efi "
    )
    assert f"; filename, {DHCPD}:34), which has just been started; " in first
    assert first.endswith(f"is to tell iPXE from firmware is not met: if user-class, {DHCPD}:22")


@pytest.mark.parametrize("only", [True, False])
def test_a_class_of_keas_that_is_looked_at_only_if_required_has_that_named(*, only: bool) -> None:
    site = load_site(SHOWMAX.with_name("showmax-kea"))
    test = "\"option[77].hex == 'iPXE'\",\n"
    site = site.replaced(KEA, test, f'{test}"only-if-required": {str(only).lower()},\n')
    (first, *_) = explained(replace(handed_itself("green-x64-tftp-ipv4"), site=site))
    rule = f"is not met: option[77].hex, {KEA}:24"
    assert first.endswith(
        f"{rule}; beside it stands only-if-required true, {KEA}:25" if only else rule
    )


def test_a_rule_for_ipxe_that_has_the_loader_itself_is_not_said_to_be_unmet() -> None:
    """Its file is named by its own line, though another rule has the same."""
    site = showmax().replaced(DHCPD, '"http://192.0.2.1/script.ipxe"', '"ipxe.efi"')
    (first, *_) = explained(replace(handed_itself("green-x64-tftp-ipv4"), site=site))
    assert f"; filename, {DHCPD}:23), which has just been started; " in first
    assert first.endswith(f"it is iPXE's own rule that has it: if user-class, {DHCPD}:22")


def test_a_chain_of_conditions_behind_the_rule_for_ipxe_is_named_where_it_begins() -> None:
    another = '}\nif substring(option vendor-class-identifier, 0, 10) = "HTTPClient"\n'
    asked = another.replace("}\nif", "} elsif") + "        and option client-arch = 00:10"
    site = showmax().replaced(DHCPD, asked, asked.replace("} elsif", "}\nif"))
    (first, *_) = explained(replace(handed_itself("green-x64-tftp-ipv4"), site=site))
    assert "is not met" not in first
    assert f"if user-class, {DHCPD}:22, has no say: {DHCPD}:25-26 begins another chain" in first


def test_a_loader_that_has_come_once_is_not() -> None:
    assert not any(
        "itself" in each for each in explained(handed_itself("green-x64-tftp-ipv4", times=0))
    )


def chained(site: Site, *paths: str, rounds: int) -> Boot:
    """Have scripts fetched one after the other, again and again."""
    boot = record("green-bios-ipxe-rom", site=site)
    script = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.path == "/script.ipxe")
    kept = [e for e in boot.wire.events if e.frame < script.frame]
    fetched = [
        replace(script, path=path, frame=script.frame + 10 * number)
        for number, path in enumerate([*rounds * paths, paths[0]])
    ]
    return replace(with_events(boot, *kept, *fetched), payload=None)


def test_scripts_in_a_circle_are_told_with_the_lines_that_close_it() -> None:
    site = showmax().with_file("srv/tftp/script.ipxe", "#!ipxe\n# other.ipxe\nchain other.ipxe\n")
    site = site.with_file("srv/tftp/other.ipxe", "#!ipxe\n\nchain http://192.0.2.1/script.ipxe\n")
    (first, *_) = explained(chained(site, "/script.ipxe", "/other.ipxe", rounds=2))
    assert first.startswith(
        "script.ipxe → other.ipxe → script.ipxe was fetched 3 times: it loops (frame "
    )
    assert first.endswith("; srv/tftp/script.ipxe:3 and srv/tftp/other.ipxe:3)")


@pytest.mark.parametrize("rounds", [0, 1])
def test_a_second_try_is_no_circle(rounds: int) -> None:
    causes = explained(chained(showmax(), "/script.ipxe", "/other.ipxe", rounds=rounds))
    assert not any("loops" in each for each in causes)
