"""What firmware, or a loader for it, says outright: it comes before all that is inferred."""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.machines.program import program_of
from harness.plan.boot_names import Names

_REFUSED = re.compile(
    r"^BdsDxe: failed to \w+ .*(?:Access Denied|Security Violation)"
    r"|Verification failed: .*Security Violation"
    r"|bad shim signature|prohibited by secure boot policy"
    r"|ipxe\.org/7f[0-9a-f]{4}(?:8f|9a)\b",
    re.IGNORECASE,
)
"""UEFI's Secure Boot, as edk2's boot manager, shim, GRUB and iPXE tell of it."""
_BY_SHIM = re.compile(r"Verification failed|shim", re.IGNORECASE)
_KNOWS = {False: "the machine's db", True: "shim, or the machine's db,"}
"""Who must know a key: of what is behind shim, it may be shim."""


def signatures(boot: Boot) -> Iterator[str]:
    """Say that a signature was refused, of which no other witness knows: the file came whole."""
    said = boot.told.of("says") if boot.told is not None else ()
    approved = {each.text for each in (boot.learned.of("says") if boot.learned is not None else ())}
    names = Names.of(boot.site.machine_of(boot.mac))
    lines = [names.filled(each.text) for each in said if each.text not in approved]
    if boot.complaint is not None:
        lines.append(_line(boot.complaint.what))
    line = next((each for each in lines if _REFUSED.search(each)), "")
    if line and boot.path.is_uefi:
        came = [each for each in boot.taken if each.file is not None and each.arrived]
        # Behind a kernel comes its initrd, which nobody signs.
        programs = [each for each in came if program_of(boot.head(each)) is not None]
        last = next(reversed(programs or came), None)
        file = f" of {last.file} (frame {last.last.frame})" if last is not None else ""
        yield (
            f"Secure Boot is on, and the firmware refused the signature{file}: it must be signed "
            f'by a key that {_KNOWS[_BY_SHIM.search(line) is not None]} has; it says "{line}"'
        )


def _line(text: str) -> str:
    """Give the console's own words, where a wait has put others around."""
    found = re.match(r'the guest said "(?P<line>.*)" while ', text)
    return found["line"] if found else text
