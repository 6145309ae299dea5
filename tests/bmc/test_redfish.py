"""Redfish shows and sets what IPMI does; curl and OpenStack's sushy drive a machine by it."""

import json
from pathlib import Path

import pytest

from harness.guest.life import Stop
from tests.bmc.conftest import UEFI, Fitted

BY_SUSHY = Path(__file__).parents[2] / "scenarios" / "reference" / "by_sushy.py"
JSON = ("-H", "Content-Type: application/json")
URI = "http://192.0.2.1/efishell/efishell.efi"
SESSIONS = "/redfish/v1/SessionService"
IS_OFF = "Chassis Power is off"


def shown(fitted: Fitted, path: str = "", *words: str) -> dict[str, object]:
    """Give what curl is shown."""
    said = json.loads(fitted.bmc.curl(path or fitted.bmc.system, *words).stdout)
    assert isinstance(said, dict)
    return said


def boot(fitted: Fitted) -> list[object]:
    """Give what the next start is to go by."""
    said = shown(fitted)["Boot"]
    assert isinstance(said, dict)
    names = ("BootSourceOverrideEnabled", "BootSourceOverrideTarget", "HttpBootUri")
    return [said.get(name) for name in names]


def patch(fitted: Fitted, **boot: object) -> None:
    """Change the next start, by curl."""
    named = {
        name if name == "HttpBootUri" else f"BootSourceOverride{name}": value
        for name, value in boot.items()
    }
    body = json.dumps({"Boot": named})
    fitted.bmc.curl(fitted.bmc.system, "-X", "PATCH", *JSON, "-d", body)


def reset(fitted: Fitted, kind: str) -> None:
    """Have the machine switched, by curl."""
    body = json.dumps({"ResetType": kind})
    fitted.bmc.curl(f"{fitted.bmc.system}/Actions/ComputerSystem.Reset", *JSON, "-d", body)


def sushy(fitted: Fitted, how: str, *steps: str) -> list[str]:
    """Give what sushy has seen after each step, over the family that is not curl's."""
    over = fitted.bmc.addresses[1]
    return fitted.bmc.run_client(BY_SUSHY, how, *steps, over=over).stdout.splitlines()


def test_the_way_from_the_root(uefi: Fitted) -> None:
    """The root is everybody's; one machine is there."""
    assert shown(uefi, "/redfish") == {"v1": "/redfish/v1/"}
    root = shown(uefi, "/redfish/v1/")
    systems = shown(uefi, root["Systems"]["@odata.id"])  # type: ignore[index]
    assert systems["Members"] == [{"@odata.id": uefi.bmc.system}]
    system = shown(uefi)
    assert (system["UUID"], system["PowerState"]) == (str(UEFI.uuid), "Off")
    assert "edmx" in uefi.bmc.curl("/redfish/v1/$metadata", user="nobody").stdout
    head = uefi.bmc.curl(uefi.bmc.system, "-I").stdout
    assert "/ComputerSystem.v1_20_0.json>; rel=describedby" in head


def test_what_was_read_can_be_written_back(uefi: Fitted) -> None:
    """Annotations are passed over, and a collection's members are where it is."""
    read = shown(uefi)
    body = json.dumps({"@odata.id": read["@odata.id"], "Boot": read["Boot"]})
    uefi.bmc.curl(uefi.bmc.system, "-X", "PATCH", *JSON, "-d", body)
    who = json.dumps({"UserName": "admin", "Password": uefi.bmc.password})
    for path in (f"{SESSIONS}/Sessions", f"{SESSIONS}/Sessions/Members"):
        assert '"UserName": "admin"' in uefi.bmc.curl(path, *JSON, "-d", who).stdout


