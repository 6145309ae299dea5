"""Labs whose UEFI machines have Secure Boot on, with Microsoft's keys or with the site's own.

What a guest is made of by that, `guest.nvram` knows; how a program is signed, `assets.signing`.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from harness.assets.catalogue import AT
from harness.assets.own_build import is_own
from harness.assets.signing import signed
from harness.certificate import Certified
from harness.guest.spec import Enrolled
from harness.lab.options import LabOptions
from harness.machines.x86_64 import X64

__all__ = ["Certified", "signer", "with_microsofts_keys", "with_own_key"]

_SECURE = "ovmf-secboot-x64"
"""The firmware that has it on, and Microsoft's keys; a key of one's own takes their place."""


def signer(key: Certified) -> Callable[[bytes], bytes]:
    """Give what signs programs by a key."""
    return partial(signed, by=key)


def with_microsofts_keys(options: LabOptions, *, sbat_level: str = "") -> LabOptions:
    """Have x64 machines start nothing but what Microsoft has signed, or who shim knows.

    `sbat_level` is what shim takes of each loader (its SBAT.md): lines of name and generation.
    """
    return _secured(options, Enrolled(sbat_level=sbat_level) if sbat_level else None)


def with_own_key(options: LabOptions, key: Certified, *, revoked: bool = False) -> LabOptions:
    """Have x64 machines start nothing but what this key has signed; `revoked`, not even that.

    The kernels that the harness lays are signed by it.
    """
    unwanted = (key.certificate,) if revoked else ()
    secured = _secured(options, Enrolled(own_key=key.certificate, revoked=unwanted))
    return replace(secured, signed=signer(key), keys=(*options.keys, key))


def _secured(options: LabOptions, enrolled: Enrolled | None) -> LabOptions:
    """Give machines the build with Secure Boot, of the release that they would have had.

    A build of somebody's own stays: it must have Secure Boot itself, or the boot is red. Each run
    has keys of its own, so no POST is worth being saved.
    """
    usual = options.firmware.get(X64.id, X64.default_firmware)
    _name, at, version = usual.partition(AT)
    chosen = usual if is_own(usual) else f"{_SECURE}{at}{version}"
    return replace(
        options,
        firmware={**options.firmware, X64.id: chosen},
        enrolled=enrolled,
        secured=frozenset({X64.id}),
        warm=False,
    )
