"""Machines that start what is signed, and nothing else."""
