"""Make ready everything that guests boot, so that no scenario waits for a download.

Can be stopped and run again: what was fetched stays. What is there is checked
by its hash. The second run says so and is done in a fraction of a second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from harness.assets import catalogue, firmware, grub, loader, option_rom, payload, stub
from harness.assets.cache import Cache
from harness.assets.catalogue import Part
from harness.assets.live import system
from harness.assets.live.image import BUILD_S, FETCH_MB, find_live_image, live_image
from harness.assets.package import Say, find_package, megabytes
from harness.assets.preload import short_ping
from harness.host import tools
from harness.machines import MACHINES, OptionRom

DEFAULT_FIRMWARE = tuple(
    machine.default_firmware
    for machine in MACHINES.values()
    if not tools.TOOLS[machine.board.emulator].by_name
)
"""That of machines whose emulator nobody has to name; the others' is fetched when one is made."""

# What is fetched, with the package lists that it needs.
_PAYLOAD_MB = 41
_LOADERS_MB = 20
_FIRMWARE_MB = 8

_SLOW_LINE_MB_S = 1.0
"""What to reckon with when saying how long it may take."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to make ready: how much is to be fetched for it (0: it is there), and how."""

    what: str
    fetch_mb: float
    make: Callable[[], str]
    """Makes it, or checks what is there; gives the words that tell people what it is."""
    build_s: float = 0
    """How long making it takes beyond the fetching, on two idle cores."""


def prepare(say: Say, *, cache: Cache | None = None, images: bool = False) -> None:
    """Fetch and make what guests boot, telling `say` what, how much and about how long.

    `images` makes what the slow tier boots instead.

    Raises:
        PrerequisiteError: something cannot be had; what was had stays.
    """
    cache = cache or Cache()
    for removed in cache.sweep():
        say(f"removed {removed}, left half-made by a run that was ended")
    steps = tuple((_image_steps if images else _steps)(cache, say))
    _announce(steps, cache, say)
    for step in steps:
        say(f"{step.what}: {step.make()}")


def _announce(steps: Sequence[Step], cache: Cache, say: Say) -> None:
    """Say beforehand what is missing, its size, and about how long it takes."""
    missing = [step for step in steps if step.fetch_mb]
    if not missing:
        return
    total_mb = sum(step.fetch_mb for step in missing)
    build_s = sum(step.build_s for step in missing)
    building = f", and {build_s:.0f} s to make" if build_s else ""
    say(
        f"to prepare: {', '.join(step.what for step in missing)}; about {total_mb:.0f} MB to"
        f" fetch, {total_mb / _SLOW_LINE_MB_S:.0f} s at {_SLOW_LINE_MB_S:.0f} MB/s{building};"
        f" once, kept in {cache.dir}"
    )


def _image_steps(cache: Cache, say: Say) -> Iterator[Step]:
    yield _live_step(cache, say)
    yield _system_step(cache, say)


def _live_step(cache: Cache, say: Say) -> Step:
    def make() -> str:
        get = partial(live_image, cache=cache, say=say)
        made = payload.whole(get, cache=cache, say=say)
        sizes = (megabytes(path.stat().st_size) for path, _ in made.files())
        names = ("kernel", "initramfs", "squashfs")
        parts = ", ".join(f"{name} {size}" for name, size in zip(names, sizes, strict=True))
        return f"Debian {payload.SUITE} with Linux {made.kernel_version}: {parts}"

    there = find_live_image(cache=cache)
    return Step(
        what="live image",
        fetch_mb=0 if there else FETCH_MB,
        build_s=0 if there else BUILD_S,
        make=make,
    )


def _system_step(cache: Cache, say: Say) -> Step:
    def make() -> str:
        made = loader.find_loader(loader.SYSTEM, cache=cache, say=say)
        return f"Debian {made.version}, packed {megabytes(made.path.stat().st_size)}"

    there = system.find_system(cache=cache)
    return Step(
        what="system to be installed",
        fetch_mb=0 if there else system.FETCH_MB,
        build_s=0 if there else system.BUILD_S,
        make=make,
    )


def _steps(
    cache: Cache, say: Say, firmware_ids: tuple[str, ...] = DEFAULT_FIRMWARE
) -> Iterator[Step]:
    def make_payload() -> str:
        get = partial(payload.payload, cache=cache, say=say)
        made = payload.whole(get, cache=cache, say=say)
        return (
            f"kernel {made.kernel_version}, {megabytes(made.kernel_path.stat().st_size)};"
            f" initramfs, {megabytes(made.initrd_path.stat().st_size)}"
        )

    def make_stub() -> str:
        short_ping(cache=cache)  # what else is compiled
        sizes = {path.name: path.stat().st_size for path, _ in stub.stub(cache=cache).images()}
        return ", ".join(f"{name} {size / 1000:.0f} kB" for name, size in sizes.items())

    def make_loaders() -> str:
        found = [loader.find_loader(name, cache=cache, say=say) for name in loader.PROGRAMS]
        found.append(option_rom.find_rom("virtio", OptionRom.VENDOR, cache=cache, say=say))
        programs = {f"{each.package} {each.version} of {each.suite}": each for each in found}
        return ", ".join(programs)

    has_loaders = grub.has_parts(cache) and all(
        find_package(name, suite, cache=cache) for name, suite in loader.PACKAGES
    )
    has_loaders = has_loaders and catalogue.find(option_rom.USUAL, Part.ROM).is_here(cache)
    yield Step(
        what="payload",
        fetch_mb=0 if payload.has_parts(cache) else _PAYLOAD_MB,
        make=make_payload,
    )
    yield Step(what="stub payload", fetch_mb=0, make=make_stub)
    yield Step(what="loaders", fetch_mb=0 if has_loaders else _LOADERS_MB, make=make_loaders)
    yield from (_firmware_step(firmware_id, cache, say) for firmware_id in firmware_ids)


def _firmware_step(firmware_id: str, cache: Cache, say: Say) -> Step:
    def make() -> str:
        found = firmware.find_firmware(firmware_id, cache=cache, say=say)
        return f"{found.package} {found.version}, {found.code_path}"

    return Step(
        what=f"firmware {firmware_id}",
        fetch_mb=0 if firmware.is_here(firmware_id, cache=cache) else _FIRMWARE_MB,
        make=make,
    )
