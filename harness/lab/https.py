"""Labs whose UEFI machines boot by HTTPS: by whose word they take a web server's certificate."""

from dataclasses import replace

from harness.certificate import DAY, Certified
from harness.guest.spec import Enrolled
from harness.lab.options import LabOptions

__all__ = ["DAY", "Certified", "with_authorities"]


def with_authorities(options: LabOptions, *known: Certified) -> LabOptions:
    """Have UEFI machines take certificates that these authorities have signed, and no other.

    Each run has authorities of its own, so no POST is worth being saved.
    """
    before = options.enrolled or Enrolled()
    authorities = tuple(each.certificate for each in known)
    return replace(
        options,
        enrolled=replace(before, authorities=authorities),
        keys=(*options.keys, *known),
        warm=False,
    )