@pytest.mark.parametrize("how", ["session", "basic"])
def test_sushy_drives_it(uefi: Fitted, how: str) -> None:
    done = {
        "show": "Off Disabled None",
        "boot Pxe Once": "Off Once Pxe",
        "reset On": "On Disabled Pxe",
        f"boot UefiHttp Continuous {URI}": f"On Continuous UefiHttp {URI}",
        "reset ForceRestart": f"On Continuous UefiHttp {URI}",
        "boot UefiHttp Once": "On Once UefiHttp",
        "reset PowerCycle": "On Disabled UefiHttp",
        "boot None Disabled": "On Disabled None",
        "reset ForceOff": "Off Disabled None",
    }
    assert sushy(uefi, how, *done) == list(done.values())
    http = ["off", "on from http"]
    assert uefi.machine.told == ["on from network", *http, URI, *http, "off"]
    # It has logged out.
    assert shown(uefi, f"{SESSIONS}/Sessions")["Members"] == []


def test_what_ipmi_sets_redfish_shows_and_back(uefi: Fitted) -> None:
    uefi.says("chassis", "bootdev", "disk", "options=efiboot,persistent")
    assert boot(uefi) == ["Continuous", "Hdd", None]
    patch(uefi, Target="Pxe", Enabled="Once")
    assert uefi.flags == "a004000000"
    patch(uefi, Target="BiosSetup", Enabled="Continuous")
    assert uefi.flags == "e018000000"
    patch(uefi, Target="UefiHttp", HttpBootUri=URI)
    assert uefi.flags == "e004000000"
    assert boot(uefi) == ["Continuous", "UefiHttp", URI]
    uefi.says("chassis", "bootdev", "pxe")
    assert boot(uefi) == ["Once", "Pxe", URI]
    patch(uefi, Enabled="Disabled")
    assert "Boot Flag Invalid" in uefi.says("chassis", "bootparam", "get", "5")
    uefi.says("power", "on")
    assert shown(uefi)["PowerState"] == "On"
    assert uefi.machine.told == ["on"]


def test_none_is_none(uefi: Fitted) -> None:
    patch(uefi, Target="Pxe", Enabled="Continuous")
    patch(uefi, Target="None", Enabled="Once")
    assert boot(uefi) == ["Disabled", "None", None]
    patch(uefi, HttpBootUri=URI)
    patch(uefi, HttpBootUri=None)
    reset(uefi, "ForceOn")
    assert uefi.machine.told == ["on"]


def test_a_machine_that_resets_itself_goes_by_it(uefi: Fitted) -> None:
    reset(uefi, "On")
    patch(uefi, Target="UefiHttp", Enabled="Once", HttpBootUri=URI)
    uefi.machine.was_reset()
    assert boot(uefi) == ["Disabled", "UefiHttp", URI]
    assert uefi.machine.told == ["on", "off", "on from http", URI]


def test_a_button_and_a_graceful_restart(uefi: Fitted) -> None:
    """A system may take its time to obey, or not."""
    reset(uefi, "PushPowerButton")
    reset(uefi, "PushPowerButton")
    reset(uefi, "GracefulShutdown")
    uefi.machine.end(Stop.SHUTDOWN)
    assert shown(uefi)["PowerState"] == "Off"
    reset(uefi, "On")
    reset(uefi, "GracefulRestart")
    uefi.machine.end(Stop.SHUTDOWN)
    assert uefi.says("power", "status") == "Chassis Power is on"
    assert uefi.machine.told == ["on", "soft", "soft", "on", "soft", "on"]


def test_whoever_switches_it_off_has_it_stay_off(uefi: Fitted) -> None:
    """Also while it is to be restarted."""
    reset(uefi, "On")
    reset(uefi, "GracefulRestart")
    reset(uefi, "ForceOff")
    assert uefi.says("power", "status") == IS_OFF


def test_a_bios_has_what_ipmi_can_say(fitted: Fitted) -> None:
    patch(fitted, Target="Pxe", Enabled="Once", Mode="Legacy")
    assert fitted.flags == "8004000000"
    assert boot(fitted) == ["Once", "Pxe", None]
    reset(fitted, "On")
    assert fitted.machine.told == ["on from network"]
