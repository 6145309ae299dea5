"""A variable store made here is what OVMF itself would have written."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from virt.firmware.efi import bootentry, efivar
from virt.firmware.varstore import edk2

from harness.certificate import Certified
from harness.errors import PrerequisiteError, UsageError
from harness.guest import nvram
from harness.guest.power import BootDevice
from harness.guest.spec import DISK_TITLE, GAVE_UP, Disk, Enrolled, Flash, GuestSpec, Nic
from harness.machines import BOOT_PATHS

MAC = "52:54:00:12:34:56"
STORE_SIZE = 0x40000
NV_DATA = bytes.fromhex("8d2bf1ff96768b4ca9852747075b4f50")
AUTHENTICATED_VARIABLES = bytes.fromhex("782cf3aa7b949a43a1802e144ec37792")
TAIL = b"the fault tolerant write area\xff"

CARD = "02010c00d041030a00000000010106000003030b2500525400123456" + "00" * 26 + "01"
IPV4 = "030c1b00" + "00" * 23
IPV6 = "030d3c00" + "00" * 39 + "40" + "00" * 16
URI = "03180400"
END = "7fff0400"
EDK2 = "4eac0881119f594d850ee21a522c59b2"

WRITTEN_BY_OVMF = {
    "x64-tftp-ipv4": ("PXEv4", 0x56, IPV4),
    "x64-tftp-ipv6": ("PXEv6", 0x77, IPV6),
    "x64-http-ipv4": ("HTTPv4", 0x5A, IPV4 + URI),
    "x64-http-ipv6": ("HTTPv6", 0x7B, IPV6 + URI),
}
"""Per boot path, the option that OVMF 2022.11 made on its first boot with this card in slot 3:
name, length of the device path, and the end of that path."""


def machine(path_id: str, *, mac: str = MAC) -> GuestSpec:
    """Give a machine that must take a path."""
    path = BOOT_PATHS[path_id]
    return GuestSpec(
        name="guest0",
        path=path,
        nics=(Nic.of(path, mac=mac),),
        console_pipe=Path("/console"),
        flash=Flash(code_path=Path("/code.fd"), nvram_path=Path("/vars.fd")),
    )


def boot_options(path: Path) -> list[bootentry.BootEntry]:
    """Give the boot options of a store, in the order in which they are tried."""
    variables = edk2.Edk2VarStore(path).get_varlist()
    order = struct.iter_unpack("<H", bytes(variables["BootOrder"].data))
    return [bootentry.BootEntry(data=variables[f"Boot{number:04X}"].data) for (number,) in order]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """An empty store as edk2 lays it out, with something behind the variables."""
    header = struct.pack("<16x16sQ4sIHHHxBII8x", NV_DATA, 0x84000, b"_FVH", 0, 72, 0, 0, 2, 1, 1)
    variables = AUTHENTICATED_VARIABLES + struct.pack("<IBB6x", STORE_SIZE - 72, 0x5A, 0xFE)
    empty = b"\xff" * (STORE_SIZE - len(header) - len(variables))
    path = tmp_path / "template.fd"
    path.write_bytes(header + variables + empty + TAIL)
    return path


@pytest.mark.parametrize("path_id", WRITTEN_BY_OVMF)
def test_option_is_ovmfs_own_without_its_mark(path_id: str, template: Path, tmp_path: Path) -> None:
    """Marked as its own, OVMF would silently drop it when nothing drives the card."""
    way, path_size, end = WRITTEN_BY_OVMF[path_id]
    title = f"UEFI {way} (MAC:525400123456)\0".encode("utf-16-le")
    expected = struct.pack("<IH", 1, path_size) + title + bytes.fromhex(CARD + end + END)
    nvram.make(machine(path_id), template, tmp_path / "vars.fd")
    written = (tmp_path / "vars.fd").read_bytes()
    assert expected in written
    assert bytes.fromhex(EDK2) not in written


def test_what_an_operator_chooses_by_hand_is_the_firmwares_own(
    template: Path, tmp_path: Path
) -> None:
    """Its menu would show a guard, and would lack what the guard stands before."""
    target = tmp_path / "vars.fd"
    spec = machine("x64-http-ipv4")
    nvram.make(replace(spec, by_hand=True), template, target)
    assert "BootOrder" not in edk2.Edk2VarStore(target).get_varlist()
    nvram.make(spec, template, target)
    assert [str(option.title) for option in boot_options(target)][1:] == [GAVE_UP]


def test_what_is_tried_then(template: Path, tmp_path: Path) -> None:
    """The guard stands behind all of them."""
    then = (BOOT_PATHS["x64-tftp-ipv6"], BOOT_PATHS["x64-http-ipv4"])
    spec = replace(machine("x64-tftp-ipv4"), then=then)
    nvram.make(spec, template, tmp_path / "vars.fd")
    titles = [nvram.option_title(path, MAC) for path in (spec.path, *then)]
    assert [str(each.title) for each in boot_options(tmp_path / "vars.fd")] == [*titles, GAVE_UP]


def test_option_is_for_the_card_that_boots(template: Path, tmp_path: Path) -> None:
    """Its place on the bus and its MAC address are in the device path."""
    path = BOOT_PATHS["x64-tftp-ipv4"]
    nics = (Nic.of(path, mac="52:54:00:12:34:50"), Nic.of(path, mac=MAC))
    spec = replace(machine(path.id), nics=nics, boots_by="net1")
    nvram.make(spec, template, tmp_path / "vars.fd")
    in_second_slot = CARD.replace("010106000003", "010106000005")
    assert bytes.fromhex(in_second_slot + IPV4 + END) in (tmp_path / "vars.fd").read_bytes()
    assert bytes.fromhex("525400123450") not in (tmp_path / "vars.fd").read_bytes()


@pytest.mark.parametrize("path_id", WRITTEN_BY_OVMF)
def test_wanted_path_is_first_and_the_guard_second(
    path_id: str, template: Path, tmp_path: Path
) -> None:
    """What OVMF adds later stands behind the guard, which never returns."""
    nvram.make(machine(path_id), template, tmp_path / "vars.fd")
    wanted, guard = boot_options(tmp_path / "vars.fd")
    assert str(wanted.title) == nvram.option_title(BOOT_PATHS[path_id], MAC)
    assert str(guard.title) == GAVE_UP
    assert wanted.attr == guard.attr == 1  # LOAD_OPTION_ACTIVE


def test_store_keeps_its_size_and_what_is_behind_the_variables(
    template: Path, tmp_path: Path
) -> None:
    """QEMU maps the file as flash: its size is the size of the chip."""
    nvram.make(machine("x64-http-ipv4"), template, tmp_path / "vars.fd")
    image = (tmp_path / "vars.fd").read_bytes()
    assert len(image) == len(template.read_bytes())
    assert image.endswith(TAIL)


def test_template_is_not_touched(template: Path, tmp_path: Path) -> None:
    """It is the distribution's file, and every guest's."""
    before = template.read_bytes()
    nvram.make(machine("x64-http-ipv4"), template, tmp_path / "vars.fd")
    assert template.read_bytes() == before


def test_earlier_options_of_the_template_do_not_come_first(template: Path, tmp_path: Path) -> None:
    """A store that has booted before is as good a template as a fresh one."""
    nvram.make(machine("x64-tftp-ipv4"), template, tmp_path / "first.fd")
    nvram.make(machine("x64-http-ipv6"), tmp_path / "first.fd", tmp_path / "second.fd")
    titles = [str(option.title) for option in boot_options(tmp_path / "second.fd")]
    assert titles == ["UEFI HTTPv6 (MAC:525400123456)", GAVE_UP]


@pytest.mark.parametrize("mac", ["52:54:00:12:34", "52:54:00:12:34:5g", "", "525400123456" * 2])
def test_bad_mac_is_refused(mac: str, template: Path, tmp_path: Path) -> None:
    """A device path with another card's address would silently boot nothing."""
    with pytest.raises(UsageError, match="is not a MAC address"):
        nvram.make(machine("x64-http-ipv4", mac=mac), template, tmp_path / "vars.fd")


