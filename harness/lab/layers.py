"""What a lab's files are made of: layers over this host's own, read-only.

From top to bottom: a scenario's changes, the payload with this run's token, its kernels
without one, the site, what the harness supplies beside it (loaders, the roots of live
systems), the lab's own few files, the host. Each top-level directory that a layer has
becomes one overlay; whatever the daemons write to is a tmpfs or the evidence directory.
pid 1 mounts it all from one fstab, which stays readable in the lab, and makes the host's
other file systems read-only.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from harness.assets.cache import Cache
from harness.assets.layer import site_layer
from harness.data import DATA_DIR, read
from harness.errors import NetworkError, SiteError
from harness.host.nfs_server import OVERLAY_OPTIONS
from harness.lab import host_files
from harness.lab.host_files import HOST_DIR
from harness.lab.namespace import Namespace
from harness.services.base import Service
from harness.services.libvirtd import CONFIGURATION as LIBVIRT_CONFIGURATION
from harness.services.nfs.kernel import PIPEFS
from harness.site import Site
from harness.site.approved import BOOTS_DIR, USUAL_EVIDENCE_DIR
from harness.site.further_host import HOSTS_DIR

LAYER_DIR = "/run/harness/layer"
EVIDENCE_DIR = "/run/harness/evidence"
_CAPABILITIES_DIR = "/run/harness/capabilities"
_CACHE_DIR = "/run/harness/cache"
Part = tuple[Path | None, bytes]
"""What lies at a place: a file of the host, if any, and the bytes that follow it."""

_DEVICE_DIR = "/run/harness/dev"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun", "kvm")
"""What daemons and guests need of the host's /dev: bound into the lab's own."""
_ESCAPES = str.maketrans({char: f"\\{ord(char):03o}" for char in "\\ \t\n"})
_ORDER = ("changes", "payload", "kernels", "site", "live", "supply", "base")
_SCRATCH = ("/tmp", "/var/tmp")
_LOG_DIR = "/var/log"
_WEB_ROOT = "var/www/html"
"""Every web server's package makes it, and no version control keeps an empty one of a site's."""
_MADE = ("var/tmp", _LOG_DIR, "var/lib/dhcp", "var/cache/libvirt", "etc/libvirt", _WEB_ROOT)
"""Directories that a host may lack, because the package that makes them is not needed."""
_DATA = ("srv", "var/www", _WEB_ROOT, "var/lib/tftpboot", "tftpboot")
"""Where boot servers have what they give out."""
_OWN_TOPS = ("dev", "proc", "run", "sys", "tmp")
"""Top-level directories that a lab has of its own, whatever the site or the host has there."""
_LOCKED_FLAGS = {os.ST_NOSUID: "nosuid", os.ST_NODEV: "nodev", os.ST_NOEXEC: "noexec"}
"""Flags of a mount that an ordinary user's bind of it must keep."""
_READABLE = 0o755
_FIRMWARE_FETCHES = 8 << 20
"""Bytes; what is larger is neither a loader nor a script."""
_ROOT_ONLY = 0o600


