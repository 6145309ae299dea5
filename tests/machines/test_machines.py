"""Every machine is whole, and what is told by machines is told apart."""

from itertools import combinations

import pytest

from harness.errors import UsageError
from harness.machines import (
    BOOT_PATHS,
    LOADER_KEYS,
    MACHINES,
    USUAL_PATHS,
    Machine,
    OptionRom,
    machine_of_client,
    machine_of_program,
    require_machine,
)

each_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))


@each_machine
def test_clients_and_programs_are_known_again(machine: Machine) -> None:
    for client in machine.clients.values():
        assert machine_of_client(client.arch) is machine
        assert machine.client_words(client.arch) == client.words
    if machine.pe_machine is not None:
        assert machine_of_program(machine.pe_machine) is machine


def test_what_no_machine_says() -> None:
    assert machine_of_client(None) is None
    assert machine_of_client(0x0A) is None
    assert machine_of_program(0x01C2) is None


def test_no_two_machines_are_called_alike() -> None:
    for one, other in combinations(MACHINES.values(), 2):
        assert one.client_archs.isdisjoint(other.client_archs)
        assert set(one.firmware).isdisjoint(other.firmware)
        assert one.name != other.name


@each_machine
def test_everything_on_the_root_bus_has_a_place_of_its_own(machine: Machine) -> None:
    slots = (*machine.board.nic_slots, machine.board.rng_slot)
    assert len(set(slots)) == len(slots) > 2


@each_machine
def test_only_uefi_has_a_variable_store(machine: Machine) -> None:
    every = [origin for origins in machine.firmware.values() for origin in origins]
    assert {origin.vars is not None for origin in every} == {machine.is_uefi}


def test_the_boot_paths_are_the_machines() -> None:
    assert list(BOOT_PATHS) == [
        *("x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6"),
        *("ia32-tftp-ipv4", "ia32-tftp-ipv6", "ia32-http-ipv4", "ia32-http-ipv6"),
        *("arm64-tftp-ipv4", "arm64-tftp-ipv6", "arm64-http-ipv4", "arm64-http-ipv6"),
        *("bios-ipxe-rom", "bios-vendor-rom"),
    ]
    assert [path.client_arch for path in BOOT_PATHS.values()] == [
        *(0x07, 0x07, 0x10, 0x10, 0x06, 0x06, 0x0F, 0x0F, 0x0B, 0x0B, 0x13, 0x13, 0x00, 0x00)
    ]
    assert {path.machine.id for path in USUAL_PATHS} == {"x64", "bios"}


def test_loaders_are_named_by_machine_and_protocol() -> None:
    uefi = {f"{each}-{way}" for each in ("x64", "ia32", "arm64") for way in ("tftp", "http")}
    assert set(LOADER_KEYS) == {"bios", *uefi}
    assert {path.loader for path in BOOT_PATHS.values()} == {None, *LOADER_KEYS}


def test_another_card_makes_another_path() -> None:
    path = BOOT_PATHS["x64-tftp-ipv4"]
    other = path.with_nic("e1000", OptionRom.UEFI)
    assert (str(other), other.machine) == ("x64-tftp-ipv4-e1000-uefi-rom", path.machine)
    assert path.payload_sees_nic
    assert not other.payload_sees_nic


def test_an_unknown_machine_lists_the_known_ones() -> None:
    assert require_machine("ia32") is MACHINES["ia32"]
    with pytest.raises(UsageError, match=r"(?s)is called arm.*x64, ia32, arm64, bios"):
        require_machine("arm")


def test_a_failed_test_shows_a_machine_by_its_id() -> None:
    assert "machine=Machine('x64')" in repr(BOOT_PATHS["x64-tftp-ipv4"])
