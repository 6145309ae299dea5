"""What each kind of machine is handed first, in words: which loader, and whose."""

from harness.model import LoaderKind
from harness.site.model import Site


def loader_name(site: Site, machine: str) -> str:
    """Say what a kind of machine is handed: `iPXE, supplied`, `GRUB, standing in for iPXE`."""
    kind = site.loader_kind(machine)
    if not site.is_stand_in(site.data_path(site.loaders[machine])):
        return f"{kind.called}, the site's own"
    return "GRUB, standing in for iPXE" if kind is LoaderKind.GRUB else f"{kind.called}, supplied"


def loader_names(site: Site) -> str:
    """Say it of all loaders that the site names, by their files."""
    named = {file: loader_name(site, machine) for machine, file in site.loaders.items()}
    return "; ".join(f"{file}: {name}" for file, name in named.items())
