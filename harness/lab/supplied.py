"""What the harness supplies to sites, for scenarios that make one of their own."""

from harness.assets.loader import find_loader


def program(asset: str) -> bytes:
    """Give the program that a site's `[supply]` means by this name."""
    return find_loader(asset).path.read_bytes()
