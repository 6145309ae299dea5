"""Faults, each red by its name or told."""
