"""A lab: one boot server with its management network and guests, in its own namespaces."""

from harness.guest.spec import Nic
from harness.lab.boot_menu import BootMenu
from harness.lab.guest import Guest
from harness.lab.lab import GUEST_MAC, Lab
from harness.lab.options import LabOptions
from harness.plan.entry_ending import EntryEnding

__all__ = ["GUEST_MAC", "BootMenu", "EntryEnding", "Guest", "Lab", "LabOptions", "Nic"]
