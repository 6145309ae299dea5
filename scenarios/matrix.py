"""The one place that names what is varied: boot paths, as decorators that read aloud."""

from collections.abc import Iterable

import pytest

from harness.model import BOOT_PATHS, BootPath


def on(*ids: str) -> pytest.MarkDecorator:
    """Run the scenario once for each of the named boot paths."""
    return _over(BOOT_PATHS[id] for id in ids)


def _over(paths: Iterable[BootPath]) -> pytest.MarkDecorator:
    """Make the parametrisation of these paths, with their names as test ids."""
    return pytest.mark.parametrize("boot_path", [pytest.param(path, id=path.id) for path in paths])


each_boot_path = _over(BOOT_PATHS.values())
each_uefi_path = _over(path for path in BOOT_PATHS.values() if path.is_uefi)
each_bios_path = _over(path for path in BOOT_PATHS.values() if not path.is_uefi)
each_x64_path = _over(path for path in BOOT_PATHS.values() if path.client_arch.bits == 64)
