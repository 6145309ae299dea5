"""Boot options: once is once, persistent is not, and what a machine has not is refused."""

import pytest

from harness.guest.power import BootDevice
from tests.bmc.conftest import Fitted


def test_once_is_once(fitted: Fitted) -> None:
    fitted.says("chassis", "bootdev", "pxe", "options=efiboot")
    said = fitted.says("chassis", "bootparam", "get", "5")
    for line in ("a004000000", "Boot Flag Valid", "only next boot", "EFI boot", "Force PXE"):
        assert line in said
    fitted.says("power", "on")
    assert "Boot Flag Invalid" in fitted.says("chassis", "bootparam", "get", "5")
    fitted.says("power", "reset")
    fitted.says("power", "cycle")
    assert fitted.machine.told == ["on from network", "reset", "off", "on"]


def test_persistent_stays(fitted: Fitted) -> None:
    fitted.says("chassis", "bootdev", "pxe", "options=efiboot,persistent")
    for word in ("on", "cycle", "reset"):
        fitted.says("power", word)
        assert fitted.flags == "e004000000"
    fitted.says("chassis", "bootdev", "none")
    fitted.says("power", "cycle")
    network = "on from network"
    assert fitted.machine.told == [network, "off", network, "off", network, "off", "on"]


@pytest.mark.parametrize(("word", "device"), [("disk", "disk"), ("bios", "setup")])
def test_other_devices(fitted: Fitted, word: str, device: str) -> None:
    fitted.says("chassis", "bootdev", word)
    fitted.says("power", "on")
    assert fitted.machine.told == [f"on from {device}"]


def test_none_takes_it_back(fitted: Fitted) -> None:
    fitted.says("chassis", "bootdev", "pxe")
    assert fitted.flags == "8004000000"
    fitted.says("chassis", "bootdev", "none")
    assert fitted.flags == "8000000000"
    fitted.says("power", "on")
    assert fitted.machine.told == ["on"]


def test_a_drive_that_is_not_there_is_refused(fitted: Fitted) -> None:
    """The machine has neither; what was set before stays."""
    fitted.says("chassis", "bootdev", "pxe")
    for word in ("cdrom", "floppy"):
        done = fitted.bmc.ipmitool("chassis", "bootdev", word, check=False)
        assert "Invalid data field" in done.output
    assert fitted.flags == "8004000000"
    assert fitted.machine.next is BootDevice.NETWORK


def test_a_system_that_resets_itself_goes_by_it(fitted: Fitted) -> None:
    """Firmware has begun to run by then, as it always did: it is started anew."""
    fitted.says("power", "on")
    fitted.says("chassis", "bootdev", "pxe")
    fitted.machine.was_reset()
    assert fitted.flags == "0004000000"
    assert fitted.machine.told == ["on", "off", "on from network"]
    fitted.machine.was_reset()
    fitted.says("power", "status")
    assert fitted.machine.told == ["on", "off", "on from network"]


@pytest.mark.parametrize("raw", ["0 8", "0 8 5 0x80", "0 9", "0 9 5", "0 2"])
def test_too_few_bytes_are_refused(fitted: Fitted, raw: str) -> None:
    assert "Request data length invalid" in fitted.refuses("raw", *raw.split())


def test_a_parameter_that_nobody_has_is_refused(fitted: Fitted) -> None:
    assert "rsp=0x80" in fitted.refuses("raw", "0", "9", "0x60", "0", "0")