@dataclass(frozen=True, kw_only=True)
class Layers:
    """The parts that a lab's file tree is laid from, besides the site itself."""

    supply_dir: Path | None
    """Content-addressed directory with the files that the site leaves to the harness."""
    live_dir: Path | None = None
    """Content-addressed directory with the roots of live systems."""
    payload: Mapping[str, Part]
    """Path in the lab → a file, and bytes to append to it."""
    evidence_dir: Path
    cache_dir: Path
    """What guests boot, by its place on the host; in it, libvirt's notes on the emulator."""
    writes: tuple[str, ...] = ()
    """The directories that daemons write to: logs are evidence, all else goes with the lab."""
    hides: tuple[str, ...] = ()
    """What of this host's does not show through, where it has that, besides its data."""
    stock: Mapping[str, str] = field(default_factory=dict)
    """Path in the lab → the file of `harness/data` that lies there unless the site has one."""
    accounts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name of an account that daemons' files may say → the user and group that it is to be."""
    resolvers: tuple[str, ...] = ()
    """Whom the server asks for names, unless the site says so."""
    kernel_nfs: bool = False
    """Whether the kernel's own NFS server serves them."""

    def serving(self, services: Iterable[Service | type[Service]]) -> "Layers":
        """Give them with what these daemons write to, and what they do not find of this host's."""
        services = tuple(services)
        return replace(
            self,
            writes=tuple(each for kind in services for each in kind.writes),
            hides=tuple(each for kind in services for each in kind.hides),
            stock={path: name for kind in services for path, name in kind.stock.items()},
            accounts={name: own for kind in services for name, own in kind.accounts.items()},
        )

    @property
    def logs(self) -> tuple[str, ...]:
        """The directories of logs, below the evidence."""
        places = (place for place in self.writes if place.startswith(f"{_LOG_DIR}/"))
        return tuple(place.removeprefix(f"{_LOG_DIR}/") for place in places)

    @property
    def scratch(self) -> tuple[str, ...]:
        """The directories in memory."""
        own = (place for place in self.writes if not place.startswith(f"{_LOG_DIR}/"))
        return tuple(dict.fromkeys((*_SCRATCH, *own)))

    @cached_property
    def kernels(self) -> Mapping[str, Path]:
        """Path in the lab → what of the payload lies there as it is: Linux's kernel, unsigned."""
        return {
            path.lstrip("/"): source
            for path, (source, extra) in self.payload.items()
            if source is not None and not extra and ".." not in Path(path).parts
        }

    @cached_property
    def shared(self) -> Mapping[str, Path]:
        """The layers that labs share: they lie in the cache."""
        # A copy would cost each lab 14 MB of memory, and 10 ms.
        cache = Cache(dir=self.cache_dir)
        kernel_dir = site_layer(self.kernels, cache=cache) if self.kernels else None
        named = {"kernels": kernel_dir, "live": self.live_dir, "supply": self.supply_dir}
        return {name: place for name, place in named.items() if place is not None}

    @property
    def capabilities_dir(self) -> Path:
        """What libvirt has noted on the emulator, shared by all labs of a host."""
        return self.cache_dir / "libvirt"

    @property
    def hides_cache(self) -> bool:
        """Whether the lab's own directories cover the place of the cache."""
        own = (*(f"/{top}" for top in _OWN_TOPS), *self.scratch)
        return any(self.cache_dir.absolute().is_relative_to(place) for place in own)


def laid_for(site: Site, services: Iterable[Service], *, as_run: bool = True) -> Site:
    """Give the site with what its daemons need laid otherwise, to run, or to be judged at all."""
    for service in (each for each in services if as_run or each.judged_as_laid):
        for path, text in service.laid_instead().items():
            site = site.with_file(path, text)
    return site


def lay(namespace: Namespace, site: Site, layers: Layers) -> None:
    """Write all layers and the fstab into the lab's private /run; pid 1 mounts them."""
    root = namespace.path(LAYER_DIR)
    for layer in _ORDER:
        (root / layer).mkdir()
    _write_layers(root, site, layers)
    roots = {site.dir / root for root in site.roots}
    _read_ahead(*roots, layers.supply_dir)
    _make_devices(namespace.path(_DEVICE_DIR))
    for directory in ("leases", "log", *(f"log/{name}" for name in layers.logs)):
        (layers.evidence_dir / directory).mkdir(parents=True, exist_ok=True)
    layers.capabilities_dir.mkdir(parents=True, exist_ok=True)
    tops = _tops(root, site, layers)
    mounts = Path(f"/proc/{namespace.pid}/mountinfo").read_text()
    mounted_in = host_files.tops_with_mounts(mounts) if namespace.has_user_namespace else ()
    linked = [top for top in tops if top in mounted_in]
    for top in linked:
        host_files.link(root / "host" / top, Path("/", top), tuple(tops[top].values()))
    lines = [
        *_sources(site, layers, linked),
        *_overlays(tops, linked, layers),
        *_places(layers),
        *_devices(),
    ]
    namespace.path("/run/harness/fstab").write_text("".join(f"{line} 0 0\n" for line in lines))
    made = (top for top in tops if not Path("/", top).is_dir())
    namespace.path("/run/harness/tops").write_text("".join(f"{top}\n" for top in made))
    kept = host_files.writable_mounts(mounts, hidden=(*tops, *_OWN_TOPS), linked=linked)
    namespace.path("/run/harness/read-only").write_text("".join(f"{place}\n" for place in kept))


def _read_ahead(*served: Path | None) -> None:
    """Have what firmware fetches in memory: a busy disk must not make a daemon late.

    With the fast clock a guest gives up on a server that is silent for two seconds of ours.
    """
    for directory in served:
        for file in directory.rglob("*") if directory is not None and directory.is_dir() else ():
            with suppress(OSError):  # what we may not read, the daemon will complain of
                if file.is_file() and file.stat().st_size <= _FIRMWARE_FETCHES:
                    file.read_bytes()


