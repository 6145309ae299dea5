"""Bugs of firmware, loaders and ROMs that are known in public, each held on both sides.

A file a bug: the report, the releases that show it and those that do not, what makes it show.
"""
