"""What 32-bit UEFI machines are handed, where a scenario is about one kind of loader."""

from harness.lab import program
from harness.site import Site

GRUB_MENU = "srv/tftp/grub.cfg"
_IA32 = ("ia32-tftp", "ia32-http")


def grub() -> bytes:
    """Give the 32-bit GRUB that the harness makes."""
    return program("grub/ia32.efi")


def with_grub(site: Site) -> Site:
    """Give the site with GRUB as its ia32 loaders, whatever of its own it has there."""
    program = grub()
    for file in {site.loaders[machine] for machine in _IA32}:
        site = site.with_file(site.data_path(file), program)
    return site
