"""Firmware, loaders and payloads: made or fetched once, kept by content.

Nothing here starts a daemon or a guest.
"""
