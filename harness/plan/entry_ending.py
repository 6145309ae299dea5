"""How an entry of the menu may end that boots no system."""

from enum import Enum


class EntryEnding(Enum):
    """How an entry gave the menu back."""

    RETURNED = "returned"
    """What it started has ended well."""
    MISSING = "missing"
    """Its kernel is not on the server: 404."""
    REFUSED = "refused"
    """The server does not give its kernel out: 403."""
    NO_PROGRAM = "no-program"
    """Its kernel has come, and the loader knows it for no program."""
    CUT_SHORT = "cut-short"
    """All has come, and the firmware does not start the kernel, for its end is missing."""
    NO_DEVICE = "no-device"
    """Its program has come, and the loader knows no device of the firmware's that it came from."""
