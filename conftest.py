"""Loads the harness's pytest plugin; everything else is in harness/pytest_plugin/."""

pytest_plugins = ("harness.pytest_plugin",)
