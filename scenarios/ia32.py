"""What 32-bit UEFI machines are handed, where a scenario is about one kind of loader."""

from harness.assets.loader import find_loader
from harness.site import Site

GRUB = "grub/ia32.efi"
IA32 = ("ia32-tftp", "ia32-http")


def with_grub(site: Site) -> Site:
    """Give the site with GRUB as its ia32 loaders, whatever of its own it has there."""
    program = find_loader(GRUB).path.read_bytes()
    for file in {site.loaders[machine] for machine in IA32}:
        site = site.with_file(site.data_path(file), program)
    return site
