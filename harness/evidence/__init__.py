"""Evidence: the directory that a boot leaves, and what is written in it."""
