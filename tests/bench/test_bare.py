"""The bare machine is the harness's: the script and the domain say the same of it."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.guest.domain_xml import domain_xml
from harness.guest.spec import Flash, GuestSpec, Nic
from harness.machines import BOOT_PATHS
from tools.bench.bare import SCRIPT

TEXT = SCRIPT.read_text()


def domain(path_id: str) -> ElementTree.Element:
    """Give the domain of a guest that boots so."""
    path = BOOT_PATHS[path_id]
    flash = Flash(code_path=Path("/code.fd"), nvram_path=Path("/nvram.fd"))
    spec = GuestSpec(
        name="guest",
        path=path,
        nics=(Nic.of(path).fitted(guest=0, number=0),),
        console_pipe=Path("/console"),
        flash=flash if path.is_uefi else None,
    )
    return ElementTree.fromstring(domain_xml(spec))


def attribute(root: ElementTree.Element, place: str, name: str) -> str:
    """Give an attribute of the one element at a place."""
    found = root.find(place)
    assert found is not None, place
    return found.get(name, "")


def test_the_processor_lacks_the_same() -> None:
    features = domain("x64-http-ipv4").findall("cpu/feature[@policy='disable']")
    words = ",".join(f"{feature.get('name')}=off" for feature in features)
    assert f"cpu=max,migratable=off,{words}\n" in TEXT


@pytest.mark.parametrize(("device", "line"), [("interface", "virtio-net-pci"), ("rng", "rng-pci")])
def test_devices_are_in_the_same_slots(device: str, line: str) -> None:
    slot = attribute(domain("x64-http-ipv4"), f"devices/{device}/address", "slot")
    assert re.search(rf"{line}.*bus=pcie\.0,addr={slot}\b", TEXT)


def test_the_board_is_the_same() -> None:
    for path_id in ("x64-http-ipv4", "bios-ipxe-rom"):
        assert attribute(domain(path_id), "os/type", "machine") == "q35"
    assert TEXT.count("board=q35,usb=off") == 2


def test_a_bios_starts_over_as_late() -> None:
    timeout = attribute(domain("bios-ipxe-rom"), "os/bios", "rebootTimeout")
    assert f"-boot reboot-timeout={timeout}\n" in TEXT
