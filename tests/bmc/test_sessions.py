"""Who is let in, by what, and what a BMC makes of packets that are none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import process
from harness.bmc.packet import DroppedError, Packet, Request
from tests.bmc.conftest import Fitted

IS_OFF = "Chassis Power is off"
NO_SESSION = "Unable to establish IPMI v2 / RMCP+ session"
CAPABILITIES = bytes.fromhex("0600ff07 00 00000000 00000000 09 2018c8 81 00 38 0e 04 35")
OPEN = bytes.fromhex("0600ff07 06 10 00000000 00000000 2000 00040000 a0a2a3a4") + bytes(24)
SENDER = """
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.settimeout(float(sys.argv[2]))
sender.connect((sys.argv[1], 623))
for line in sys.stdin:
    sender.send(bytes.fromhex(line))
try:
    print(sender.recv(1024).hex())
except TimeoutError:
    print("nothing")
"""


def answer(fitted: Fitted, *packets: bytes, timeout_s: float = 0.2) -> str:
    """Send datagrams; give the first answer, in hex."""
    text = "".join(f"{packet.hex()}\n" for packet in packets)
    argv = ["python3", "-c", SENDER, str(fitted.bmc.addresses[0]), str(timeout_s)]
    return fitted.namespace.run(argv, stdin=text).stdout.strip()


def test_only_the_user_with_the_password(fitted: Fitted) -> None:
    assert fitted.says("power", "status") == IS_OFF
    assert NO_SESSION in fitted.refuses("power", "status", password="wrong")
    assert fitted.says("power", "status") == IS_OFF
    assert NO_SESSION in fitted.refuses("power", "status", user="nobody")
    assert fitted.says("power", "status") == IS_OFF
    said = fitted.bmc.ipmitool("-v", "power", "status", user="nobody", check=False).output
    assert "unauthorized name" in said
    assert "refused: 'nobody': UNAUTHORIZED_NAME" in fitted.daemon.log_path.read_text()
    said = fitted.bmc.ipmitool("-v", "power", "status", password="wrong", check=False).output
    assert "RAKP 2 HMAC is invalid" in said


def test_nobody_outside_of_the_lab_reaches_it(fitted: Fitted) -> None:
    for address in fitted.bmc.addresses:
        command = fitted.bmc.command("-N", "1", "-R", "1", "power", "status", over=address)
        assert IS_OFF in fitted.namespace.run(command).stdout
        assert NO_SESSION in process.run(command, check=False).stderr


@pytest.mark.parametrize("suite", ["3", "17"])
def test_suites_that_hide_and_prove(fitted: Fitted, suite: str) -> None:
    assert fitted.says("-C", suite, "power", "status") == IS_OFF


@pytest.mark.parametrize("suite", ["0", "1", "2", "6", "8", "12"])
def test_other_suites_are_refused(fitted: Fitted, suite: str) -> None:
    assert "no matching cipher suite" in fitted.refuses("-C", suite, "power", "status")
    assert fitted.says("power", "status") == IS_OFF


def test_privileges(fitted: Fitted) -> None:
    assert fitted.says("-L", "USER", "power", "status") == IS_OFF
    assert "Insufficient privilege level" in fitted.refuses("-L", "USER", "power", "on")
    assert fitted.machine.told == []
    fitted.says("-L", "OPERATOR", "power", "on")
    assert fitted.machine.told == ["on"]


def test_packets_that_are_cut_short(fitted: Fitted) -> None:
    """Whole ones are answered; of the others none, and the log says why."""
    assert answer(fitted, CAPABILITIES, timeout_s=10) != "nothing"
    assert answer(fitted, OPEN, timeout_s=10) != "nothing"
    for whole in (CAPABILITIES, OPEN):
        cut = [whole[:size] for size in range(1, len(whole))]
        assert answer(fitted, *cut) == "nothing"
    signed = OPEN[:5] + b"\xc0" + b"\x01\x00\x00\x01" + OPEN[10:]
    assert answer(fitted, signed) == "nothing"
    assert "dropped: cut short" in fitted.daemon.log_path.read_text()
    assert "Traceback" not in fitted.daemon.log_path.read_text()
    assert fitted.says("power", "status") == IS_OFF


def test_sessions_that_are_left_open_do_not_shut_others_out(fitted: Fitted) -> None:
    answer(fitted, *(OPEN[:24] + _proposed() for _ in range(40)), timeout_s=10)
    assert fitted.says("power", "status") == IS_OFF


def _proposed() -> bytes:
    return bytes.fromhex("0000000801000000 0100000801000000 0200000801000000")


@given(st.binary(max_size=80))
def test_whatever_comes_is_read_or_dropped(data: bytes) -> None:
    for packet in (data, CAPABILITIES[:4] + data, OPEN[:5] + data):
        with suppress(DroppedError):
            Request.read(Packet.read(packet).payload)
