"""What a file of a boot server is, by its content, and whether a site needs a copy of it."""

from pathlib import Path

from harness.describe.file_kind import is_initrd, kernel_kind
from harness.loaders import LOADERS

_LARGEST_COPIED = 8 << 20
_LARGEST_PACKED = 256 << 10
"""A larger archive is an initrd, or somebody's data; a small one may be a configuration."""
_ISO_MARK = (0x8001, b"CD001")
_IMAGES = (
    (b"hsqs", "a squashfs image"),
    (b"MSWIM\0", "a Windows image"),
    (b"!<arch>\ndebian", "a Debian package"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
    (b"QFI\xfb", "a disk image"),
    (b"KDMV", "a disk image"),
)
_PROGRAMS = (
    (b"PXELINUX", "PXELINUX"),
    (b"SYSLINUX", "a part of SYSLINUX"),
    (b"MEMDISK", "MEMDISK"),
    (b"wimboot", "wimboot"),
    (b"shim_lock", "shim"),
    (b"UEFI SHIM", "shim"),
    (b"PXE->EB:", "iPXE for a BIOS"),
    ("UEFI Interactive Shell".encode("utf-16-le"), "the UEFI Shell"),
    (b"systemd-boot", "systemd-boot"),
)
_STARTED_BY_LOADERS = ("wimboot", "MEMDISK")
"""They have a kernel's header, and are none."""
_PRIVATE_KEY = b"PRIVATE KEY-----"


def program(path: Path) -> str:
    """Say which loader or helper of one a file is; "" when it is none that is known."""
    if path.stat().st_size > _LARGEST_COPIED:
        return ""
    content = path.read_bytes()
    is_efi = content.startswith(b"MZ")
    # GRUB has shim's words in it, so loaders that know themselves come first.
    known = [each.called for each in LOADERS if is_efi and each.recognise(content)]
    known += [name for mark, name in _PROGRAMS if mark in content]
    return next(iter(known), "an EFI program" if is_efi else "")


def left_out(path: Path) -> str:
    """Say what a file is that a site needs no copy of; "" for one that is copied."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_ISO_MARK[0] + len(_ISO_MARK[1]))
    # Debian's ipxe.lkrn is packed, and tells of itself by its name alone.
    is_helper = program(path) in _STARTED_BY_LOADERS or path.suffix == ".lkrn"
    if not is_helper and kernel_kind(path) is not None:
        return "a kernel"
    for mark, name in _IMAGES:
        if head.startswith(mark):
            return name
    if head[_ISO_MARK[0] :] == _ISO_MARK[1]:
        return "an ISO image"
    if is_initrd(path) and size > _LARGEST_PACKED:
        return "an initrd, or an archive"
    if is_initrd(path) and head.startswith(b"0707"):
        return "an initrd"
    return "a large file" if size > _LARGEST_COPIED else ""


def is_private_key(path: Path) -> bool:
    """Whether a file holds a private key, which has no place in a repository of tests."""
    with path.open("rb") as file:
        return _PRIVATE_KEY in file.read(4096)
