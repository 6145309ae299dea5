"""`harness up` says what runs and stays until it is told to end."""

import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from harness import cli
from harness.process import Process
from tests.cli.conftest import SHOWMAX, Person
from tests.lab.census import Census

Harness = Callable[..., Process]


def test_it_says_what_runs_and_how_to_get_at_it(person: Person, own_site: Path) -> None:
    said = person.said
    assert person.fact("lab").endswith(f": showmax, from {own_site}")
    assert person.fact("server") == "local-server, eth0: 192.0.2.1/24, 2001:db8::1/64"
    assert {"dhcpd4", "radvd", "nginx"} <= set(person.fact("daemons").split(", "))
    assert Path(person.fact("evidence"), "wire.pcap").exists()
    assert person.fact("enter") == f"harness enter {person.pid}"
    socket_path = Path(person.fact("virsh").partition("socket=")[2].rstrip("'"))
    assert socket_path.is_socket()
    assert "guest" not in said
    assert "ended" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(person: Person, number: signal.Signals) -> None:
    with closing(Census()) as census:
        made = census.namespaces(person.pid)
        os.kill(person.started.pid, number)
        person.wait_for(f"ended: {number.name}; what was seen is in {person.fact('evidence')}")
        assert person.started.wait(30) == 0
        assert list(census.inhabitants(made)) == []


def test_the_end_of_its_input_ends_it(person: Person) -> None:
    os.write(person.started.stdin_fd, b"not yet\n")
    person.started.close_stdin()
    person.wait_for("ended: standard input was closed")
    assert person.started.wait(30) == 0


def test_it_is_told_once_of_a_daemon_that_dies(person: Person) -> None:
    (nginx,) = Path(f"/proc/{person.pid}/root/run/nginx.pid").read_text().split()
    with closing(Census()) as census:
        for process in census.inhabitants(census.namespaces(person.pid)):
            status = Path(f"/proc/{process}/status").read_text().splitlines()
            numbers = next(line for line in status if line.startswith("NSpid:")).split()
            if numbers[-1] == nginx and len(numbers) > 2:
                os.kill(process, signal.SIGKILL)
    said = person.wait_for("nginx: died (killed by SIGKILL)")
    person.started.close_stdin()
    person.wait_for("ended:")
    assert said.count("nginx: died") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--boot", "x64"], "no boot path is called x64\n  cure: one of: x64-tftp-ipv4, "),
        (["--site", "/none"], "/none: there is no such directory"),
        (
            ["--boot", "ia32-tftp-ipv4", "--firmware", "ovmf-x64"],
            "ovmf-x64 is not ia32 UEFI firmware, as ia32-tftp-ipv4 needs",
        ),
        (["--firmware", "ovmf"], "no firmware is called ovmf\n  cure: one of: ovmf-x64, "),
        (
            ["--firmware", "ovmf-x64", "--firmware", "ovmf-x64@sid"],
            "one lab cannot be made of ovmf-x64 and of ovmf-x64@sid",
        ),
        (["--evidence", "/proc/none"], "cannot write evidence to /proc/none: "),
    ],
)
def test_wrong_use_is_said_before_anything_starts(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["up", "--site", str(SHOWMAX), *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")


def test_a_daemon_that_refuses_its_configuration(
    person: Person, harness: Harness, own_site: Path
) -> None:
    person.started.close_stdin()
    (own_site / "etc" / "radvd.conf").write_text("interface eth0 {\n  colour blue;\n};\n")
    refused = harness("up", f"--site={own_site}", f"--evidence={own_site.parent / 'evidence'}")
    said = Person(refused).wait_for("radvd: refuses its configuration: /etc/radvd.conf:2 error")
    assert "Traceback" not in said
    assert refused.wait(30) == 2
