"""Only a boot in which somebody may have been late is worth another try on another clock."""

from dataclasses import replace

import pytest

from harness.judge.judgement import judge
from harness.judge.lateness import may_be_late
from harness.model import Family
from harness.witness.wire import Outcome, TftpTransfer
from tests.judge.approved import APPROVED, held
from tests.judge.recorded import record, with_events
from tests.judge.test_causes import answers, every


@pytest.mark.parametrize("name", ["red-stopped-dhcpd4", "red-stopped-nginx"])
def test_a_server_that_does_not_answer_may_be_late(name: str) -> None:
    assert judge(record(name)).may_be_late


def test_a_machine_that_was_never_on_the_wire_may_be_late() -> None:
    assert may_be_late(with_events(record("green-x64-tftp-ipv4")))


def test_a_transfer_that_does_not_end_may_be_late() -> None:
    boot = every(record("green-x64-tftp-ipv4"), TftpTransfer, outcome=Outcome.UNFINISHED)
    assert may_be_late(boot)


def test_what_a_server_said_does_not_depend_on_the_clock() -> None:
    boot = answers(record("green-x64-tftp-ipv4"), Family.IPV4, next_server="192.0.2.66")
    assert not judge(boot).may_be_late


def test_an_answer_that_is_not_as_approved_does_not_depend_on_it_either() -> None:
    told = APPROVED.replace("router 192.0.2.1", "router 192.0.2.9")
    assert not judge(held(told)).may_be_late
    assert not judge(held(APPROVED.replace("boot=live", "boot=dead"))).may_be_late
    assert not judge(held(APPROVED.replace("> Showmax", "> Other"))).may_be_late


def test_a_row_may_be_chosen_too_late() -> None:
    approved = APPROVED.replace("nobody presses a key", 'chooses "GRML"')
    told = APPROVED.replace("counts down 5 s", "counts down 1 s")
    assert judge(held(told, approved=approved)).may_be_late


def test_an_offer_may_have_come_when_nobody_waited_any_more() -> None:
    told = APPROVED.replace(" gives {address6}", " offers in vain {address6}")
    assert judge(held(told)).may_be_late


def test_a_file_that_is_not_there_comes_no_sooner() -> None:
    assert not judge(record("red-missing-nbp-tftp")).may_be_late


def test_logs_that_have_less_than_the_wire_may_be_late() -> None:
    boot = record("green-x64-tftp-ipv4")
    assert judge(replace(boot, journal=replace(boot.journal, events=()))).may_be_late
