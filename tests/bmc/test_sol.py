"""Serial over LAN: one window to the console, by the real client on a terminal."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event

import pexpect
import pytest

from harness.deadline import Deadline
from harness.errors import CommandError
from harness.logwatch import wait_until
from harness.process import children
from tests.bmc.conftest import Fitted

BEGUN = "SOL Session operational"
TAKEN = "SOL payload already active on another session"
TIMEOUT_S = 20
LONG = b"".join(b"line %04d\r\n" % number for number in range(500))


class Clients:
    """Starts ipmitool's `sol activate` on terminals, until the test ends."""

    def __init__(self, fitted: Fitted, stack: ExitStack) -> None:
        """Keep the BMC, and what ends with the test."""
        self._fitted, self._stack = fitted, stack

    def activate(self) -> "pexpect.spawn[str]":
        """Begin one more."""
        argv = self._fitted.namespace.entered(self._fitted.bmc.command("sol", "activate"))
        client = pexpect.spawn(argv[0], argv[1:], timeout=TIMEOUT_S, encoding="utf-8")
        self._stack.callback(client.close, force=True)
        return client


@pytest.fixture
def clients(fitted: Fitted) -> Iterator[Clients]:
    with ExitStack() as stack:
        yield Clients(fitted, stack)


def comes(seen: Callable[[], bool]) -> bool:
    """Wait until it is seen; whether it was."""
    never = Event()
    return wait_until(seen, deadline=Deadline(TIMEOUT_S, "it"), pause=never.wait)


def test_text_goes_both_ways(fitted: Fitted, clients: Clients) -> None:
    client = clients.activate()
    client.expect(BEGUN)
    fitted.console.say(b"login: ")
    client.expect("login: ")
    client.send("root\r")
    assert comes(lambda: fitted.console.keys == "root\r")
    fitted.console.say(LONG)
    client.expect("line 0000\r\n")
    client.expect("line 0499\r\n")
    assert client.before is not None
    assert client.before.count("line ") == 498


def test_the_second_is_refused_until_the_first_has_left(fitted: Fitted, clients: Clients) -> None:
    first = clients.activate()
    first.expect(BEGUN)
    clients.activate().expect(TAKEN)
    first.send("\r~.")
    first.expect("terminated ipmitool")
    first.expect(pexpect.EOF)
    third = clients.activate()
    third.expect(BEGUN)
    fitted.says("sol", "deactivate")
    fourth = clients.activate()
    fourth.expect(BEGUN)
    fitted.console.say(b"for the fourth")
    fourth.expect("for the fourth")
    third.send("x")
    third.expect("SOL session closed by BMC")


def test_a_break_is_a_break(fitted: Fitted, clients: Clients) -> None:
    client = clients.activate()
    client.expect(BEGUN)
    client.send("\r~B")
    assert comes(lambda: "break" in fitted.machine.told)


def test_a_key_behind_a_break_comes_after_it_however_long_that_takes(
    fitted: Fitted, clients: Clients
) -> None:
    client = clients.activate()
    client.expect(BEGUN)
    fitted.machine.may_break.clear()
    client.send("\r~B")
    assert comes(lambda: "break begins" in fitted.machine.told)
    client.send("h")
    for number in range(5):  # the client has looked at its keys when it has shown these
        fitted.console.say(b"line %d\r\n" % number)
        client.expect(f"line {number}")
    assert "h" not in fitted.console.keys
    fitted.machine.may_break.set()
    assert comes(lambda: fitted.console.keys == "\rh")
    assert fitted.machine.told[-1] == "break"


def test_keys_for_a_machine_that_is_off_are_lost(fitted: Fitted, clients: Clients) -> None:
    client = clients.activate()
    client.expect(BEGUN)
    fitted.console.is_attached = False
    client.send("a")
    assert comes(lambda: "not attached" in fitted.daemon.log_path.read_text())
    fitted.console.is_attached = True
    client.send("b")
    assert comes(lambda: fitted.console.keys == "b")


def test_who_dies_leaves_it_to_others_in_the_end(fitted: Fitted, clients: Clients) -> None:
    """A client that is killed says nothing; whoever wants the console ends its session."""
    client = clients.activate()
    client.expect(BEGUN)
    (ipmitool,) = children(client.pid or 0)
    os.kill(ipmitool, signal.SIGKILL)
    clients.activate().expect(TAKEN)
    fitted.says("sol", "deactivate")
    clients.activate().expect(BEGUN)


def test_the_harnesss_own_client_sees_and_types(fitted: Fitted) -> None:
    """What it waits for in vain it tells with what it has seen."""
    with fitted.bmc.sol() as client:
        client.wait_for(BEGUN)
        fitted.console.say(b"login: ")
        client.wait_for("login: ")
        client.send("root\r")
        assert comes(lambda: fitted.console.keys == "root\r")
        with fitted.bmc.sol() as second, pytest.raises(CommandError, match=TAKEN):
            second.wait_for(BEGUN)
        client.send("~.")
        client.wait_for_end()