@pytest.mark.parametrize("content", [b"", b"x" * 4096, NV_DATA * 5, b"\0" * 16 + NV_DATA * 99])
def test_file_that_is_no_store_is_refused(content: bytes, tmp_path: Path) -> None:
    """virt-firmware would end the whole process here."""
    (tmp_path / "code.fd").write_bytes(content)
    with pytest.raises(PrerequisiteError, match="is not a UEFI variable store"):
        nvram.make(machine("x64-http-ipv4"), tmp_path / "code.fd", tmp_path / "v.fd")


def test_missing_template_names_the_package(tmp_path: Path) -> None:
    """The cure is a command."""
    with pytest.raises(PrerequisiteError, match="apt install ovmf"):
        nvram.make(machine("x64-http-ipv4"), tmp_path / "nowhere.fd", tmp_path / "vars.fd")


def test_the_card_decides_the_name() -> None:
    """OVMF names an option after the card's address."""
    path = replace(BOOT_PATHS["x64-tftp-ipv4"], id="another")
    assert nvram.option_title(path, "52-54-00-aB-cD-eF") == "UEFI PXEv4 (MAC:525400ABCDEF)"


@pytest.fixture
def with_disk(tmp_path: Path) -> GuestSpec:
    """Give a machine that boots from its disk."""
    return replace(machine("x64-http-ipv4"), disks=(Disk(path=tmp_path / "disk"),))


