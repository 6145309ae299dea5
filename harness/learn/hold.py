"""A boot that is held to what was approved."""

from functools import partial
from typing import TYPE_CHECKING

from harness.assets.firmware import Firmware
from harness.errors import BootError
from harness.lab import Lab
from harness.lab.versions import is_made_of
from harness.learn.boots import mac_of
from harness.learn.seen import write_seen
from harness.machines import BOOT_PATHS
from harness.plan.boot_text import BootText
from harness.plan.boot_words import LEARNED_WITH

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
    holds = partial(is_made_of, guest.path, lab.site, lab.options)
    try:
        return guest.assert_held(approved.held_to(holds))
    except BootError as error:
        error.what += _made_otherwise(approved, lab.options.firmware_for(guest.path))
        raise
    finally:
        write_seen(lab.evidence.dir, name, guest.record.boot.told)


def _made_otherwise(approved: BootText, firmware: Firmware) -> str:
    """Say that the boot was approved with other firmware than the machine has now."""
    told = next((each for each in approved.head if each.startswith(LEARNED_WITH)), "")
    with_ = told.removeprefix(LEARNED_WITH).partition(",")[0].strip()
    if not with_ or with_ == firmware.title:
        return ""
    return f" (approved with {with_}; this machine has {firmware.title})"
