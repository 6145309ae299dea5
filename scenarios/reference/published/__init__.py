"""The faults of the script as it was published."""
