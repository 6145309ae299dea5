"""The one place that names what is varied: boot paths, as decorators that read aloud."""

from collections.abc import Iterable

import pytest

from harness.machines import BOOT_PATHS, USUAL_PATHS, BootPath, OptionRom

NICS = ("virtio", "e1000", "e1000e", "rtl8139")
WITHOUT_DRIVER = ("e1000", "e1000e", "rtl8139")
"""The cards that Debian's OVMF has no driver for. For virtio it has, whatever the card's ROM is:
so there is no virtio card that UEFI cannot boot from."""


def on(*ids: str, slow: Iterable[str] = ()) -> pytest.MarkDecorator:
    """Run the scenario once for each of the named boot paths; for some in the slow tier only."""
    return _over((BOOT_PATHS[id] for id in (*ids, *slow)), slow=slow)


def on_nics(
    id: str, nics: Iterable[str], *roms: OptionRom, fast: Iterable[str]
) -> pytest.MarkDecorator:
    """Run the scenario on this boot path, once for each of these cards with each of these ROMs.

    Only the `fast` of the cards are in the fast tier.
    """
    paths = [BOOT_PATHS[id].with_nic(nic, rom) for nic in nics for rom in roms]
    return _over(paths, slow=[path.id for path in paths if path.nic not in fast])


def entries(*ids: str, slow: Iterable[str] = ()) -> pytest.MarkDecorator:
    """Run the scenario once for each of these entries of the menu; for some in the slow tier only.

    Above `on` it runs for each of the entries on each of the boot paths.
    """
    rare = frozenset(slow)
    marks = {id: [pytest.mark.slow] if id in rare else [] for id in (*ids, *slow)}
    return pytest.mark.parametrize(
        "entry", [pytest.param(id, id=id, marks=each) for id, each in marks.items()]
    )


def _over(paths: Iterable[BootPath], *, slow: Iterable[str] = ()) -> pytest.MarkDecorator:
    """Make the parametrisation of these paths, with their names as test ids."""
    rare = frozenset(slow)
    marks = {path: [pytest.mark.slow] if path.id in rare else [] for path in paths}
    return pytest.mark.parametrize(
        "boot_path", [pytest.param(path, id=path.id, marks=each) for path, each in marks.items()]
    )


# GRUB may stand in as the ia32 paths' loader, which runs no script.ipxe, and is slow: they have
# a scenario of their own.
each_boot_path = _over(USUAL_PATHS)
