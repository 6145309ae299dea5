"""`harness down`: end a lab that stays for a person."""

from collections.abc import Callable

from harness.desk.stay import end
from harness.lab.running import find_lab, running_labs


def down(wanted: str, say: Callable[[str], None]) -> int:
    """End the lab that `wanted` means, and wait until it is gone.

    Raises:
        UsageError: no lab, or more than one, is meant, or none that stays.
    """
    lab = find_lab(wanted, running_labs())
    end(lab)
    say(f"lab {lab.pid} is down; what was seen is in {lab.evidence_dir}")
    return 0
