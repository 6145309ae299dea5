"""Eight machines boot at once, from one TFTP and one HTTP server; each gets all, at a rate."""

from dataclasses import replace

import pytest

from harness.lab import Lab, LabOptions
from scenarios.reference.test_several_machines import switched_on

PATHS = ("x64-tftp-ipv4", "x64-http-ipv4") * 4


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Start them cold: each would need an image of its own of its POST."""
    return replace(lab_options, warm=False)


@pytest.mark.slow
@pytest.mark.guests(8)
@pytest.mark.needs_linux("its kernel is of a size that has a rate")
def test_each_boots(lab: Lab) -> None:
    """How fast each got its files is told, and stays in the evidence."""
    for guest in switched_on(lab, *PATHS):
        guest.assert_boots(lab.site.menu.default)
    told = lab.rates()
    lab.options.tell(told)
    assert told.count("  TFTP  1 file ") == 4
    assert told.count("  HTTP  ") == 8
