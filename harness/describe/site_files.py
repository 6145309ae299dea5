"""What the files are that a site gives out: kernels, initrds, scripts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from harness.describe.file_kind import is_initrd, kernel_kind
from harness.loaders.named_files import is_script, named_files
from harness.loaders.pxelinux.configuration import PXELINUX_DIR
from harness.loaders.pxelinux.prompt import Configuration
from harness.loaders.script import ANY, LONGEST, NamedFile, Script, Use
from harness.model import Role
from harness.site import LaidKind, Site
from harness.site.files import locate, normal

_NOT_SERVED = frozenset({".git"})


def scripts_below(site: Site, root: str) -> Iterator[tuple[str, Script]]:
    """Give path and text of every boot script below a directory that is given out."""
    for place, file in _files(site, root):
        if file.stat().st_size <= LONGEST and is_script(content := file.read_bytes()):
            yield place, Script(_asked(site, place, root), content.decode(errors="replace"))


def found(site: Site) -> Mapping[str, LaidKind]:
    """Give the kernels that lie in the site's copy, by content, and the initrds of its scripts."""
    roots = dict.fromkeys((*site.roots, *map(site.outside_root, site.outside)))
    files = {place: file for root in roots for place, file in _files(site, root)}
    kernels = {place: kind for place, file in files.items() if (kind := kernel_kind(file))}
    scripts = [each for root in roots for each in scripts_below(site, root)]
    named = named_files([script for _, script in scripts])
    of_initrds = [each for each in named if each.use is Use.INITRD]
    others = files.keys() - kernels.keys() - {place for place, _ in scripts}
    initrds = {
        place: LaidKind.INITRD
        for place in sorted(others)
        for root in roots
        if PurePosixPath(place).is_relative_to(root)
        and any(each.likeness(_asked(site, place, root)) for each in of_initrds)
        and is_initrd(files[place])
    }
    return {**dict(_of_pxelinux(site, named)), **kernels, **initrds}


def longest_prompt_s(site: Site) -> float:
    """Give for how long a prompt of the site's may wait before its loader goes on by itself."""
    scripts = [each for root in site.roots for _, each in scripts_below(site, root)]
    return max((Configuration.read(each, scripts).waits_s for each in scripts), default=0.0)


def _of_pxelinux(site: Site, named: Sequence[NamedFile]) -> Iterator[tuple[str, LaidKind]]:
    """Give what PXELINUX's configuration names and the copy lacks: it would ask for it for ever."""
    kinds = {Use.KERNEL: LaidKind.KERNEL, Use.INITRD: LaidKind.INITRD}
    by_link = locate(site.dir, f"{site.root_of(Role.TFTP)}/{PXELINUX_DIR}") is not None
    for each in named:
        names = each.names if by_link else each.names[:1]
        for name in names if each.by_tftp and each.use in kinds else ():
            place = site.place_of(Role.TFTP, name)
            if ANY not in name and "://" not in name and not site.provides(place):
                yield place, kinds[each.use]


def _files(site: Site, root: str) -> Iterator[tuple[str, Path]]:
    """Go through the files below a root, by their paths in the site."""
    top = locate(site.dir, root)
    if top is None or not top.is_dir():
        return
    for path in sorted(top.rglob("*")):
        place = normal(f"{root}/{path.relative_to(top)}")
        own = site.file(place)
        if own is not None and own.is_file() and not _NOT_SERVED & set(path.parts):
            yield place, own


def _asked(site: Site, place: str, root: str) -> str:
    """Give the name by which machines ask for a file below a root."""
    serves = (each for daemon in site.daemon_facts.all for each in daemon.serves)
    aliased = (e.under for e in serves if not e.keeps_path and normal(e.directory) == root)
    return f"{next(aliased, '').rstrip('/')}/{PurePosixPath(place).relative_to(root)}"
