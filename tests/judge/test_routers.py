"""What routers advertise, or do not: each made of a real boot by one change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.model import Family
from harness.plan.boot_text import BootText
from harness.services.registry import load_site
from harness.witness.wire import (
    DhcpMessage,
    Option,
    Outcome,
    RouterAdvertisement,
    TftpTransfer,
    Unheard,
)
from tests.judge.recorded import MAC, SHOWMAX, record, with_events
from tests.judge.silenced import ended, first_event


def advertising(boot: Boot, **change: object) -> Boot:
    """Change every router advertisement."""
    return with_events(
        boot,
        *(
            replace(each, **change) if isinstance(each, RouterAdvertisement) else each  # type: ignore[arg-type]
            for each in boot.wire.events
        ),
    )


def test_a_router_without_the_prefix() -> None:
    cause = judge(advertising(record("green-x64-http-ipv6"), prefixes=())).causes[0]
    assert "lacks the prefix 2001:db8::/64" in cause


def test_a_router_that_was_stopped_had_advertised_before() -> None:
    boot = record("green-x64-http-ipv6")
    told = ended(boot, "radvd", first_event(boot).time_s - 1)
    assert judge(told).causes[0] == (
        "no router advertisement was on the wire: "
        "radvd was stopped before this machine asked for anything"
    )


def test_a_router_is_not_held_against_ipv4() -> None:
    verdict = judge(advertising(record("green-x64-http-ipv4"), managed=False))
    assert verdict.green
    assert "lacks the managed flag" in verdict.recovered[0]


@pytest.mark.parametrize(
    ("prefixes", "said"),
    [
        (
            {"prefixes": ()},
            "lacks the prefix 2001:db8::/64: nobody knows that the server's address",
        ),
        ({"prefix": "2001:db9::/64"}, "lacks the prefix 2001:db8::/64, and has 2001:db9::/64: nob"),
        ({"on_link": False}, "has the prefix 2001:db8::/64 as not on-link: nobody knows that the"),
        ({"valid_s": 0}, "has the prefix 2001:db8::/64 for 0 s: nobody knows that the server's"),
    ],
)
def test_what_is_wrong_with_a_prefix(prefixes: dict[str, Any], said: str) -> None:
    boot = record("green-x64-http-ipv6")
    (told, *_) = boot.wire.of(RouterAdvertisement)
    kept = () if "prefixes" in prefixes else told.prefixes
    changed = tuple(replace(each, **prefixes) for each in kept)
    cause = judge(advertising(boot, prefixes=changed)).causes[0]
    assert said in cause
    assert "etc/radvd.conf" in cause


@pytest.mark.parametrize("name", ["green-x64-tftp-ipv4", "green-x64-tftp-ipv6"])
def test_a_router_is_not_silent_to_who_does_not_wait_for_it(name: str) -> None:
    """Firmware does without, and has not come to its loader."""
    boot = replace(record(name), payload=None)
    begun = next(e for e in boot.wire.of(TftpTransfer, mac=MAC))
    refused = replace(begun, outcome=Outcome.REFUSED, error="File not found")
    before = [e for e in boot.wire.events if e.frame < begun.frame]
    kept = [e for e in before if not isinstance(e, RouterAdvertisement)]
    causes = judge(with_events(boot, *kept, refused)).causes
    assert not any("router" in each for each in causes)


def test_firmware_that_boots_without_a_routers_word_is_right() -> None:
    boot = record("green-ia32-http-ipv6")
    assert boot.payload is not None
    boot = replace(boot, payload=replace(boot.payload, ipv6=()))
    heard = (each for each in boot.wire.events if not isinstance(each, RouterAdvertisement))
    assert judge(with_events(boot, *heard)).green


@pytest.mark.parametrize(("last_frame", "is_told"), [(8, False), (99999, True)])
def test_a_router_that_nobody_needed_is_no_cause(last_frame: int, *, is_told: bool) -> None:
    """Firmware looks for it, a lab need not have it, and what is fetched is on the link."""
    boot = record("red-missing-script")
    router = Option(code=3, name="router", value="192.0.2.254")
    told = [
        replace(each, options=(router,)) if isinstance(each, DhcpMessage) else each
        for each in boot.wire.events
    ]
    vain = Unheard(
        time_s=told[0].time_s, frame=7, family=Family.IPV4, client_mac=MAC, server="192.0.2.254"
    ).asked_again(2, last_frame=last_frame)
    causes = judge(with_events(boot, vain, *told), When.WAITING).causes
    assert any(each.startswith("nobody has 192.0.2.254") for each in causes) is is_told


def test_that_nobody_advertises_is_told_where_the_approved_boot_had_it() -> None:
    site = load_site(SHOWMAX.with_name("showmax-dnsmasq"))
    site = site.replaced("etc/dnsmasq.conf", "enable-ra\n", "")
    boot = record("green-x64-http-ipv6", entry="", site=site)
    silent = [each for each in boot.wire.events if not isinstance(each, RouterAdvertisement)]
    router = "router    2001:db8::1 advertises 2001:db8::/64 on-link\n"
    asks = "firmware  asks DHCPv6 as HTTPClient, client arch 0x0010\nanswer    nobody\n"
    text = BootText.parse(f"machine   x64-http-ipv6\n{router}{asks}", path=Path("x.boot"))
    causes = judge(replace(with_events(boot, *silent), learned=text, told=text)).causes
    said = "no router advertisement was on the wire: nobody on the server sends any"
    assert f"{said} (enable-ra, beside etc/dnsmasq.conf:32)" in causes
