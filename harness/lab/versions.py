"""What a boot depended on: versions and hashes of firmware, loaders, payload and daemons."""

import platform
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from harness.assets.cache import sha256_again
from harness.assets.catalogue import AT, fits
from harness.assets.loader import find_loader
from harness.assets.option_rom import USUAL
from harness.assets.package import installed_version
from harness.evidence.directory import Version
from harness.guest.hypervisor import Domain
from harness.guest.spec import GuestSpec, Nic
from harness.host import tools
from harness.lab.options import LabOptions
from harness.loaders import loader_of
from harness.machines import BootPath
from harness.services.base import Service
from harness.site import Site
from harness.site.files import is_operators


def versions(
    spec: GuestSpec, site: Site, options: LabOptions, *, services: Iterable[Service], domain: Domain
) -> dict[str, Version]:
    """Give name → version for everything that took part in a boot."""
    return {
        **dict(_machine(spec, options)),
        **dict(_known(spec)),
        **dict(_booted(options)),
        **dict(_loaders(site)),
        **dict(_servers(services)),
        **{name: Version(version=version) for name, version in domain.versions.items()},
    }


def is_made_of(path: BootPath, site: Site, options: LabOptions, release: str) -> bool:
    """Whether a machine that takes this path is made of a release, or run by one of QEMU."""
    name, _, version = release.partition(AT)
    return any(
        name == known and fits(its_version, version)
        for known, its_version in _releases(path, site, options)
    )


def _releases(path: BootPath, site: Site, options: LabOptions) -> Iterator[tuple[str, str]]:
    """Give the names of its releases, and their packages' versions."""
    used = options.firmware_for(path)
    yield used.id.partition(AT)[0], used.version
    if (rom := options.rom_for(Nic.of(path))) is not None:
        yield options.rom.partition(AT)[0] or USUAL, rom.version
    if (qemu := options.qemu_for(path.machine)) is not None:
        yield options.qemu.partition(AT)[0], qemu.version
    for place, asset in site.supply.items():
        if not (site.has(place) or is_operators(asset)):
            yield asset.partition("/")[0].partition(AT)[0], _loader(asset).version


def _machine(spec: GuestSpec, options: LabOptions) -> Iterator[tuple[str, Version]]:
    used = options.firmware_for(spec.path)
    yield f"firmware {used.id}", _file(used.code_path, used.sha256, used.version)
    if used.vars_path is not None:
        yield f"variable store of {used.id}", _file(used.vars_path, used.vars_sha256 or "")
    if (qemu := options.qemu_for(spec.path.machine)) is not None:
        yield f"QEMU {options.qemu}", _file(qemu.program_path, qemu.sha256, qemu.version)
    for nic in spec.nics:
        if (rom := options.rom_for(nic)) is not None:
            what = f"option ROM {rom.path.name} ({nic.rom.value})"
            yield what, _file(rom.path, rom.sha256, rom.version)


def _known(spec: GuestSpec) -> Iterator[tuple[str, Version]]:
    """Describe whom its owner has made it trust: a certificate is what it is by its hash."""
    if spec.enrolled is None:
        return
    own = (spec.enrolled.own_key,) if spec.enrolled.own_key else ()
    named = {"its owner's": own, "revoked": spec.enrolled.revoked}
    named["authority"] = spec.enrolled.authorities
    for what, certificates in named.items():
        for number, each in enumerate(certificates, start=1):
            yield f"key {number} ({what})", Version(version="", sha256=sha256(each).hexdigest())


def _booted(options: LabOptions) -> Iterator[tuple[str, Version]]:
    linux = options.payload
    if options.stub is None:
        yield "payload kernel", _file(linux.kernel_path, linux.kernel_sha256, linux.kernel_version)
        yield "payload initrd", _file(linux.initrd_path, linux.initrd_sha256)
    else:
        for path, sha256 in options.stub.images():
            yield f"payload stub {path.name}", _file(path, sha256)
    for path, sha256 in options.live.files() if options.live is not None else ():
        yield f"live {path.name}", _file(path, sha256)


def _loaders(site: Site) -> Iterator[tuple[str, Version]]:
    """Describe what the site leaves to the harness, and its own loaders: of unknown version."""
    for place, asset in site.supply.items():
        if not site.has(place):
            yield _named(site, place), _loader(asset)
    for name in sorted(set(site.loaders.values())):
        place = site.data_path(name)
        if (path := site.file(place)) is not None:
            yield _named(site, place), _file(path, sha256_again(path))


def _named(site: Site, place: str) -> str:
    """Name a program that machines fetch: with its loader, if it is one that a path begins with."""
    keys = [key for key, file in site.loaders.items() if site.data_path(file) == place]
    what = f" ({loader_of(site, keys[0]).whose(site, keys[0])})" if keys else ""
    return f"loader {place}{what}"


def _servers(services: Iterable[Service]) -> Iterator[tuple[str, Version]]:
    """Describe the daemons, and which it was where there is a choice; and the kernel below."""
    for service in services:
        which = f" ({service.what})" if service.what else ""
        program = tools.find(service.tool)
        found = Version(
            version=installed_version(service.tool.package) or "",
            sha256=sha256_again(program.resolve()) if program is not None else "",
            path=str(program or ""),
        )
        yield f"daemon {service.name}{which}", found
        if library := service.library():
            yield f"library beside {service.name}", _file(library, sha256_again(library))
    yield "kernel of this host", Version(version=platform.release())


@cache
def _loader(asset: str) -> Version:
    """Describe a loader; once a process, for it takes hashing."""
    loader = find_loader(asset)
    return _file(loader.path, loader.sha256, loader.version)


def _file(path: Path, sha256: str, version: str = "") -> Version:
    return Version(version=version, sha256=sha256, path=str(path))