def _write_layers(root: Path, site: Site, layers: Layers) -> None:
    for path, content in site.changes.items():
        _write_change(_inside(root / "changes", path, site), content)
    for path in site.unreadable:
        _inside(root / "changes", path, site).chmod(_ROOT_ONLY)
    _write_payload(root / "payload", site, layers)
    name = site.server.hostname
    # Not Debian's 127.0.1.1: a DNS server that reads the file would tell machines so.
    hosts = "".join(f"{each.ip} {name}\n" for each in site.server.interfaces)
    hosts = f"127.0.0.1 localhost\n::1 localhost\n{hosts}"
    resolver = "".join(f"nameserver {address}\n" for address in layers.resolvers)
    names = {"etc/hostname": f"{name}\n", "etc/hosts": hosts, "etc/resolv.conf": resolver}
    accounts = host_files.accounts(layers.accounts)
    for path, text in {**LIBVIRT_CONFIGURATION, **accounts, **names}.items():
        _write(_inside(root / "base", path, site), text.encode())
    # ganesha looks there for file systems; a bare Debian has no such link.
    (root / "base/etc/mtab").symlink_to("/proc/self/mounts")
    data = (directory for directory in _DATA if Path("/", directory).is_dir())
    for directory in (*_MADE, *layers.scratch[1:], *data):
        (root / "base" / directory.lstrip("/")).mkdir(parents=True, exist_ok=True)
    for place in dict.fromkeys((*layers.hides, *_hidden_data(layers))):
        if Path("/", place).exists() and place not in layers.stock:
            _write_change(_inside(root / "base", place, site), None)
    for path, name in layers.stock.items():
        _write(_inside(root / "base", path, site), read(DATA_DIR / name))
    # Daemons drop their privileges: our umask must not shut them out.
    for made in root.rglob("*/"):
        made.chmod(_READABLE)


def _hidden_data(layers: Layers) -> Iterable[str]:
    """Name what this host has where a boot server has its data, but for what a lab is made of."""
    needed = [place.resolve() for place in (layers.cache_dir, layers.evidence_dir)]
    for place in (Path("/", directory) for directory in _DATA):
        for child in place.iterdir() if place.is_dir() else ():
            path = str(child.relative_to("/"))
            is_needed = any(each.is_relative_to(child.resolve()) for each in needed)
            if not is_needed and path not in _DATA:
                yield path


def _inside(layer: Path, path: str, site: Site) -> Path:
    """Give the place of a file in a layer, in a directory; no path may lead out of it."""
    if ".." in Path(path).parts:
        raise SiteError("this path leads out of the site", path=site.dir / path)
    place = layer / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _sources(site: Site, layers: Layers, linked: Iterable[str]) -> Iterable[str]:
    """Bind what lies elsewhere on the host to short names without odd characters.

    First of all, because the overlays may cover where it lies.
    """
    if site.dir.is_dir():  # a further host's files may all be a scenario's
        yield f"{_escaped(site.dir)} {LAYER_DIR}/site none {_read_only_bind(site.dir)}"
    for name, place in layers.shared.items():
        yield f"{_escaped(place)} {LAYER_DIR}/{name} none {_read_only_bind(place)}"
    for top in linked:
        yield f"/{top} {HOST_DIR}/{top} none x-mount.mkdir,{_read_only_bind(Path('/', top))}"
    yield f"{_escaped(layers.evidence_dir)} {EVIDENCE_DIR} none bind,x-mount.mkdir"
    yield f"{_escaped(layers.capabilities_dir)} {_CAPABILITIES_DIR} none bind,x-mount.mkdir"
    if layers.hides_cache:
        options = _read_only_bind(layers.cache_dir)
        yield f"{_escaped(layers.cache_dir)} {_CACHE_DIR} none x-mount.mkdir,{options}"


def _read_only_bind(path: Path) -> str:
    """Give the options of a read-only bind, with what the mount below it insists on."""
    there = os.statvfs(path).f_flag
    kept = (name for flag, name in _LOCKED_FLAGS.items() if there & flag)
    return ",".join(["rbind", "ro", *kept])


def _tops(root: Path, site: Site, layers: Layers) -> dict[str, dict[str, Path]]:
    """Give each top-level directory that a layer has: its layers, the upper first, and places."""
    places = {name: root / name for name in _ORDER}
    if site.dir.is_dir():
        places["site"] = site.dir
    places.update(layers.shared)
    tops: dict[str, dict[str, Path]] = {}
    for name, place in places.items():
        for top in sorted(place.iterdir()):
            # `.git` and its like belong to the directory, not to the server.
            ours = (site.dir / BOOTS_DIR, site.dir / USUAL_EVIDENCE_DIR)
            is_another = bool(site.hosts) and top.name == HOSTS_DIR
            is_ours = top in ours or is_another or top.name.startswith(".")
            if top.is_dir() and not is_ours and _is_laid(top, site):
                tops.setdefault(top.name, {})[name] = top
    return tops


