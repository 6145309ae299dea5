"""How a network boot went wrong though the machine came to an end: it went on to its own disk.

Neither is a fault by itself: a script may lead to the disk, and a machine that a site is not
made for comes to no loader. A person who approves such a boot is told which it was.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.loaders.ipxe.faults import COMMANDS
from harness.loaders.sought import vain_and_normal
from harness.model import LOCAL_DISK
from harness.plan.boot_text import BootText, Statement
from harness.site import Site
from harness.witness.shown import BY_DISK

_BEFORE_A_LOADER = frozenset({"machine", "router", "firmware", "answer", "says", "warns", "ends"})
"""The subjects of a boot that came to nothing: no loader has done anything."""
_OF_EXIT = ("BdsDxe: ", "No more network devices")
"""What firmware and iPXE say of a script that ends by `exit 1`, too."""
_NO_COMMAND = re.compile(r"(?P<name>\w+): command not found")
_OWN_NAME = "{mac"
"""How a text has a machine's own address in a file's name."""
_BOOTS_DISK = ("boots", LOCAL_DISK)
_TO_THE_DISK = "and it goes on to the system on its own disk"
_FAILED = "BdsDxe: failed to "
_SHELL = "UEFI Shell"
_TO_THE_SHELL = "and the firmware's own shell waits for somebody"


def no_loader(text: BootText) -> str:
    """Say why a machine has come to no loader; "" when it has."""
    told = [each for each in text.statements if (each.subject, each.text) != _BOOTS_DISK]
    if shell := _firmwares_shell(text):
        told.remove(shell)
    if any(each.subject not in _BEFORE_A_LOADER for each in told):
        return ""
    told = [each for each in told if each.subject not in ("machine", "router", "ends")]
    said = "; ".join(f"{each.subject} {each.text}" for each in told[-2:])
    return f"it comes to no loader: {said or 'it asks nobody'}{_and_then(text)}"


def _firmwares_shell(text: BootText) -> Statement | None:
    """Give the prompt of a shell that was not fetched: firmware comes to its own behind all else.

    It is the last of its boot options, behind one that has failed (EDK2, `BdsEntry`).
    """
    for before, each in pairwise(text.statements):
        is_shell = each.subject == "prompt" and each.text.startswith(_SHELL)
        if is_shell and before.subject == "says" and before.text.startswith(_FAILED):
            return each
    return None


def because(boot: Boot) -> str:
    """Say what the wire tells against a boot that came to no loader, as of a stranger's capture.

    What the machine should have done instead nobody knows yet.
    """
    causes = judge(boot, When.CAPTURED).causes
    return f": {causes[0]}" if causes else ""


def fallen_through(text: BootText) -> tuple[str, ...]:
    """Say which failure has led a loader's machine to its own disk; nothing of one meant so."""
    failed = list(_failures(text))
    if not _is_by_disk(text) or no_loader(text) or not failed:
        return ()
    return (f"its network boot fails: {failed[-1]}, {_TO_THE_DISK}",)


def lacking_commands(text: BootText, site: Site) -> tuple[str, ...]:
    """Say which commands of iPXE's the build that ran has not: a site's own may have them."""
    said = (_NO_COMMAND.fullmatch(each.text) for each in text.of("says"))
    names = dict.fromkeys(found["name"] for found in said if found is not None)
    lacking = ", ".join(name for name in names if name in COMMANDS)
    own = ": lay the site's own in the place of Debian's, if that has" if site.supply else ""
    return (f"the iPXE that ran has no command {lacking}{own}",) if lacking else ()


def payload_complaints(text: BootText) -> tuple[str, ...]:
    """Say what the system that was started lacks, by its own word."""
    return tuple(f"what it started {each.text}" for each in text.of("payload"))


def _failures(text: BootText) -> Iterator[str]:
    """Give what has gone wrong since the last row that was chosen, by itself or by keys."""
    chosen = [number for number, each in enumerate(text.statements) if each.subject == "keys"]
    behind = text.statements[chosen[-1] if chosen else 0 :]
    asked = {e.asked_file.fetch.file: not e.asked_file.ending for e in behind if e.asked_file}
    normal = vain_and_normal(asked, _OWN_NAME)
    for each in behind:
        file = each.asked_file
        if _is_complaint(each) or (file and file.ending and file.fetch.file not in normal):
            yield f"{each.subject} {each.text}"


def _is_complaint(statement: Statement) -> bool:
    return statement.subject == "says" and not statement.text.startswith(_OF_EXIT)


def _is_by_disk(text: BootText) -> bool:
    return any(each.text == BY_DISK for each in text.of("ends"))


def _and_then(text: BootText) -> str:
    if _firmwares_shell(text):
        return f", {_TO_THE_SHELL}"
    return f", {_TO_THE_DISK}" if _is_by_disk(text) else ""