def test_a_machine_with_a_disk_boots_from_that_alone(
    with_disk: GuestSpec, template: Path, tmp_path: Path
) -> None:
    """No option leads to the network."""
    nvram.make(with_disk, template, tmp_path / "vars.fd")
    titles = [str(option.title) for option in boot_options(tmp_path / "vars.fd")]
    assert titles == [DISK_TITLE, GAVE_UP]
    assert (
        bytes.fromhex("02010c00d041030a00000000" + "01010600000c" + END)
        in (tmp_path / "vars.fd").read_bytes()
    )
    assert bytes.fromhex(IPV4) not in (tmp_path / "vars.fd").read_bytes()


def test_a_system_on_the_disk_comes_between_the_network_and_the_guard(
    with_disk: GuestSpec, template: Path, tmp_path: Path
) -> None:
    nvram.make(replace(with_disk, disks_last=True), template, tmp_path / "vars.fd")
    titles = [str(option.title) for option in boot_options(tmp_path / "vars.fd")]
    network = nvram.option_title(with_disk.path, with_disk.mac)
    assert titles == [network, DISK_TITLE, GAVE_UP]


def test_next_is_beside_the_order(with_disk: GuestSpec, template: Path, tmp_path: Path) -> None:
    """Firmware takes BootNext away as it takes it; the order stays as it was."""
    store_path = tmp_path / "vars.fd"
    nvram.make(with_disk, template, store_path)
    before = [bytes(option) for option in boot_options(store_path)]
    for _ in range(2):
        nvram.set_next(with_disk, store_path, BootDevice.NETWORK)
        assert [bytes(option) for option in boot_options(store_path)] == before
        image = store_path.read_bytes()
        assert image.count(bytes.fromhex(CARD + IPV4 + URI + END)) == 1
        assert "BootNext\0".encode("utf-16-le") + struct.pack("<H", 0xF0) in image
        assert len(image) == len(template.read_bytes())


