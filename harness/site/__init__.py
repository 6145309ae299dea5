"""Load, check and change a site: what the operator runs, as in production."""

from harness.site.model import Entry, EntryKind, Menu, Server, Site

__all__ = ["Entry", "EntryKind", "Menu", "Server", "Site"]
