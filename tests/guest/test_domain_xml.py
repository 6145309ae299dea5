"""A guest's domain XML says what the guest is made of, and only that."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from harness.errors import UsageError
from harness.guest.domain_xml import QEMU_NAMESPACE, domain_xml
from harness.guest.spec import Clock, Disk, Flash, GuestSpec, Nic, own_mac, verify_macs
from harness.machines import BOOT_PATHS, OptionRom
from harness.site.known_machine import KnownMachine

HTTP_IPV6, IPXE_ROM = BOOT_PATHS["x64-http-ipv6"], BOOT_PATHS["bios-ipxe-rom"]
SAME = "52-54-00-00-00-0a"
UEFI = GuestSpec(
    name="guest-1",
    path=HTTP_IPV6,
    nics=(Nic.of(HTTP_IPV6, mac="52:54:00:12:34:56").fitted(guest=0, number=0),),
    console_pipe=Path("/run/console"),
    flash=Flash(code_path=Path("/fw/code.fd"), nvram_path=Path("/run/vars.fd")),
)
BIOS = replace(UEFI, path=IPXE_ROM, nics=(Nic.of(IPXE_ROM).fitted(guest=0, number=0),), flash=None)


def with_two(spec: GuestSpec, *, boots_by: str = "net1") -> GuestSpec:
    """Give a machine a second card, by which it boots, and leave the first unplugged."""
    first, second = (Nic.of(spec.path, linked=bool(n)).fitted(guest=0, number=n) for n in range(2))
    return replace(spec, nics=(first, second), boots_by=boots_by)


def written(spec: GuestSpec) -> Element:
    """Write a guest and read the XML back."""
    return ElementTree.fromstring(domain_xml(spec))


def attributes(root: Element, place: str) -> dict[str, str]:
    """Give the attributes of an element that must be there."""
    found = root.find(place)
    assert found is not None, f"no element {place}"
    return dict(found.attrib)


def test_flash_is_named_code_and_variables_apart() -> None:
    """UEFI's code is shared and read-only, the variable store is the guest's."""
    system = written(UEFI).find("os")
    assert system is not None
    assert system.findtext("loader") == "/fw/code.fd"
    assert attributes(system, "loader") == {"readonly": "yes", "type": "pflash"}
    assert system.findtext("nvram") == "/run/vars.fd"


def test_firmwares_own_stack_has_no_option_rom() -> None:
    """With QEMU's default ROM, the ROM's iPXE would run before the firmware's stack."""
    root = written(UEFI)
    assert attributes(root, "devices/interface/rom") == {"enabled": "no"}
    assert root.find("devices/interface/boot") is None


def test_a_machine_may_have_no_random_numbers() -> None:
    """Neither by a device nor by the processor's instructions."""
    root = written(replace(UEFI, has_entropy=False))
    assert root.find("devices/rng") is None
    disabled = {each.get("name") for each in root.findall("cpu/feature[@policy='disable']")}
    assert {"rdrand", "rdseed"} <= disabled
    usual = {each.get("name") for each in written(UEFI).findall("cpu/feature")}
    assert not {"rdrand", "rdseed"} & usual


def test_the_rtc_follows_the_host() -> None:
    """A BIOS that polls an RTC which follows icount stands still."""
    assert attributes(written(UEFI), "clock") == {"offset": "utc"}
    assert written(UEFI).find("clock/timer") is None


def test_bios_boots_through_the_default_rom() -> None:
    """On a BIOS the ROM is the network boot, and SeaBIOS shows itself on the console."""
    root = written(BIOS)
    assert root.find("devices/interface/rom") is None
    assert attributes(root, "devices/interface/boot") == {"order": "1"}
    assert attributes(root, "os/bios")["useserial"] == "yes"
    assert int(attributes(root, "os/bios")["rebootTimeout"]) >= 5000


@pytest.mark.parametrize("number", [0, 1])
def test_card_sits_where_the_boot_option_says(number: int) -> None:
    """The slot is part of the device path in the variable store."""
    spec = with_two(UEFI, boots_by=f"net{number}")
    address = attributes(written(spec), f"devices/interface[{number + 1}]/address")
    assert (address["bus"], address["slot"]) == ("0", str(spec.slot))


def test_each_card_has_a_place_an_address_and_a_tap_of_its_own() -> None:
    cards = list(written(with_two(UEFI)).iterfind("devices/interface"))
    assert [attributes(card, "address")["slot"] for card in cards] == ["3", "5"]
    assert [attributes(card, "mac")["address"] for card in cards] == [
        "52:54:00:12:34:50",
        "52:54:00:12:35:50",
    ]
    assert [attributes(card, "target")["dev"] for card in cards] == ["tap0", "tap0-1"]


