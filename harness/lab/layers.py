"""What a lab's files are made of: layers over this host's own, read-only.

From top to bottom: a scenario's changes, the payload with this run's token, the
site, what the harness supplies beside it (loaders), the lab's own few files, the
host. Each top-level directory that a layer has becomes one overlay; whatever the
daemons write to is a tmpfs or the evidence directory. pid 1 mounts it all from
one fstab, which stays readable in the lab.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import NetworkError, SiteError
from harness.lab.namespace import Namespace
from harness.services.libvirtd import CONFIGURATION as LIBVIRT_CONFIGURATION
from harness.site import Site

LAYER_DIR = "/run/harness/layer"
EVIDENCE_DIR = "/run/harness/evidence"
_ORDER = ("changes", "payload", "site", "supply", "base")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun", "kvm")
_SCRATCH = ("/tmp", "/var/tmp", "/var/lib/libvirt", "/var/lib/nginx", "/var/lib/misc")
_MADE = (*_SCRATCH[1:], "/var/log", "/var/lib/dhcp", "/var/cache/libvirt", "/etc/libvirt")
"""Directories that a host may lack, because the package that makes them is not needed."""
_LIBVIRT_USER = "libvirt-qemu"
"""libvirt looks it up before it reads that it shall not be used."""
_UNUSED_ID = 64055


@dataclass(frozen=True, kw_only=True)
class Layers:
    """The parts that a lab's file tree is laid from, besides the site itself."""

    supply_dir: Path | None
    """Content-addressed directory with the files that the site leaves to the harness."""
    payload: Mapping[str, tuple[Path, bytes]]
    """Path in the lab → a file, and bytes to append to it."""
    evidence_dir: Path
    capabilities_dir: Path
    """libvirt's cache of what the emulator can do, shared by all labs of a host."""


def lay(namespace: Namespace, site: Site, layers: Layers) -> None:
    """Write all layers and the fstab into the lab's private /run; pid 1 mounts them."""
    root = namespace.path(LAYER_DIR)
    for layer in _ORDER:
        (root / layer).mkdir()
    for path, content in site.changes.items():
        _write_change(root / "changes" / path, content)
    for path, (source, extra) in layers.payload.items():
        _write_payload(root / "payload" / path, source, extra)
    for path, text in {**LIBVIRT_CONFIGURATION, **_accounts(), **_names(site)}.items():
        _write(root / "base" / path, text.encode())
    device_dir = namespace.path("/run/harness/dev")
    for device in _DEVICES:
        (device_dir / device).parent.mkdir(exist_ok=True)
        (device_dir / device).touch()
    for directory in _MADE:
        (root / "base" / directory.lstrip("/")).mkdir(parents=True, exist_ok=True)
    for directory in ("log/nginx", "log/libvirt", "leases"):
        (layers.evidence_dir / directory).mkdir(parents=True, exist_ok=True)
    layers.capabilities_dir.mkdir(parents=True, exist_ok=True)
    lines = [
        *_sources(site, layers),
        *_overlays(root, site, layers),
        *_places(layers),
        *_devices(),
    ]
    namespace.path("/run/harness/fstab").write_text("".join(f"{line} 0 0\n" for line in lines))


def _sources(site: Site, layers: Layers) -> Iterable[str]:
    """Bind the layers that lie elsewhere on the host to short names without odd characters."""
    yield f"{_escaped(site.dir)} {LAYER_DIR}/site none bind,ro"
    if layers.supply_dir is not None:
        yield f"{_escaped(layers.supply_dir)} {LAYER_DIR}/supply none bind,ro"


def _overlays(root: Path, site: Site, layers: Layers) -> Iterable[str]:
    """Lay one read-only overlay over each top-level directory that any layer has."""
    places = {name: root / name for name in _ORDER}
    places["site"] = site.dir
    if layers.supply_dir is not None:
        places["supply"] = layers.supply_dir
    tops = {top.name for place in places.values() for top in place.iterdir() if top.is_dir()}
    for top in sorted(tops):
        if not Path("/", top).is_dir():
            raise SiteError(
                f"this host has no directory /{top} to lay the site's over",
                path=site.dir / top,
                cure=f"create it (`sudo mkdir /{top}`), or move the files",
            )
        lower = [f"{LAYER_DIR}/{name}/{top}" for name in _ORDER if (places[name] / top).is_dir()]
        yield f"lab-{top} /{top} overlay ro,lowerdir={':'.join(lower)}:/{top}"


def _places(layers: Layers) -> Iterable[str]:
    """Give the daemons the places that they write to: the evidence, a cache, scratch."""
    evidence = _escaped(layers.evidence_dir)
    yield f"{evidence} {EVIDENCE_DIR} none bind,x-mount.mkdir"
    yield f"{evidence}/log /var/log none bind"
    yield f"{evidence}/leases /var/lib/dhcp none bind"
    yield f"{_escaped(layers.capabilities_dir)} /var/cache/libvirt none bind"
    # libvirtd keeps its state beside its configuration, so that place alone is writable.
    yield f"{LAYER_DIR}/base/etc/libvirt /etc/libvirt none bind"
    for place in _SCRATCH:
        mode = "1777" if place.endswith("tmp") else "0755"
        yield f"lab-scratch {place} tmpfs mode={mode}"


def _devices() -> Iterable[str]:
    """Make a private /dev with the few devices that daemons and guests need."""
    for device in _DEVICES:
        if Path("/dev", device).exists():
            yield f"/dev/{device} /run/harness/dev/{device} none bind"
    yield "/run/harness/dev /dev none rbind"


def _accounts() -> dict[str, str]:
    """Add the account that libvirt insists on to the host's accounts, if it is missing."""
    passwd, group = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    if f"\n{_LIBVIRT_USER}:" not in passwd:
        passwd += f"{_LIBVIRT_USER}:x:{_UNUSED_ID}:{_UNUSED_ID}::/nonexistent:/usr/sbin/nologin\n"
    if f"\n{_LIBVIRT_USER}:" not in group:
        group += f"{_LIBVIRT_USER}:x:{_UNUSED_ID}:\n"
    return {"etc/passwd": passwd, "etc/group": group}


def _names(site: Site) -> dict[str, str]:
    """Name the boot server, as itself and to itself."""
    name = site.server.hostname
    hosts = f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {name}\n"
    return {"etc/hostname": f"{name}\n", "etc/hosts": hosts}


def _write(path: Path, content: bytes) -> None:
    """Write one file of a layer, readable for all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)


def _write_change(path: Path, content: bytes | None) -> None:
    """Write a changed file; an absent one is overlayfs's whiteout (character device 0/0)."""
    if content is not None:
        _write(path, content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))
    except PermissionError as error:
        raise NetworkError(
            f"this kernel does not let you take {path.name} away from the site",
            cure="Linux 5.8 or later allows it to ordinary users",
        ) from error


def _write_payload(path: Path, source: Path, extra: bytes) -> None:
    """Copy a file into the lab's memory, with this run's archive behind it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    if extra:
        with path.open("ab") as out:
            out.write(extra)
    path.chmod(0o644)


def _escaped(path: Path) -> str:
    """Write a path as fstab(5) wants it: white space in octal."""
    text = str(path.resolve()).replace("\\", "\\134")
    return text.replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012")
