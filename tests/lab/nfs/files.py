"""What the labs of these tests serve."""

from collections.abc import Callable

from harness.lab import LabOptions

FILE = "srv/tftp/gparted/live/marker"
EXPORTS, PART = "etc/exports", "etc/exports.d/live.exports"
MakeOptions = Callable[[str], LabOptions]
