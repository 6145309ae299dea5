"""How fast a machine got its files, from the capture of a real boot."""

from dataclasses import replace

from harness.evidence.rates import rates
from harness.witness.wire import HttpExchange, Outcome
from tests.judge.recorded import MAC, record

WIRE = record("green-x64-http-ipv6").wire
NOBODY = "52:54:00:12:34:51"


def test_each_protocol_by_which_files_have_arrived() -> None:
    (line,) = rates(WIRE, {MAC: "guest0", NOBODY: "guest1"}).splitlines()
    got = [each for each in WIRE.of(HttpExchange, mac=MAC) if each.outcome.arrived]
    assert line.startswith(f"guest0  {MAC}  HTTP  {len(got)} files  ")
    size = sum(each.bytes for each in got) / 1e6
    assert f"{size:.2f} MB in" in line
    assert line.endswith(" MB/s")


def test_what_was_broken_off_does_not_count() -> None:
    broken = [
        replace(each, outcome=Outcome.ABORTED) if isinstance(each, HttpExchange) else each
        for each in WIRE.events
    ]
    assert rates(replace(WIRE, events=tuple(broken)), {MAC: "guest0"}) == ""
