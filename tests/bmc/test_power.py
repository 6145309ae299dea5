"""Stock ipmitool drives a machine's power, over both families."""

import json
import shlex
from types import SimpleNamespace
from typing import cast

import pytest

from harness.desk.facts import describe_bmc
from harness.guest.life import Stop
from harness.lab import Guest, Lab
from tests.bmc.conftest import Fitted

SET_PXE = ("0", "8", "5", "0x80", "4", "0", "0", "0")
NOT_NOW = "Command not supported in present state"


def test_it_is_switched_over_both_families(fitted: Fitted) -> None:
    ipv4, ipv6 = fitted.bmc.addresses
    assert (ipv4.version, ipv6.version) == (4, 6)
    assert fitted.says("power", "status") == "Chassis Power is off"
    fitted.bmc.ipmitool("power", "on", over=ipv6)
    done = fitted.bmc.ipmitool("power", "status", over=ipv4)
    assert done.stdout.strip() == "Chassis Power is on"
    for word in ("soft", "reset", "cycle", "off"):
        fitted.bmc.ipmitool("power", word, over=ipv6)
    assert fitted.machine.told == ["on", "soft", "reset", "off", "on", "off"]
    assert fitted.says("power", "status") == "Chassis Power is off"


def test_harness_up_says_how_to_drive_it(fitted: Fitted) -> None:
    """What is behind the two hyphens is run as it stands, inside the lab."""
    lab = SimpleNamespace(namespace=fitted.namespace, bmc=lambda _guest: fitted.bmc)
    lines = list(describe_bmc(cast("Lab", lab), cast("Guest", None)))
    entered = [f"{name:9} harness enter {fitted.namespace.pid}" for name in ("bmc", "redfish")]
    assert [line.partition(" -- ")[0] for line in lines] == entered
    by_ipmi, by_redfish = (
        fitted.namespace.run(shlex.split(line.partition(" -- ")[2])).stdout for line in lines
    )
    assert by_ipmi.strip() == "Chassis Power is off"
    assert json.loads(by_redfish)["PowerState"] == "Off"


def test_what_is_so_already_is_left(fitted: Fitted) -> None:
    fitted.says("power", "off")
    fitted.says("power", "on")
    fitted.says("power", "on")
    assert fitted.machine.told == ["on"]


@pytest.mark.parametrize("word", ["cycle", "reset", "soft"])
def test_what_is_off_cannot(fitted: Fitted, word: str) -> None:
    assert NOT_NOW in fitted.refuses("power", word)
    assert fitted.machine.told == []


def test_who_switches_itself_off_is_off(fitted: Fitted) -> None:
    fitted.says("power", "on")
    fitted.machine.end(Stop.SHUTDOWN)
    assert fitted.says("power", "status") == "Chassis Power is off"


def test_a_slow_start_is_answered_before_its_end(fitted: Fitted) -> None:
    """And whoever asks meanwhile whether it is on waits for that."""
    fitted.machine.may_start.clear()
    try:
        fitted.namespace.run(fitted.bmc.command("power", "on"))
        assert not fitted.machine.running
    finally:
        fitted.machine.may_start.set()
    assert fitted.says("power", "status") == "Chassis Power is on"


def test_what_does_not_start_is_told(fitted: Fitted) -> None:
    """The log has the reason; the BMC lives on."""
    fitted.machine.fails = True
    assert "Unspecified error" in fitted.refuses("power", "on")
    assert "on: it failed: it does not start" in fitted.daemon.log_path.read_text()
    fitted.machine.fails = False
    fitted.says("power", "on")
    assert fitted.machine.told == ["on"]


def test_the_machine_may_be_gone(fitted: Fitted) -> None:
    assert fitted.says("power", "status") == "Chassis Power is off"
    fitted.gone.append("libvirtd")
    assert "Destination unavailable" in fitted.refuses("power", "status")
    assert "Destination unavailable" in fitted.refuses("power", "on")
    assert "Destination unavailable" in fitted.refuses("raw", *SET_PXE)
    fitted.gone.clear()
    assert fitted.says("power", "status") == "Chassis Power is off"


def test_a_machine_that_is_switched_when_its_bmc_is_gone_tells_nobody(fitted: Fitted) -> None:
    fitted.daemon.hang_up()
    fitted.daemon.forget()
    fitted.machine.on()
    assert fitted.machine.told == ["on"]
