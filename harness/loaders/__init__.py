"""The loaders: what firmware fetches first, and what draws the menu. One package each.

`base` says what is asked of a loader, `registry` which there are.
"""

from harness.loaders.base import Loader
from harness.loaders.registry import LOADERS, loader, loader_at, loader_of

__all__ = ["LOADERS", "Loader", "loader", "loader_at", "loader_of"]
