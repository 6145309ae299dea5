"""What a scenario is varied over, as decorators that read aloud: boot paths, cards, entries.

Owns the words. Which of the variations the site can be asked, `selection` says.
"""

from collections.abc import Iterable, Mapping

import pytest

from harness.machines import BOOT_PATHS, BootPath, OptionRom
from harness.machines.x86_64 import X64
from harness.model import Family
from harness.pytest_plugin.bugs import Pair
from harness.site.menu import EntryKind

NICS = ("virtio", "e1000", "e1000e", "rtl8139")
WITHOUT_DRIVER = tuple(nic for nic in NICS if nic not in X64.nic_drivers.firmware)
"""The cards that Debian's OVMF has no driver for. For virtio it has, whatever the card's ROM is:
so there is no virtio card that UEFI cannot boot from."""


def on(*ids: str, slow: Iterable[str] = (), firmware: Iterable[str] = ()) -> pytest.MarkDecorator:
    """Run the scenario once for each of the named boot paths; for some in the slow tier only.

    For one of the fast tier that the site does not have, the next of the slow ones stands in.
    With `firmware` it is run once with each of these releases, whatever the command line asks for.
    """
    rare = frozenset(slow)
    return _over({BOOT_PATHS[id]: id in rare for id in (*ids, *slow)}, firmware)


def only(family: Family) -> pytest.MarkDecorator:
    """Run the scenario on a network of this address family alone (see `Site.only`)."""
    return pytest.mark.only(family)


def on_nics(
    id: str, nics: Iterable[str], *roms: OptionRom, fast: Iterable[str]
) -> pytest.MarkDecorator:
    """Run the scenario on this boot path, once for each of these cards with each of these ROMs.

    Only the `fast` of the cards are in the fast tier.
    """
    paths = [BOOT_PATHS[id].with_nic(nic, rom) for nic in nics for rom in roms]
    return _over({path: path.nic not in fast for path in paths})


def pair(
    path: str | BootPath,
    *,
    report: str,
    symptom: str,
    shown_by: Iterable[str],
    not_by: Iterable[str] = (),
    axis: str = "firmware",
) -> pytest.MarkDecorator:
    """Hold releases to what is known of a bug (see `bugs`): the scenario uses `bug.held()`.

    On the boot path, once on each release: those that show it fail by the symptom, a regular
    expression, the others do not fail. `axis` is what has it: firmware, loader, rom, qemu, or ""
    where the scenario itself hands the release out (`bug.release`).
    """
    known = Pair(
        report=report,
        axis=axis,
        shown_by=tuple(shown_by),
        not_by=tuple(not_by),
        symptom=symptom,
    )
    return pytest.mark.bug(known, BOOT_PATHS[path] if isinstance(path, str) else path)


def each_entry(kind: EntryKind) -> pytest.MarkDecorator:
    """Run the scenario for each entry of this kind, besides the default, that the path's menu has.

    Stands above `on`. On the reference site all but one of them are in the slow tier: its other
    entries are booted by other scenarios, too.
    """
    return pytest.mark.each_entry(kind)


def needs(key: str) -> pytest.MarkDecorator:
    """Ask only sites whose `site.toml` has this key: `failure_text` or `machine_script`."""
    return pytest.mark.needs(key)


def _over(paths: Mapping[BootPath, bool], firmware: Iterable[str] = ()) -> pytest.MarkDecorator:
    """Mark with these paths, whether each is in the slow tier only, and releases of firmware."""
    return pytest.mark.boot_paths(paths, tuple(firmware))
