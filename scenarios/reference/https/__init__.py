"""Machines whose firmware boots by HTTPS."""
