"""The files that the scripts of a boot name, whichever loaders they are for."""

from collections.abc import Sequence

from harness.loaders.grub import named_files as grub
from harness.loaders.ipxe import named_files as ipxe
from harness.loaders.ipxe.script import ipxe_scripts, is_ipxe
from harness.loaders.pxelinux import named_files as pxelinux
from harness.loaders.script import NamedFile, Script


def named_files(scripts: Sequence[Script]) -> tuple[NamedFile, ...]:
    """Give every file that one of these scripts of one boot names: iPXE's first, then GRUB's."""
    return (
        *ipxe.named_files(ipxe_scripts(scripts)),
        *grub.named_files(of_grub(scripts)),
        *pxelinux.named_files(of_pxelinux(scripts)),
    )


def of_pxelinux(scripts: Sequence[Script]) -> list[Script]:
    """Give those of some scripts that are PXELINUX's."""
    others = (each for each in scripts if not is_ipxe(each.text))
    return [each for each in others if pxelinux.is_pxelinux(each.text)]


def of_grub(scripts: Sequence[Script]) -> list[Script]:
    """Give those of some scripts that are GRUB's."""
    others = (e for e in scripts if not is_ipxe(e.text) and not pxelinux.is_pxelinux(e.text))
    return [each for each in others if grub.is_grub(each.text)]


def is_script(content: bytes) -> bool:
    """Whether a file's beginning looks like a script of one of these loaders."""
    if b"\0" in content:
        return False
    text = content.decode(errors="replace")
    return is_ipxe(text) or pxelinux.is_pxelinux(text) or grub.is_grub(text)
