"""What an entry that boots no system says on the console: by shell, loader or script."""

from collections.abc import Sequence

from harness.errors import UsageError
from harness.guest.spec import Clock
from harness.judge.facts import Word
from harness.loaders import Loader
from harness.model import EntryEnding
from harness.site import Site

_UEFI_SHELLS_NAME = "UEFI Interactive Shell v"


def shell_word(
    version: Sequence[str], devices: Sequence[str], mac: str, question: str = "map"
) -> Word:
    """Make the shell's word of its answers: what it is, and on which machine it runs."""
    here = f"MAC({mac.replace(':', '').upper()},"
    faults = []
    if not any(line.startswith(_UEFI_SHELLS_NAME) for line in version):
        faults.append(f"`ver` was answered by {' '.join(version)!r}, not by {_UEFI_SHELLS_NAME}…")
    if not any(here in line for line in devices):
        said = " ".join(devices)
        faults.append(f"`{question}` was answered without a device on {here}…): {said!r}")
    return Word(text=f"{next(iter(version), 'no shell')}, on {mac}", faults=tuple(faults))


def complaint_of(loader: Loader, ending: EntryEnding) -> str:
    """Give the failure by which a loader tells that an entry has ended so.

    Raises:
        UsageError: nobody has told.
    """
    if ending not in loader.complaints:
        raise UsageError(
            f"nobody has told what {loader.called} says of an entry that ends so: {ending.value}",
            cure=f"one of: {', '.join(each.value for each in loader.complaints)}",
        )
    return loader.complaints[ending]


def message_of(site: Site, clock: Clock, loader: Loader) -> tuple[str, int]:
    """Give what is said about a failed entry, by the site's script or its loader, for how long.

    Raises:
        UsageError: nobody has told, or a guest with this clock cannot show it.
    """
    if (said := loader.failed_entry(site)) is None:
        raise UsageError(
            f"site {site.name} does not tell what its script says when an entry fails",
            cure="add failure_text to [menu] in its site.toml",
        )
    if clock is not Clock.REAL:
        raise UsageError(
            "on the fast clock a pause takes no time, so nobody can see that it is kept",
            cure='mark the scenario real_clock("why")',
        )
    return said
