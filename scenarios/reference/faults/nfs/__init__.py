"""Faults of the NFS export."""
