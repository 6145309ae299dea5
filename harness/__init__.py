"""End-to-end tests for network boot: real servers, real firmware, real evidence."""

__version__ = "0.1.0"
