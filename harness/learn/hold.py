"""A boot that is held to what was approved."""

from typing import TYPE_CHECKING

from harness.lab import Lab
from harness.learn.boots import mac_of
from harness.learn.seen import write_seen
from harness.machines import BOOT_PATHS
from harness.plan.boot_text import BootText

if TYPE_CHECKING:
    from harness.judge.verdict import Verdict


def hold(lab: Lab, approved: BootText, *, name: str) -> "Verdict":
    """Boot the machine of an approved boot again, choosing the same rows.

    Raises:
        BootError: it did something else, or a witness says so.
    """
    guest = lab.power_on(
        BOOT_PATHS[approved.path], mac=mac_of(lab.site, approved.machine), has_system=True
    )
    try:
        return guest.assert_held(approved)
    finally:
        write_seen(lab.evidence.dir, name, guest.record.boot.told)
