"""All of them are about the reference site, changed, and take long."""

import pytest


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave them out of the fast tier, and of every other site."""
    if isinstance(collector, pytest.Module):
        collector.add_marker(pytest.mark.reference)
        collector.add_marker(pytest.mark.slow)
