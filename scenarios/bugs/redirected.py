"""A file that the web server has elsewhere, and says so."""

from harness.site import Site

MOVED = "/moved"
"""Where it is, with its own path behind."""


def with_moved(site: Site, *paths: str, status: int) -> Site:
    """Give the site whose web server sends whoever asks for these files on to where iPXE lies."""
    for path in paths:
        there = f"{MOVED}{path}"
        site = site.with_supply(f"srv/tftp{there}", site.supply["srv/tftp/ipxe.efi"])
        moved = f"location = {path} {{ return {status} http://192.0.2.1{there}; }}"
        site = site.replaced("etc/nginx/nginx.conf", "root /srv/tftp;", f"root /srv/tftp; {moved}")
    return site