def _is_laid(top: Path, site: Site) -> bool:
    """Whether a top-level directory can be laid over the host's."""
    if top.name in _OWN_TOPS:
        if not any(top.iterdir()):  # left over from copying a whole server
            return False
        raise SiteError(
            f"a lab has a /{top.name} of its own, which the site cannot fill",
            path=site.dir / top.name,
            cure="move the files to another place",
        )
    return True


def _overlays(
    tops: Mapping[str, Mapping[str, Path]], linked: Sequence[str], layers: Layers
) -> Iterable[str]:
    """Lay one read-only overlay over each top-level directory that any layer has."""
    # One device number for all, whichever layer a file is in: an NFS server does not
    # follow a name to another file system.
    options = f"ro,xino=on,{OVERLAY_OPTIONS}" if layers.kernel_nfs else "ro,xino=on"
    for top, names in sorted(tops.items()):
        lower = ":".join(f"{LAYER_DIR}/{name}/{top}" for name in names)
        host = f"{LAYER_DIR}/host/{top}" if top in linked else f"/{top}"
        yield f"lab-{top} /{top} overlay {options},lowerdir={lower}:{host}"


def _places(layers: Layers) -> Iterable[str]:
    """Give the daemons the places that they write to: the evidence, a cache, scratch."""
    yield f"{EVIDENCE_DIR}/log /var/log none bind"
    yield f"{EVIDENCE_DIR}/leases /var/lib/dhcp none bind"
    yield f"{_CAPABILITIES_DIR} /var/cache/libvirt none bind"
    # libvirtd keeps its state beside its configuration, so that place alone is writable.
    yield f"{LAYER_DIR}/base/etc/libvirt /etc/libvirt none bind"
    for place in layers.scratch:
        mode = "1777" if place.endswith("tmp") else "0755"
        yield f"lab-scratch {place} tmpfs mode={mode}"
    if layers.kernel_nfs:
        # Both are of the lab's network namespace; the first one's end is its server's.
        yield "lab-nfsd /proc/fs/nfsd nfsd defaults"
        yield f"lab-nfsd {PIPEFS} rpc_pipefs x-mount.mkdir"
    if layers.hides_cache:
        place = str(layers.cache_dir.absolute()).translate(_ESCAPES)
        yield f"{_CACHE_DIR} {place} none bind,x-mount.mkdir"


def _make_devices(device_dir: Path) -> None:
    """Make the places that devices are bound to, and the usual names of one's own streams."""
    for device in _DEVICES:
        (device_dir / device).parent.mkdir(exist_ok=True)
        (device_dir / device).touch()
    for name, number in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (device_dir / name).symlink_to(f"/proc/self/fd{number}")


def _devices() -> Iterable[str]:
    """Give the lines of the fstab that make it."""
    for device in _DEVICES:
        if Path("/dev", device).exists():
            yield f"/dev/{device} {_DEVICE_DIR}/{device} none bind"
    yield f"{_DEVICE_DIR} /dev none rbind"


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o644)


def _write_change(path: Path, content: bytes | None) -> None:
    """Write a changed file; an absent one is overlayfs's whiteout (character device 0/0)."""
    if content is not None:
        _write(path, content)
        return
    try:
        os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))
    except PermissionError as error:
        raise NetworkError(
            f"this kernel does not let you take {path.name} away from the site",
            cure="Linux 5.8 or later allows it to ordinary users",
        ) from error


def _write_payload(root: Path, site: Site, layers: Layers) -> None:
    """Write what of the payload is this lab's own; entries that have the same share one copy."""
    written: dict[Part, Path] = {}
    for path, part in layers.payload.items():
        if path.lstrip("/") not in layers.kernels:
            target = _inside(root, path, site)
            _write_part(target, *part, same=written.get(part))
            written[part] = target


def _write_part(path: Path, source: Path | None, extra: bytes, *, same: Path | None) -> None:
    """Copy a file into the lab's memory, with this run's archive behind it.

    `same` has that content already.
    """
    if same is not None:
        path.hardlink_to(same)
        return
    if source is not None:
        shutil.copyfile(source, path)
    if extra:
        with path.open("ab") as out:
            out.write(extra)
    path.chmod(0o644)


def _escaped(path: Path) -> str:
    """Write a path of the host as fstab(5) wants it."""
    return str(path.resolve()).translate(_ESCAPES)
