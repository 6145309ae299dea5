"""Which loaders there are, and which of them a site hands out."""

from collections.abc import Iterator
from pathlib import Path

from harness.errors import UsageError
from harness.loaders.base import Loader
from harness.loaders.grub import Grub
from harness.loaders.ipxe import Ipxe
from harness.loaders.pxelinux import Pxelinux
from harness.site import Site
from harness.site.files import is_operators, normal
from harness.site.problem import Problem

LOADERS: tuple[Loader, ...] = (Ipxe(), Grub(), Pxelinux())
"""One of each kind, in the order in which their failures are looked for."""
UNKNOWN: Loader = Ipxe()
"""What a program is taken for that no loader recognises: iPXE's for a BIOS are compressed."""


def loader(id: str) -> Loader:
    """Give the loader that evidence calls so; a UsageError when there is none of that name."""
    found = next(filter(None, (each.restore(id) for each in LOADERS)), None)
    if found is None:
        raise UsageError(
            f"no loader is called {id}", cure=f"one of: {', '.join(e.kind for e in LOADERS)}"
        )
    return found


def loader_of(site: Site, machine: str | None) -> Loader:
    """Give what a kind of machine is handed, as `site.toml` says."""
    return loader_at(site, site.loaders.get(machine or "", ""))


def loader_at(site: Site, file: str) -> Loader:
    """Give what is served by this name; the site's own file comes before a supplied one."""
    path = normal(site.data_path(file))
    if path in site.programs:
        return loader(site.programs[path])
    if path in site.changes:
        return of_program(site.changes[path] or b"")
    own = site.file(path)
    return of_program(own.read_bytes()) if own else of_asset(site.supply.get(path, ""))


def of_program(program: bytes) -> Loader:
    """Give the loader that a program is."""
    return next(filter(None, (each.recognise(program) for each in LOADERS)), UNKNOWN)


def of_asset(asset: str) -> Loader:
    """Give the loader that is supplied, by the asset's name or the operator's file."""
    if is_operators(asset):
        path = Path(asset)
        return of_program(path.read_bytes() if path.is_file() else b"")
    return next(filter(None, (each.recognise_asset(asset) for each in LOADERS)), UNKNOWN)


def used_by(site: Site) -> tuple[Loader, ...]:
    """Give the loaders that a site hands out, and one of each other kind."""
    return tuple(dict.fromkeys((*(loader_of(site, key) for key in site.loaders), *LOADERS)))


def loader_names(site: Site) -> str:
    """Say of all loaders that the site names what they are, by their files."""
    named = {file: loader_of(site, key).whose(site, key) for key, file in site.loaders.items()}
    return "; ".join(f"{file}: {name}" for file, name in named.items())


def missing_menus(site: Site) -> Iterator[Problem]:
    """Say which file of a menu a loader of the site's needs, and the site lacks."""
    for key, file in site.loaders.items():
        known = loader_of(site, key)
        path = site.data_path(known.menu_file(site))
        if path != site.script_path and not site.provides(path):
            yield Problem(
                what=f"{file} is {known.called}, which needs this menu, and it is not there",
                path=site.dir / path,
                cure="add it, or change [loaders] in site.toml",
            )
