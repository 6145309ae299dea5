"""A script of iPXE's in the place of the site's, that tells when it has come to its end."""

from harness.site import Site

END = "the script has come to its end"


def with_script(site: Site, *lines: str) -> Site:
    """Give the site whose machines run these commands, the next only where one succeeds."""
    return site.with_file("srv/tftp/script.ipxe", "\n".join(("#!ipxe", *lines, f"echo {END}", "")))
