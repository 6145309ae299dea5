"""Loads the harness's pytest plugin, and pytest's own to test it with."""

pytest_plugins = ("harness.pytest_plugin", "pytester")
