"""More words for the default entry's system, whichever loader hands them over."""

from harness.site import Site

STAY, RESET = "harness.end=stay", "harness.end=reset"
"""What the payload is to do when it has reported, instead of switching off."""
_MENUS = "srv/tftp/script.ipxe", "srv/tftp/grub.cfg"
_LAST = "live-config.username=root"
"""Of the default entry alone."""


def with_words(site: Site, *words: str) -> Site:
    """Give the site whose default entry has these words, too, on its command line."""
    for menu in _MENUS:
        site = site.replaced(menu, _LAST, " ".join((_LAST, *words)))
    return site
