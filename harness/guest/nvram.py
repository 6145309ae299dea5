"""UEFI variable stores: which boot option a guest's firmware tries, and what it then says.

The one owner of virt-firmware. Boot options are written as OVMF itself writes
them after a first boot (UEFI 2.10, 3.1.3 `EFI_LOAD_OPTION` and chapter 10 for
device paths), so that no first boot is needed; only its mark on its own is left out. The
wanted option comes first; a guard comes second. The options that OVMF adds by
itself stand behind the guard, which never returns: a failed boot cannot go on
silently by another path, and says `GAVE_UP` on the console at once.
"""

import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from virt.firmware.efi import bootentry, devpath, efivar, guids, siglist, ucs16
from virt.firmware.varstore import edk2

from harness.errors import PrerequisiteError, UsageError
from harness.guest.power import BootDevice
from harness.guest.spec import DISK_TITLE, GAVE_UP, Enrolled, GuestSpec
from harness.machines import Board, BootPath
from harness.model import Family, Protocol

_ACTIVE = 0x1
_HARDWARE, _ACPI, _MESSAGING, _MEDIA = 0x01, 0x02, 0x03, 0x04
_UNIT, _FUNCTION = 0, 0
"""Of the only root bridge, and of a card that does one thing."""
_ETHERNET = b"\x01"
_ADDRESS_SIZE = 32
SETUP_TITLE = "setup"
"""The name of the option for the firmware's own menu, where somebody wants that."""
_NEXT = 0xF0
"""The number of the option for one boot only."""
_FIRMWARE_VOLUME = guids.parse_str("7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1").bytes_le
_SETUP_MENU = guids.parse_str("462caa21-7614-4503-836e-8ab6f4662331").bytes_le
"""OVMF's DXE volume, and edk2's UiApp in it: a menu that waits for a key for ever."""
_KEYS = ("PK", "KEK", "db")
_OF_KEYS = ("dbx", "SecureBootEnable", "CustomMode")
_TLS_CA = "fd2340d0-3dab-4349-a6c7-3b4f12b48eae"
"""The namespace of edk2's variable for it (`EFI_TLS_CA_CERTIFICATE_GUID`)."""
_OWNER = guids.parse_str("6c0f2b4e-8d0a-4e59-9b51-1f6f4f4e1d37")
"""Who has put a signature into a list: nobody asks."""


def _node(kind: int, subkind: int, data: bytes = b"") -> devpath.DevicePathElem:
    """Make a node of a device path: the device on the way that `data` tells from its siblings."""
    node = devpath.DevicePathElem()
    node.devtype, node.subtype, node.data = kind, subkind, data
    return node


_SETUP_PATH = (_node(_MEDIA, 0x07, _FIRMWARE_VOLUME), _node(_MEDIA, 0x06, _SETUP_MENU))
_IPV4 = _node(_MESSAGING, 0x0C, bytes(23))
"""All zero: whatever address DHCP gives."""
_IPV6 = _node(_MESSAGING, 0x0D, struct.pack("39xB16x", 64))
"""All zero but the prefix length, which edk2 sets."""
_ANY_URI = _node(_MESSAGING, 0x18)

_ROUTES: Mapping[tuple[Protocol, Family], tuple[str, tuple[devpath.DevicePathElem, ...]]] = {
    (Protocol.TFTP, Family.IPV4): ("PXEv4", (_IPV4,)),
    (Protocol.TFTP, Family.IPV6): ("PXEv6", (_IPV6,)),
    (Protocol.HTTP, Family.IPV4): ("HTTPv4", (_IPV4, _ANY_URI)),
    (Protocol.HTTP, Family.IPV6): ("HTTPv6", (_IPV6, _ANY_URI)),
}
"""By protocol and family: edk2's name of the way, and the end of its device path."""


def make(spec: GuestSpec, template: Path, target: Path) -> None:
    """Write a fresh variable store whose ways to boot are the guest's paths and its disk, if any.

    Where an operator chooses by hand it is as the factory leaves it: the firmware
    makes a boot option for each of its paths, and no guard keeps it from the others.

    Raises:
        PrerequisiteError: `template` is not a variable store.
    """
    store = _open(template)
    variables = store.get_varlist()
    for name in (*_KEYS, *_OF_KEYS) if spec.path.machine.keys_in_store else ():
        variables.pop(name, None)
    if spec.by_hand and not spec.path.machine.keys_in_store:
        target.write_bytes(template.read_bytes())
        return
    if spec.by_hand:
        _write(store, variables, target)
        return
    paths = (spec.path, *spec.then) if spec.boots_from_network else ()
    ways = [_network_option(replace(spec, path=path)) for path in paths]
    ways += [_disk_option(spec)] if spec.disks else []
    options = (*ways, _guard())
    for number, option in enumerate(options):
        _set(variables, f"Boot{number:04X}", bytes(option))
    _set(variables, "BootOrder", struct.pack(f"<{len(options)}H", *range(len(options))))
    if spec.enrolled is not None:
        _enrol(variables, spec.enrolled)
    _write(store, variables, target)


def set_next(spec: GuestSpec, store_path: Path, device: BootDevice, *, uri: str = "") -> None:
    """Have the next boot, and only that, be from a device (`BootNext`, UEFI 2.10, 3.1.1).

    From the network means by the guest's path; over HTTP, by the guest's card.

    The option has a number of its own: the one in the boot order may be gone, and firmware gives
    the lowest that its order does not have to those that it makes.
    """
    store = _open(store_path)
    variables = store.get_varlist()
    options: Mapping[BootDevice, Callable[[GuestSpec], bootentry.BootEntry]] = {
        BootDevice.NETWORK: _network_option,
        BootDevice.HTTP: lambda spec: _network_option(spec.by_http(uri), uri),
        BootDevice.DISK: _disk_option,
        BootDevice.SETUP: _setup_option,
    }
    _set(variables, f"Boot{_NEXT:04X}", bytes(options[device](spec)))
    _set(variables, "BootNext", struct.pack("<H", _NEXT))
    _write(store, variables, store_path)


