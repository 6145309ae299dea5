"""Load, check and change a site: what the operator runs, as in production."""

from harness.site.check import check_site
from harness.site.load import load_site
from harness.site.model import GRUB_CONFIG, Entry, EntryKind, Menu, Server, Site

__all__ = ["GRUB_CONFIG", "Entry", "EntryKind", "Menu", "Server", "Site", "check_site", "load_site"]
