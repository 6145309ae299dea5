"""What the labs of these tests serve."""

from collections.abc import Callable

from harness.lab import LabOptions

FILE = "srv/tftp/gparted/live/marker"
EXPORTS = "etc/exports"
MakeOptions = Callable[[str], LabOptions]
