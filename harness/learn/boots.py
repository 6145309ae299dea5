"""The boots that are approved of a site: files of its own, and what they say must lie in a lab."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from harness.learn.served_machines import STRANGER, accepted_mac, with_stranger
from harness.loaders.ipxe import Ipxe
from harness.machines import BOOT_PATHS
from harness.machines.ia32 import IA32
from harness.model import Role
from harness.plan.boot_text import BOOT_SUFFIX, BootText, LaidFile
from harness.services.registry import load_site, served_by
from harness.site import LaidKind, Site
from harness.site.approved import BOOTS_DIR, COPIES_DIR


def approved_boots(site_dir: Path) -> Mapping[str, BootText]:
    """Read a site's approved boots, by the name of the file.

    Raises:
        SiteError: one cannot be read; with its line.
    """
    found = sorted((site_dir / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}"))
    return {path.name: BootText.parse(path.read_text(), path=path) for path in found}


def load_with_boots(
    site_dir: Path, *, boots_of: Collection[Path] = (), servers: Sequence[str] = ()
) -> Site:
    """Read a site; the payload will lie wherever its approved boots say that a system was.

    `boots_of`: other sites, whose machines it has too and whose boots count instead of its own;
    `servers`: the daemons that answer DHCP in the place of those that it names.

    Raises:
        SiteError: the site, or one of its boots, cannot be read; with its line.
    """
    site = load_site(site_dir)
    site = served_by(site, servers) if servers else site
    for each in boots_of:
        site = replace(site, machines={**site.machines, **load_site(each).machines})
    texts = [text for each in boots_of or (site_dir,) for text in approved_boots(each).values()]
    site = with_stranger(site, is_known=any(text.machine == STRANGER for text in texts))
    # A file that 32-bit UEFI's iPXE starts and others, too, is a kernel like others.
    laid = sorted(_laid(site, texts), key=lambda each: each[1] is not LaidKind.KERNEL_IA32)
    offered = (path for path in site.disks if not site.provides(path))
    return site.with_laid({**dict.fromkeys(offered, LaidKind.DISK), **dict(laid)})


def _laid(site: Site, texts: Iterable[BootText]) -> Iterator[tuple[str, LaidKind]]:
    offered = frozenset(site.disks.values())
    approved = replace(site, dir=site.dir / COPIES_DIR)
    kept = approved if approved.dir.is_dir() else None
    for text in texts:
        # GRUB starts either image there, by Linux's own 32-bit entry.
        by_ipxe = any(each.subject == Ipxe.called for each in text.statements)
        is_ia32 = BOOT_PATHS[text.path].machine is IA32 and by_ipxe
        kernel = LaidKind.KERNEL_IA32 if is_ia32 else LaidKind.KERNEL
        found = (
            (text.kernels, kernel),
            (text.initrds, LaidKind.INITRD),
            # What a target offers lies where its own configuration says.
            ([each for each in text.disks if each.file not in offered], LaidKind.DISK),
        )
        for files, kind in found:
            places = (_place_kept(site, each, kept) for each in files)
            yield from ((place, kind) for place in places if place)


def _place_kept(site: Site, laid: LaidFile, kept: Site | None) -> str:
    """Give where a file lay when its boot was approved, by the copies of that time.

    A server that looks elsewhere for it since finds nothing there, unless it was moved as well.
    """
    now = place_of(site, laid)
    if kept is None or site.provides(now):
        return now
    return place_of(kept, laid) or now


def mac_of(site: Site, machine: str) -> str:
    """Give the MAC address of a machine of the site's by its name; of no name, one that is served.

    Raises:
        SiteError: the site's DHCP servers serve nobody but machines that nobody has named.
    """
    known = site.machines.get(machine)
    return accepted_mac(site) if known is None else known.mac


def place_of(site: Site, laid: LaidFile) -> str:
    """Give where a file lies that a server was asked for; "" when no server has it."""
    file, by = laid.file.partition("?")[0], laid.by
    if by is None:
        return site.data_path(file)
    host, port = _parts(by.server)
    return site.place_of(Role[by.fetch.protocol.name], file, host=host, port=port)


def _parts(server: str) -> tuple[str, int]:
    """Part `[2001:db8::1]:8080` into address and port; 0 where it names none."""
    url = urlsplit(f"//{server}" if server.count(":") < 2 or "[" in server else f"//[{server}]")
    return url.hostname or "", url.port or 0
