"""Servers that are asked without a guest: silence is theirs only while everybody lives."""

import os
import select
import signal
from pathlib import Path

import pytest

from harness.errors import NetworkError, ServiceError
from harness.lab.asked_servers import Asker, asked_servers
from harness.model import Family
from harness.services.registry import load_site
from harness.site import Site
from harness.site.known_machine import KnownMachine
from harness.witness.wire import DhcpKind
from harness.witness.wire.lease_message import LeaseMessage
from harness.witness.wire.question import Question

SHOWMAX = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")
MACHINE = KnownMachine.of("any")
SYSTEM = Question(family=Family.IPV4, mac=MACHINE.mac, uuid=MACHINE.uuid, xid=0x1234)


@pytest.fixture
def site(daemons: None) -> Site:
    """Give a site with one DHCP server."""
    return SHOWMAX.without_daemons("dhcpd6")


def killed(pid: int) -> None:
    """Kill a process, and wait until it is gone."""
    end = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([end], [], [], 10.0)[0]
    os.close(end)


def test_a_server_that_dies_of_a_message_is_told(daemons: None) -> None:
    """Else it would be taken for one that has nothing to say."""
    said = LeaseMessage(kind=DhcpKind.SOLICIT, mac=MACHINE.mac, uuid=MACHINE.uuid, xid=0x1234)
    with asked_servers(SHOWMAX.without_daemons("dhcpd4")) as asker:
        offer = asker.say(said)
        assert offer is not None
        assert offer.kind is DhcpKind.ADVERTISE
        killed(service_pid(asker))
        with pytest.raises(ServiceError, match="dhcpd6: died"):
            asker.say(said)


def service_pid(asker: Asker) -> int:
    (service,) = asker._lab.services
    return service._started().pid


def test_a_server_answers_while_both_live(site: Site) -> None:
    with asked_servers(site) as asker:
        (asked,) = asker.ask([SYSTEM])
    assert asked.answers


def test_a_server_that_has_died_is_not_taken_for_one_that_has_no_answer(site: Site) -> None:
    with asked_servers(site) as asker:
        killed(service_pid(asker))
        with pytest.raises(ServiceError, match="dhcpd4: died"):
            asker.ask([SYSTEM])


def test_an_asker_that_has_died_hears_no_silence(site: Site) -> None:
    with asked_servers(site) as asker:
        (sender,) = asker._pipe.children()
        killed(sender)
        with pytest.raises(NetworkError, match="what asks DHCP servers has ended"):
            asker.ask([SYSTEM])
