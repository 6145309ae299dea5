"""Faults of what DHCP answers."""
