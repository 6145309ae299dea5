"""Faults of the link."""
