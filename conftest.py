"""Loads pytest's own plugin for tests of plugins; the harness's is loaded by its name."""

pytest_plugins = ("pytester",)
