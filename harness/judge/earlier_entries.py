"""Entries that a machine came back from before it booted another one: their traces, and no more.

A machine can open the shell, leave it, and boot something else; or choose an entry
that fails, and another that does not. What the earlier entry fetched is not a fault
of the later boot, but it must be what that entry fetches, with the ending that
was asserted, in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.daemon_facts import Daemon
from harness.loaders import loader_of
from harness.machines import BootPath
from harness.model import EntryEnding, Role
from harness.plan.expected_path import entry_files
from harness.site import Site
from harness.witness.taken_path import TakenStep
from harness.witness.wire import HttpExchange, Outcome, TftpTransfer

_ENDED_AT_KERNEL = (EntryEnding.MISSING, EntryEnding.REFUSED, EntryEnding.NO_PROGRAM)
_STATUS = {EntryEnding.MISSING: 404, EntryEnding.REFUSED: 403}
"""How a web server answered the request for the kernel; all others came whole."""


@dataclass(frozen=True, kw_only=True)
class EarlierEntry:
    """An entry that was chosen and came back to the menu."""

    entry: str
    ending: EntryEnding

    def files(self, path: BootPath, site: Site) -> tuple[str, ...]:
        """Give the files that it must have asked for: all, or only the kernel."""
        files = tuple(file.lstrip("/") for _, file in entry_files(path, site, self.entry))
        return files[:1] if self.ending in _ENDED_AT_KERNEL else files

    def fault(self, step: TakenStep, tftp: Daemon | None) -> str:
        """Say what is wrong with the fetch of one of its files; empty when nothing is."""
        wanted, event = _STATUS.get(self.ending), step.last
        if wanted is None:
            return "" if step.arrived else f"it should have come, but is {step}"
        if isinstance(event, TftpTransfer):
            error = ""  # nobody knows
            if tftp is not None:
                is_missing = self.ending is EntryEnding.MISSING
                error = tftp.not_found if is_missing else tftp.forbidden
            is_refused = event.outcome is Outcome.REFUSED and error in event.error
            return "" if is_refused else f"the server should have said {error!r}: {step}"
        status = event.status if isinstance(event, HttpExchange) else None
        return "" if status == wanted else f"the server should have answered {wanted}: {step}"


def take_out(
    taken: Sequence[TakenStep], earlier: Sequence[EarlierEntry], path: BootPath, site: Site
) -> tuple[tuple[TakenStep, ...], tuple[str, ...]]:
    """Give the steps without those of earlier entries, and what is wrong with these."""
    rest, faults, after = list(taken), [], 0
    for each in earlier:
        for file in each.files(path, site):
            ways = loader_of(site, path.loader).ways(path, site, file)
            places = (n for n, step in enumerate(rest) if n >= after and step.what in ways)
            place = next(places, None)
            if place is None:
                how = ways[0].protocol.value.upper()
                faults.append(f"entry {each.entry}: {file} was not fetched over {how} in its turn")
                continue
            step, after = rest.pop(place), place
            if fault := each.fault(step, site.daemon_facts.by_role(Role.TFTP)):
                faults.append(f"entry {each.entry}, {file} (frame {step.last.frame}): {fault}")
    return tuple(rest), tuple(faults)
