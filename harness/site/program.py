"""What a loader is, by its own words: iPXE or GRUB."""

from pathlib import Path

from harness.model import LoaderKind

_GRUB_WORDS = b"GNU GRUB  version"
"""What GRUB's images for UEFI hold as it is; iPXE's for a BIOS are compressed."""
_GRUB_ASSETS = "grub/"


def kind_of(program: bytes) -> LoaderKind:
    """Give what a program is: iPXE unless it says that it is GRUB."""
    return LoaderKind.GRUB if _GRUB_WORDS in program else LoaderKind.IPXE


def kind_of_file(path: Path) -> LoaderKind:
    """Give what the program in a file is."""
    return kind_of(path.read_bytes()) if path.is_file() else LoaderKind.IPXE


def is_operators(asset: str) -> bool:
    """Whether what is supplied is a file of the operator's own, not an asset of the harness."""
    return asset.startswith("/")


def kind_of_asset(asset: str) -> LoaderKind:
    """Give what a supplied program is, by the asset's name or the operator's file."""
    if is_operators(asset):
        return kind_of_file(Path(asset))
    return LoaderKind.GRUB if asset.startswith(_GRUB_ASSETS) else LoaderKind.IPXE