def _enrol(variables: efivar.EfiVarList, enrolled: Enrolled) -> None:
    """Set what an owner enrols; with a key of one's own, what the firmware came with goes."""
    if enrolled.own_key:
        for name in (*_KEYS, "dbx"):
            variables.pop(name, None)
        for name in _KEYS:
            _set_certificates(variables, name, [enrolled.own_key])
        _set(variables, "SecureBootEnable", b"\x01")
    if enrolled.revoked:
        _set_certificates(variables, "dbx", enrolled.revoked)
    if enrolled.sbat_level:
        _set(variables, "SbatLevel", enrolled.sbat_level.encode())
    if enrolled.authorities:
        _set_certificates(variables, "TlsCaCertificate", enrolled.authorities, guid=_TLS_CA)


def _set_certificates(
    variables: efivar.EfiVarList, name: str, certificates: Iterable[bytes], guid: str | None = None
) -> None:
    """Set a variable that is a list of certificates, each one a signature list of its own."""
    variable = efivar.EfiVar(name, guid=guid)
    variable.sigdb = siglist.EfiSigDB()
    for certificate in certificates:
        variable.sigdb_add_cert_data(_OWNER, certificate)
    variables[name] = variable


def option_title(path: BootPath, mac: str) -> str:
    """Give the name by which OVMF calls a boot path, in its menu and on the console."""
    way, _nodes = _ROUTES[path.protocol, path.family]
    return f"UEFI {way} (MAC:{_octets(mac).hex().upper()})"


def _network_option(spec: GuestSpec, uri: str = "") -> bootentry.BootEntry:
    """Make the option for a guest's path; with a URI, as the firmware's own form for one does."""
    _way, nodes = _ROUTES[spec.path.protocol, spec.path.family]
    if uri:
        nodes = (*nodes[:-1], _node(_MESSAGING, 0x18, uri.encode()))
    address = _octets(spec.mac).ljust(_ADDRESS_SIZE, b"\0") + _ETHERNET
    card = _node(_MESSAGING, 0x0B, address)
    title = uri or option_title(spec.path, spec.mac)
    return _option(title, (*_device(spec.board, spec.slot), card, *nodes))


def _disk_option(spec: GuestSpec) -> bootentry.BootEntry:
    """Make the option for the loader that a disk has in the place for removable media."""
    return _option(DISK_TITLE, _device(spec.board, spec.board.disk_slots[0]))


def _device(board: Board, slot: int) -> tuple[devpath.DevicePathElem, ...]:
    root = struct.pack("<II", board.pci_root_hid, _UNIT)
    return _node(_ACPI, 0x01, root), _node(_HARDWARE, 0x01, bytes((_FUNCTION, slot)))


def _guard() -> bootentry.BootEntry:
    """Make the option that keeps the firmware from trying any other path."""
    return _option(GAVE_UP, _SETUP_PATH)


def _setup_option(_spec: GuestSpec) -> bootentry.BootEntry:
    return _option(SETUP_TITLE, _SETUP_PATH)


def _option(title: str, nodes: tuple[devpath.DevicePathElem, ...]) -> bootentry.BootEntry:
    """Make an active boot option, as a person makes one.

    edk2 marks its own with a GUID behind the device path, and silently drops those
    whose device has no driver; one that is not marked it tries, and says why it fails.
    """
    path = devpath.DevicePath()
    for node in nodes:
        path.append(node)
    return bootentry.BootEntry(attr=_ACTIVE, title=ucs16.from_string(title), devicepath=path)


def _octets(mac: str) -> bytes:
    """Give a MAC address, written with colons or hyphens, as its six bytes."""
    try:
        octets = bytes.fromhex(mac.replace(":", "").replace("-", ""))
    except ValueError as error:
        raise UsageError(f"{mac!r} is not a MAC address") from error
    if len(octets) != 6:
        raise UsageError(f"{mac!r} is not a MAC address of six bytes")
    return octets


def _open(path: Path) -> edk2.Edk2VarStore:
    """Read a variable store.

    virt-firmware ends the process over a file that it cannot read (`sys.exit`).
    """
    try:
        return edk2.Edk2VarStore(path)
    except FileNotFoundError as error:
        raise PrerequisiteError(
            f"there is no variable store {path}", cure="sudo apt install ovmf"
        ) from error
    except (SystemExit, struct.error) as error:
        raise PrerequisiteError(
            f"{path} is not a UEFI variable store as edk2 writes them",
            cure="give the file that goes with the firmware's code: OVMF_VARS_4M.fd or the like",
        ) from error


def _set(variables: efivar.EfiVarList, name: str, value: bytes) -> None:
    """Set a variable; virt-firmware knows the attributes of those whose name begins with Boot."""
    variable = efivar.EfiVar(name)
    variable.data = value
    variables[name] = variable


def _write(store: edk2.Edk2VarStore, variables: efivar.EfiVarList, target: Path) -> None:
    """Write a store's image with these variables.

    virt-firmware's own `write_varstore` appends the erased rest byte by byte,
    which takes seconds.
    """
    written = store.bytes_varlist(variables)
    erased = b"\xff" * (store.end - store.start - len(written))
    image = store.filedata
    whole = image[: store.start] + written + erased + image[store.end :]
    # Of an arm64 machine's 64 MiB, all but the beginning is empty: it takes no room.
    target.write_bytes(whole.rstrip(b"\0"))
    os.truncate(target, len(whole))