def test_a_cable_can_be_left_out() -> None:
    first, second = written(with_two(UEFI)).iterfind("devices/interface")
    assert attributes(first, "link") == {"state": "down"}
    assert second.find("link") is None


def test_a_bios_boots_by_the_named_card() -> None:
    first, second = written(with_two(BIOS)).iterfind("devices/interface")
    assert first.find("boot") is None
    assert attributes(second, "boot") == {"order": "1"}


def test_guests_have_addresses_of_their_own_without_being_told() -> None:
    """The first guest's first card keeps the address that scripts may know."""
    cards = [own_mac(guest, number) for guest in range(3) for number in range(3)]
    assert cards[0] == "52:54:00:12:34:50"
    assert len(set(cards)) == len(cards)


def test_guests_of_one_lab_cannot_share_an_address() -> None:
    other = replace(UEFI, name="guest-2")
    with pytest.raises(UsageError, match=r"net0 of guest-2 is .* net0 of guest-1 has already"):
        verify_macs([UEFI, other])
    verify_macs([UEFI, replace(other, nics=with_two(UEFI).nics)])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"boots_by": "net2"}, "has no card net2; it has net0, net1"),
        ({"path": BOOT_PATHS["x64-http-ipv6"].with_nic("e1000", OptionRom.NONE)}, "boots by e1000"),
        (
            {"nics": tuple(Nic.of(HTTP_IPV6, mac=mac) for mac in ("52:54:00:00:00:0A", SAME))},
            "net1 of guest-1 is given the MAC address 52-54-00-00-00-0a, which net0 of guest-1",
        ),
        ({"nics": (Nic.of(HTTP_IPV6),) * 9}, "no room for 9 cards"),
        ({"then": (IPXE_ROM,)}, "bios-ipxe-rom is not tried behind x64-http-ipv6"),
    ],
    ids=["name", "other-card", "same-mac", "room", "then"],
)
def test_cards_that_cannot_be_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        replace(with_two(UEFI), **change)


def test_http_boot_over_ipv6_is_not_begun_at_once() -> None:
    """Without the prompt, OVMF 2022.11 on an idle machine fails 6 of 6 times; with it, none."""
    menu = attributes(written(UEFI), "os/bootmenu")
    assert menu["enable"] == "yes"
    assert int(menu["timeout"]) >= 3000


@pytest.mark.parametrize("path_id", ["x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4"])
def test_other_paths_begin_at_once(path_id: str) -> None:
    """Their firmware waits for its addresses itself."""
    assert written(replace(UEFI, path=BOOT_PATHS[path_id])).find("os/bootmenu") is None


def test_an_operator_has_time_to_press_the_key() -> None:
    """The firmware boots what it likes when nobody is there in time."""
    by_hand = replace(UEFI, path=BOOT_PATHS["x64-tftp-ipv4"], by_hand=True)
    assert int(attributes(written(by_hand), "os/bootmenu")["timeout"]) >= 30000


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"path": IPXE_ROM, "flash": None, "nics": BIOS.nics}, "only UEFI firmware has a menu"),
        ({"clock": Clock.FAST}, "before a hand could move"),
    ],
)
def test_what_no_hand_can_choose_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        replace(UEFI, by_hand=True, **changes)


def test_card_is_the_labs_own_tap() -> None:
    """Nobody but the lab makes the interface or takes it down."""
    root = written(UEFI)
    assert attributes(root, "devices/interface") == {"type": "ethernet"}
    assert attributes(root, "devices/interface/target") == {"dev": "tap0", "managed": "no"}
    assert attributes(root, "devices/interface/mac") == {"address": "52:54:00:12:34:56"}


def test_other_card_and_rom_can_be_chosen() -> None:
    """A site's hardware is not always virtio."""
    path = UEFI.path.with_nic("e1000e", OptionRom.UEFI)
    nic = replace(Nic.of(path), rom_path=Path("/rom/efi-e1000e.rom"))
    root = written(replace(UEFI, path=path, nics=(nic,)))
    assert attributes(root, "devices/interface/model") == {"type": "e1000e"}
    assert attributes(root, "devices/interface/rom") == {"file": "/rom/efi-e1000e.rom"}


