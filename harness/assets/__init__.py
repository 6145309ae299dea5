"""Firmware, loaders and payloads: made or fetched once, kept by content.

Nothing here starts a daemon or a guest. Two names are the same as their
module's and are imported from there: `payload.payload`, `prepare.prepare`.
"""

from harness.assets.cache import Cache, cache_dir
from harness.assets.firmware import Firmware, find_firmware
from harness.assets.loader import SuppliedProgram, find_loader, supply_layer
from harness.assets.payload import Payload, entry_archive

__all__ = [
    "Cache",
    "Firmware",
    "Payload",
    "SuppliedProgram",
    "cache_dir",
    "entry_archive",
    "find_firmware",
    "find_loader",
    "supply_layer",
]
