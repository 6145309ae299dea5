"""What scenarios and pairs of bugs have in common."""

import pytest

from harness.lab.https import Certified


@pytest.fixture(scope="module")
def authority() -> Certified:
    """Make the site's own authority."""
    return Certified.by_itself("Boot servers of the site")