@pytest.mark.parametrize(
    ("is_transitional", "model"), [(False, "virtio-non-transitional"), (True, "virtio")]
)
def test_a_virtio_card_has_the_id_that_the_rom_of_a_file_is_for(
    is_transitional: bool, model: str
) -> None:
    """Unless somebody wants to see what a BIOS makes of another one."""
    path = UEFI.path.with_nic("virtio", OptionRom.LEGACY)
    nic = replace(Nic.of(path), rom_path=Path("/rom/pxe.rom"), is_transitional=is_transitional)
    root = written(replace(UEFI, path=path, nics=(nic,)))
    assert attributes(root, "devices/interface/model") == {"type": model}


def test_console_is_the_harness_pipes() -> None:
    """A pipe holds 64 KiB of single bytes, a socket 278; the harness makes it first."""
    root = written(UEFI)
    assert attributes(root, "devices/serial")["type"] == "pipe"
    assert attributes(root, "devices/serial/source") == {"path": "/run/console"}


def test_there_is_entropy_and_nothing_to_spare() -> None:
    """OVMF offers no network boot without entropy; libvirt adds the rest unless told not to."""
    root = written(UEFI)
    assert attributes(root, "devices/rng") == {"model": "virtio"}
    assert attributes(root, "devices/memballoon") == {"model": "none"}
    assert attributes(root, "devices/controller[@type='usb']")["model"] == "none"
    assert {device.tag for device in root.iterfind("devices/*")}.isdisjoint({"graphics", "video"})


def test_guest_that_powers_off_is_gone_and_one_that_reboots_is_not() -> None:
    """What the payload does at its end must be seen, not undone."""
    root = written(UEFI)
    ends = {tag: root.findtext(tag) for tag in ("on_poweroff", "on_reboot", "on_crash")}
    assert ends == {"on_poweroff": "destroy", "on_reboot": "restart", "on_crash": "destroy"}
    assert root.find("features/acpi") is not None


def test_emulated_cpu_lacks_what_emulation_is_slow_at() -> None:
    """TCG runs `rep movsb` byte by byte, and walks each of five levels of page tables."""
    root = written(UEFI)
    assert root.get("type") == "qemu"
    disabled = {feature.get("name") for feature in root.iterfind("cpu/feature[@policy='disable']")}
    assert disabled == {"erms", "fsrm", "la57"}


def test_kvm_hands_the_hosts_cpu_through() -> None:
    """Nothing is emulated, nothing need be left out."""
    root = written(replace(UEFI, accel="kvm"))
    assert root.get("type") == "kvm"
    assert attributes(root, "cpu")["mode"] == "host-passthrough"


def words_of(spec: GuestSpec) -> list[str | None]:
    """Give the words that QEMU is handed."""
    path = f"{{{QEMU_NAMESPACE}}}commandline/{{{QEMU_NAMESPACE}}}arg"
    return [arg.get("value") for arg in written(spec).iterfind(path)]


def test_a_bios_passes_its_waits_with_fewer_instructions() -> None:
    """UEFI's HTTP Boot would lose its patience."""
    bios, uefi = (words_of(replace(spec, clock=Clock.FAST))[1] for spec in (BIOS, UEFI))
    assert bios == "shift=5,align=off,sleep=off"
    assert uefi == "shift=4,align=off,sleep=off"


def test_words_for_qemu_come_after_the_fast_clocks() -> None:
    """The seam for everything that libvirt has no element for."""
    spec = replace(UEFI, clock=Clock.FAST, qemu_arguments=("-fw_cfg", "name=opt/x,string=<&>"))
    words = words_of(spec)
    assert words[0] == "-icount"
    assert words[2:] == ["-fw_cfg", "name=opt/x,string=<&>"]


def test_real_clock_needs_no_words() -> None:
    """Without a reason libvirt's own command line stands."""
    assert "commandline" not in domain_xml(UEFI)


def test_uuid_is_the_machines_own() -> None:
    """The same machine has the same UUID in every lab, another machine another."""
    assert UEFI.uuid == replace(UEFI, name="guest-2").uuid
    assert UEFI.uuid != replace(UEFI, nics=(replace(UEFI.nics[0], mac="52:54:00:00:00:01"),)).uuid
    assert written(UEFI).findtext("uuid") == str(UEFI.uuid)


def test_uefi_path_without_flash_is_refused() -> None:
    """SeaBIOS would start instead, and boot something."""
    with pytest.raises(UsageError, match="x64-http-ipv6 needs UEFI"):
        replace(UEFI, flash=None)


def test_bios_path_with_flash_is_refused() -> None:
    """UEFI would start instead, and boot something."""
    with pytest.raises(UsageError, match="bios-ipxe-rom needs BIOS"):
        replace(BIOS, flash=UEFI.flash)


