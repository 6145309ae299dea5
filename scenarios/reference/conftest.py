"""What lies here is about the reference site: it names its entries, files and addresses."""

import pytest


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Mark it, so that it is left out on every other site."""
    if isinstance(collector, pytest.Module):
        collector.add_marker(pytest.mark.reference)
