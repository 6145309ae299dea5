"""The one place that names what is varied: boot paths, as decorators that read aloud."""

from collections.abc import Iterable

import pytest

from harness.model import BOOT_PATHS, BootPath, OptionRom

NICS = ("virtio", "e1000", "e1000e", "rtl8139")
WITHOUT_DRIVER = ("e1000", "e1000e", "rtl8139")
"""The cards that Debian's OVMF has no driver for. For virtio it has, whatever the card's ROM is:
so there is no virtio card that UEFI cannot boot from."""


def on(*ids: str) -> pytest.MarkDecorator:
    """Run the scenario once for each of the named boot paths."""
    return _over(BOOT_PATHS[id] for id in ids)


def on_nics(id: str, nics: Iterable[str], *roms: OptionRom) -> pytest.MarkDecorator:
    """Run the scenario on this boot path, once for each of these cards with each of these ROMs."""
    return _over(BOOT_PATHS[id].with_nic(nic, rom) for nic in nics for rom in roms)


def _over(paths: Iterable[BootPath]) -> pytest.MarkDecorator:
    """Make the parametrisation of these paths, with their names as test ids."""
    return pytest.mark.parametrize("boot_path", [pytest.param(path, id=path.id) for path in paths])


# The ia32 paths are left out of what every scenario boots: GRUB may stand in as their loader,
# which runs no script.ipxe, and is slow. They have a scenario of their own.
_USUAL = tuple(path for path in BOOT_PATHS.values() if path.client_arch.bits != 32)
each_ia32_path = _over(path for path in BOOT_PATHS.values() if path.client_arch.bits == 32)
each_boot_path = _over(_USUAL)
each_uefi_path = _over(path for path in _USUAL if path.is_uefi)
each_bios_path = _over(path for path in BOOT_PATHS.values() if not path.is_uefi)
each_x64_path = _over(path for path in BOOT_PATHS.values() if path.client_arch.bits == 64)
