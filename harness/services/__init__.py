"""The daemons of a boot server, one module each, all through the same five steps."""
