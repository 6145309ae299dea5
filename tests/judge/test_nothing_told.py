"""Answers that lead nowhere, of captures alone: each made of a real boot by one change."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.witness.wire import DhcpMessage, Option, WireEvent
from harness.witness.wire.dhcp4_options import AT_ONCE
from tests.judge.recorded import record, with_events


def captured(boot: Boot, change: Callable[[DhcpMessage], WireEvent]) -> tuple[str, ...]:
    """Judge a capture in which servers answered otherwise, and nothing else was asked."""
    messages = (each for each in boot.wire.events if isinstance(each, DhcpMessage))
    events = (change(each) if each.kind.from_server else each for each in messages)
    return judge(with_events(boot, *events), When.CAPTURED).causes


def without_file(message: DhcpMessage) -> WireEvent:
    return replace(message, bootfile="")


def test_an_address_without_a_boot_file() -> None:
    causes = captured(record("green-x64-tftp-ipv4"), without_file)
    assert causes[0].startswith("the DHCPv4 server 192.0.2.1 gives 192.0.2.64 (frame ")
    assert ": the firmware, as PXEClient" in causes[0]
    assert causes[0].endswith("has nothing to fetch (filename, etc/dhcp/dhcpd.conf)")
    assert any("nobody names a boot file: iPXE has nothing to fetch" in each for each in causes)


@pytest.mark.parametrize("code", [43, 17])
def test_what_leads_to_a_boot_without_a_file(code: int) -> None:
    option = Option(code=code, name="", value="")
    causes = captured(
        record("green-x64-tftp-ipv4"),
        lambda each: replace(each, bootfile="", options=(option,)),
    )
    assert not any("DHCPv4" in each and "nobody names a boot file" in each for each in causes)


def test_a_file_to_be_taken_at_once_that_nobody_names() -> None:
    option = Option(code=43, name="PXE", value=f"discovery {AT_ONCE}")
    causes = captured(
        record("green-x64-tftp-ipv4"),
        lambda each: replace(each, bootfile="", options=(option,)),
    )
    assert any("DHCPv4" in each and "nobody names a boot file" in each for each in causes)


@pytest.mark.parametrize("name", ["green-x64-http-ipv4", "green-x64-http-ipv6"])
def test_http_boot_passes_over_what_does_not_say_so(name: str) -> None:
    causes = captured(record(name), lambda each: replace(each, vendor_class=""))
    assert [each for each in causes if "without vendor class HTTPClient" in each]


def test_a_machine_that_fetches_was_told_enough() -> None:
    boot = record("green-x64-tftp-ipv4")
    events = (
        without_file(each) if isinstance(each, DhcpMessage) and each.kind.from_server else each
        for each in boot.wire.events
    )
    assert judge(with_events(boot, *events), When.CAPTURED).causes == ()
