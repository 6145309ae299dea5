"""Faults of the boot script."""
