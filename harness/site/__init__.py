"""Load, check and change a site: what the operator runs, as in production."""

from harness.site.model import Entry, EntryKind, LaidKind, Menu, Server, Site

__all__ = ["Entry", "EntryKind", "LaidKind", "Menu", "Server", "Site"]
