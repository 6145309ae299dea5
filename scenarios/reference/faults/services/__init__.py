"""Faults of the boot server's daemons."""
