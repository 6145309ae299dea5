"""What a boot depended on: versions and hashes of firmware, loaders, payload and daemons."""

import platform
from collections.abc import Iterable, Iterator
from functools import cache

from harness.assets.cache import sha256_again
from harness.assets.firmware import Firmware, find_firmware
from harness.assets.loader import find_loader
from harness.assets.option_rom import find_rom
from harness.assets.package import installed_version
from harness.evidence.directory import Version
from harness.guest.hypervisor import Domain
from harness.guest.spec import GuestSpec
from harness.host import tools
from harness.lab.options import LabOptions
from harness.loaders import loader_of
from harness.machines.bios import BIOS
from harness.services.base import Service
from harness.site import Site


def versions(
    spec: GuestSpec,
    site: Site,
    options: LabOptions,
    *,
    services: Iterable[Service],
    domain: Domain,
) -> dict[str, Version]:
    """Give name → version for everything that took part in a boot."""
    return {
        **dict(_machine(spec, options)),
        **dict(_booted(options)),
        **dict(_supplied(site)),
        **dict(_own_loaders(site)),
        **dict(_servers(services)),
        **{name: Version(version=version) for name, version in domain.versions.items()},
    }


def _machine(spec: GuestSpec, options: LabOptions) -> Iterator[tuple[str, Version]]:
    firmware = options.firmware_for(spec.path) if spec.path.is_uefi else _seabios()
    yield (
        f"firmware {firmware.id}",
        Version(version=firmware.version, sha256=firmware.sha256, path=str(firmware.code_path)),
    )
    for nic in spec.nics:
        if nic.rom.is_file:
            rom = find_rom(nic.card, nic.rom)
            found = Version(version=rom.version, sha256=rom.sha256, path=str(rom.path))
            yield f"option ROM {rom.name} ({nic.rom.value})", found


def _booted(options: LabOptions) -> Iterator[tuple[str, Version]]:
    payload, stub, live = options.payload, options.stub, options.live
    yield (
        "payload kernel",
        Version(
            version=payload.kernel_version,
            sha256=payload.kernel_sha256,
            path=str(payload.kernel_path),
        ),
    )
    initrd = Version(version="", sha256=payload.initrd_sha256, path=str(payload.initrd_path))
    yield "payload initrd", initrd
    for image, digest in stub.images() if stub is not None else ():
        yield f"payload stub {image.name}", Version(version="", sha256=digest, path=str(image))
    for file, sha256 in live.files() if live is not None else ():
        yield f"live {file.name}", Version(version="", sha256=sha256, path=str(file))


def _supplied(site: Site) -> Iterator[tuple[str, Version]]:
    """Describe the programs that the site leaves to the harness; its own come first."""
    for place, asset in site.supply.items():
        if not site.has(place):
            yield _named(site, place), _loader(asset)


def _own_loaders(site: Site) -> Iterator[tuple[str, Version]]:
    """Describe the loaders that the site itself holds: nobody knows their versions."""
    for name in sorted(set(site.loaders.values())):
        place = site.data_path(name)
        if (path := site.file(place)) is not None:
            found = Version(version="", sha256=sha256_again(path), path=str(path))
            yield _named(site, place), found


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
    yield "kernel of this host", Version(version=platform.release())


@cache
def _seabios() -> Firmware:
    return find_firmware(BIOS.default_firmware)


@cache
def _loader(asset: str) -> Version:
    """Describe a loader; once a process, for it takes hashing."""
    loader = find_loader(asset)
    return Version(version=loader.version, sha256=loader.sha256, path=str(loader.path))
