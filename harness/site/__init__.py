"""Load, check and change a site: what the operator runs, as in production."""

from harness.site.model import GRUB_CONFIG, Entry, EntryKind, Menu, Server, Site

__all__ = ["GRUB_CONFIG", "Entry", "EntryKind", "Menu", "Server", "Site"]
