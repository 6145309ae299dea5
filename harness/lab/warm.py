"""Warm starts: firmware that has done its POST, saved once and restored into each lab.

POST is most of what a UEFI guest costs under emulation, and it is the same every
time. The image is made in a lab of its own without any daemon, at the firmware's
first word on the console: after POST, before anything is sent to the network. It
holds the hardware, the boot order and the MAC address as well, so all of these
are in its key, with the versions of what reads it; whatever differs makes a new
image, and an old one is never used for it.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.assets.cache import Cache, key_of, sha256_again
from harness.assets.firmware import Firmware
from harness.errors import BootError, GuestError
from harness.guest.domain_xml import domain_xml
from harness.guest.hypervisor import Domain, Hypervisor
from harness.guest.spec import GuestSpec
from harness.host import tools
from harness.lab.record import Record

if TYPE_CHECKING:
    from harness.lab.lab import Lab

KIND = "warm"
_IMAGE = "image"
_INSIDE = Path("/run/harness/warm-image")
_FIRST_WORD = re.compile(r"[^\n]")
_FIRST_WORD_TIMEOUT_S = 30.0
_READERS = ("qemu-system-x86_64", "libvirtd")


def can_be_warm(spec: GuestSpec) -> bool:
    """Whether a machine of this kind gains by it: a BIOS has no POST to speak of.

    Where an operator chooses by hand, the firmware starts as from the factory. KVM's
    guests have the host's CPU as it is, which cannot be saved.
    """
    return spec.flash is not None and spec.accel == "tcg" and not spec.by_hand


def image_key(spec: GuestSpec, firmware: Firmware) -> str:
    """Give the key of a machine's image: everything that is frozen in it or reads it."""
    readers = (tools.path_of(name).stat() for name in _READERS)
    return key_of(
        domain_xml(spec),
        spec.path.id,
        firmware.sha256,
        firmware.vars_sha256 or "",
        sha256_again(spec.rom_path) if spec.rom_path is not None else "",
        *(f"{reader.st_size} {reader.st_mtime_ns}" for reader in readers),
        Path(__file__).read_bytes(),
    )


def _key(lab: "Lab", spec: GuestSpec) -> str:
    """Give the key of a machine's image with the firmware that this lab gives it."""
    return image_key(spec, lab.options.firmware_for(spec.path))


def image_for(lab: "Lab", spec: GuestSpec) -> Path | None:
    """Give the image to start a machine from, made now when there is none; None to start cold.

    Others that need the same image wait for it instead of making their own. Firmware
    that fails on the way to its image will fail cold as well, and then leaves its
    evidence where it belongs.
    """
    if not (lab.options.warm and can_be_warm(spec)):
        return None
    cache = Cache(dir=lab.options.cache_dir)
    key = _key(lab, spec)
    try:
        return cache.build(KIND, key, lambda into: _make(lab, spec, into)) / _IMAGE
    except (BootError, GuestError) as error:
        lab.options.tell(f"starting cold, for POST could not be saved: {error.what}")
        return None


def start(
    lab: "Lab", hypervisor: Hypervisor, spec: GuestSpec, record: Record, image_path: Path | None
) -> Domain:
    """Start a machine from its image, or cold; an image that cannot be restored is removed."""
    xml = record.store.domain_path.read_text()
    record.start = "warm" if image_path else "cold"
    try:
        return hypervisor.create(xml, image_path=image_path)
    except GuestError as error:
        if image_path is None:
            raise
        lab.options.tell(f"starting cold, for the image of its POST is no good: {error.what}")
        Cache(dir=lab.options.cache_dir).discard(KIND, _key(lab, spec))
        return start(lab, hypervisor, spec, record, None)


def _make(lab: "Lab", spec: GuestSpec, into: Path) -> None:
    """Boot the machine in a lab without daemons until its first word, and save it."""
    evidence_dir = into / "evidence"
    evidence_dir.mkdir()
    lab.options.tell(f"waiting for the firmware's POST, kept for later ({spec.path})")
    options = replace(lab.options, evidence_dir=evidence_dir, warm=False, tell=lambda _what: None)
    site = lab.site.without_daemons(*lab.site.daemons)
    with type(lab)(site, options) as maker:
        guest = maker.power_on(spec.path, mac=spec.mac)
        guest.console.wait_for(_FIRST_WORD, timeout_s=_FIRST_WORD_TIMEOUT_S)
        guest.domain.save(_INSIDE)
        with maker.namespace.path(_INSIDE).open("rb") as saved, (into / _IMAGE).open("wb") as kept:
            while chunk := saved.read(1 << 20):
                kept.write(chunk)
    Cache(dir=lab.options.cache_dir).discard_unused(KIND)