@pytest.mark.parametrize("device", [BootDevice.DISK, BootDevice.SETUP])
def test_next_can_be_what_the_order_has(
    with_disk: GuestSpec, template: Path, tmp_path: Path, device: BootDevice
) -> None:
    """The option's device path is that of the disk's, or of the guard's."""
    store_path = tmp_path / "vars.fd"
    nvram.make(with_disk, template, store_path)
    paths = {str(option.title): bytes(option.devicepath) for option in boot_options(store_path)}
    wanted = paths[DISK_TITLE if device is BootDevice.DISK else GAVE_UP]
    before = store_path.read_bytes().count(wanted)
    nvram.set_next(with_disk, store_path, device)
    assert store_path.read_bytes().count(wanted) == before + 1


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("http://192.0.2.1/a.efi", IPV4),
        ("https://[2001:db8::1]:8443/a.efi", IPV6),
        ("http://boot.example/a.efi", IPV4),
        ("", IPV4),
    ],
)
def test_next_can_be_a_uri(
    with_disk: GuestSpec, template: Path, tmp_path: Path, uri: str, address: str
) -> None:
    """By the family of the address in it; a name is looked up by that of the guest's path."""
    store_path = tmp_path / "vars.fd"
    nvram.make(with_disk, template, store_path)
    nvram.set_next(with_disk, store_path, BootDevice.HTTP, uri=uri)
    node = struct.pack("<BBH", 3, 0x18, 4 + len(uri)) + uri.encode()
    path = bytes.fromhex(CARD + address) + node + bytes.fromhex(END)
    image = store_path.read_bytes()
    assert image.count(path) == 1
    assert "BootNext\0".encode("utf-16-le") + struct.pack("<H", 0xF0) in image


class TestEnrolled:
    """What an owner puts in beside the ways to boot."""

    KEY = Certified.by_itself("The owner's")

    def stored(self, enrolled: Enrolled, template: Path, tmp_path: Path) -> efivar.EfiVarList:
        spec = replace(machine("x64-http-ipv4"), enrolled=enrolled)
        nvram.make(spec, template, tmp_path / "vars.fd")
        return edk2.Edk2VarStore(tmp_path / "vars.fd").get_varlist()

    def test_a_key_of_ones_own(self, template: Path, tmp_path: Path) -> None:
        """It takes the place of all that there were."""
        makers = Enrolled(own_key=Certified.by_itself("A maker's").certificate)
        store = self.stored(makers, template, tmp_path)
        own = Enrolled(own_key=self.KEY.certificate, revoked=(self.KEY.certificate,))
        (tmp_path / "before.fd").write_bytes((tmp_path / "vars.fd").read_bytes())
        store = self.stored(own, tmp_path / "before.fd", tmp_path)
        for name in ("PK", "KEK", "db", "dbx"):
            assert b"The owner's" in store[name].data
            assert b"A maker's" not in store[name].data
        assert bytes(store["SecureBootEnable"].data) == b"\1"
        assert "BootOrder" in store

    def test_the_rest_leaves_the_keys_alone(self, template: Path, tmp_path: Path) -> None:
        enrolled = Enrolled(sbat_level="sbat,1,1\n", authorities=(self.KEY.certificate,))
        store = self.stored(enrolled, template, tmp_path)
        assert not {"PK", "SecureBootEnable"} & set(map(str, store))
        assert bytes(store["SbatLevel"].data) == b"sbat,1,1\n"
        authority = store["TlsCaCertificate"]
        assert str(authority.guid) == "fd2340d0-3dab-4349-a6c7-3b4f12b48eae"
        assert b"The owner's" in authority.data

    def test_an_arm64_machine_has_no_keys(self, template: Path, tmp_path: Path) -> None:
        """Its package has no store without."""
        own = Enrolled(own_key=self.KEY.certificate, revoked=(self.KEY.certificate,))
        self.stored(own, template, tmp_path)
        (tmp_path / "before.fd").write_bytes((tmp_path / "vars.fd").read_bytes())
        for by_hand in (False, True):
            spec = replace(machine("arm64-http-ipv4"), by_hand=by_hand)
            nvram.make(spec, tmp_path / "before.fd", tmp_path / "vars.fd")
            store = edk2.Edk2VarStore(tmp_path / "vars.fd").get_varlist()
            assert not {"PK", "KEK", "db", "dbx", "SecureBootEnable"} & set(map(str, store))

    def test_what_is_empty_takes_no_room(self, template: Path, tmp_path: Path) -> None:
        with template.open("ab") as file:
            file.truncate(64 << 20)
        nvram.make(machine("arm64-http-ipv4"), template, tmp_path / "vars.fd")
        made = (tmp_path / "vars.fd").stat()
        assert made.st_size == 64 << 20
        assert made.st_blocks * 512 < 1 << 20