def test_fast_clock_needs_emulation() -> None:
    """A CPU of flesh and blood does not count its instructions for us."""
    with pytest.raises(UsageError, match="fast clock"):
        replace(UEFI, clock=Clock.FAST, accel="kvm")


def test_a_bios_with_a_disk_boots_from_that_alone() -> None:
    """What has no order is left out: libvirt tells QEMU to be strict about it."""
    root = written(replace(BIOS, disks=(Disk(path=Path("/run/guest0.disk")),)))
    assert attributes(root, "devices/disk/boot") == {"order": "1"}
    assert root.find("devices/interface/boot") is None


def test_a_bios_with_a_disk_can_boot_from_the_network_first() -> None:
    """That is the definition of one start."""
    spec = replace(BIOS, disks=(Disk(path=Path("/run/guest0.disk")),))
    root = ElementTree.fromstring(domain_xml(spec, network_first=True))
    assert attributes(root, "devices/interface/boot") == {"order": "1"}
    assert attributes(root, "devices/disk/boot") == {"order": "2"}


def test_a_panic_is_told() -> None:
    """The device is there for a system that has a driver for it."""
    assert attributes(written(UEFI), "devices/panic") == {"model": "isa"}


def test_a_known_machine_has_its_labels_in_smbios() -> None:
    """Firmware and iPXE read serial number and asset tag there, and the UUID is libvirt's."""
    known = KnownMachine.of("printer", mac=UEFI.mac, serial="CZJ93105XK", asset="IT-004711")
    root = written(replace(UEFI, known=known))
    assert attributes(root, "os/smbios") == {"mode": "sysinfo"}
    assert root.findtext("sysinfo/system/entry[@name='serial']") == "CZJ93105XK"
    assert root.findtext("sysinfo/chassis/entry[@name='asset']") == "IT-004711"
    assert root.findtext("uuid") == str(known.uuid)


def test_a_machine_like_others_has_no_labels() -> None:
    root = written(replace(UEFI, known=KnownMachine.of("", mac=UEFI.mac)))
    assert root.find("os/smbios") is None
    assert root.find("sysinfo") is None
    assert ElementTree.tostring(root) == ElementTree.tostring(written(UEFI))


def test_a_disk_with_a_system_comes_behind_the_network() -> None:
    spec = replace(BIOS, disks=(Disk(path=Path("/run/guest0.disk")),), disks_last=True)
    root = written(spec)
    assert root.find("devices/interface/boot[@order='1']") is not None
    assert root.find("devices/disk/boot[@order='2']") is not None


def test_disks_have_their_serial_numbers_and_the_first_alone_is_booted() -> None:
    first, second = Disk(path=Path("/a"), serial="SYSTEM"), Disk(path=Path("/b"))
    root = written(replace(BIOS, disks=(first, second)))
    drives = root.findall("devices/disk")
    assert [attributes(each, "target")["dev"] for each in drives] == ["vda", "vdb"]
    assert [each.findtext("serial") for each in drives] == ["SYSTEM", None]
    assert [each.find("boot") is not None for each in drives] == [True, False]


def test_a_machine_has_room_for_as_many_disks_as_its_board() -> None:
    room = len(BIOS.board.disk_slots)
    with pytest.raises(UsageError, match=f"no room for {room + 1} disks"):
        replace(BIOS, disks=(Disk(path=Path("/a")),) * (room + 1))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: Disk(size=3, content=b"four"), "4 bytes are on a disk of 3"),
        (lambda: Disk(serial="A" * 21), "longer than 20"),
    ],
)
def test_what_is_no_disk_is_refused(made: Callable[[], Disk], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        made()


@pytest.mark.parametrize("disks_last", [True, False])
def test_neither_libvirt_nor_qemu_orders_what_uefis_variables_order(disks_last: bool) -> None:
    disks = (Disk(path=Path("/run/guest0.disk")),)
    root = written(replace(UEFI, disks=disks, disks_last=disks_last))
    assert root.find("devices/disk/boot") is None
    assert root.find("os/boot[@dev='cdrom']") is not None


def test_an_arm64_machine_is_a_board_of_its_own() -> None:
    path = BOOT_PATHS["arm64-http-ipv4"]
    root = written(replace(UEFI, path=path, nics=(Nic.of(path).fitted(guest=0, number=0),)))
    assert attributes(root, "os/type") == {"arch": "aarch64", "machine": "virt"}
    assert root.findtext("devices/emulator") == "/usr/bin/qemu-system-aarch64"
    assert root.findtext("cpu/model") == "cortex-a57"
    assert attributes(root, "devices/serial/target")["type"] == "system-serial"
    assert root.find("devices/panic") is None
