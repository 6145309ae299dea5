"""The witnesses: what the wire, the logs, the console and the payload tell of a boot."""
