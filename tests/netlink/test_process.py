"""The process that talks rtnetlink: what it answers, and that it ends with the harness."""

import os
import select
import signal
import sys

import pytest

from harness import netlink, process
from harness.errors import NetworkError

_KILLED = """
import os, signal
from harness import netlink
netlink.begin()
print(netlink._running[0]._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
_TIMEOUT_S = 20.0


def test_a_lab_that_is_not_there_is_named() -> None:
    nowhere = netlink.Place(pid=2**22 + 1, has_user_namespace=False)
    with pytest.raises(NetworkError, match="cannot be reached"):
        netlink.ask("ways_out", nowhere)


def test_it_serves_again_after_its_end() -> None:
    netlink.begin()
    netlink.end()
    netlink.end()
    assert netlink.ask("forget", netlink.Place(pid=1, has_user_namespace=False)) is None


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGSTOP, "does not answer"), (signal.SIGKILL, "has ended")]
)
def test_one_that_hangs_or_is_gone_is_told_and_replaced(
    number: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    netlink.begin()
    place = netlink.Place(pid=1, has_user_namespace=False)
    assert netlink.ask("forget", place) is None
    monkeypatch.setattr(netlink, "_ANSWER_TIMEOUT_S", 0.5)
    monkeypatch.setattr(netlink, "_END_TIMEOUT_S", 0.5)
    os.kill(netlink._running[0]._process.pid, number)
    with pytest.raises(NetworkError, match=said):
        netlink.ask("forget", place)
    monkeypatch.undo()
    assert netlink.ask("forget", place) is None


def test_it_ends_when_the_harness_is_killed() -> None:
    said = process.run([sys.executable, "-c", _KILLED], check=False).stdout
    try:
        ended = os.pidfd_open(int(said))
    except ProcessLookupError:  # so soon
        return
    try:
        assert select.select([ended], [], [], _TIMEOUT_S)[0]
    finally:
        os.close(ended)
