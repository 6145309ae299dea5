"""Entries that a machine came back from before it booted another one: their traces, and no more.

A machine can open the shell, leave it, and boot something else; or choose an entry
that fails, and another that does not. What the earlier entry fetched is no fault
of the later boot, but it must be what that entry fetches, with the ending that
was asserted, in its order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from harness.evidence.path import Fetch, entry_of, served_families
from harness.evidence.seen import SeenStep
from harness.evidence.wire import HttpExchange
from harness.model import Protocol
from harness.site import Site

if TYPE_CHECKING:
    from harness.evidence.verdict import Verdict


class Ending(Enum):
    """How an entry gave the menu back."""

    RETURNED = "returned"
    """What it started has ended well."""
    MISSING = "missing"
    """Its kernel is not on the server: 404."""
    REFUSED = "refused"
    """The server does not give its kernel out: 403."""
    NO_PROGRAM = "no-program"
    """Its kernel has come, and iPXE knows it for no program."""
    CUT_SHORT = "cut-short"
    """All has come, and the firmware does not start the kernel, for its end is missing."""


_ENDED_AT_KERNEL = (Ending.MISSING, Ending.REFUSED, Ending.NO_PROGRAM)
_STATUS = {Ending.MISSING: 404, Ending.REFUSED: 403}
"""How the server answered the request for the kernel; all others came whole."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An entry that was chosen and came back to the menu."""

    entry: str
    ending: Ending

    def files(self, site: Site) -> tuple[str, ...]:
        """Give the files that it must have asked for: all, or only the kernel."""
        files = tuple(file.lstrip("/") for file in entry_of(site, self.entry).files)
        return files[:1] if self.ending in _ENDED_AT_KERNEL else files

    def fault(self, step: SeenStep) -> str:
        """Say what is wrong with the fetch of one of its files; empty when nothing is."""
        wanted, event = _STATUS.get(self.ending), step.last
        status = event.status if isinstance(event, HttpExchange) else None
        if wanted is None:
            return "" if step.arrived else f"it should have come, but is {step}"
        return "" if status == wanted else f"the server should have answered {wanted}: {step}"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The entry that is judged, and the visits to others before it."""

    entry: str
    after: tuple[Visit, ...] = ()

    @classmethod
    def of(cls, entry: "str | Choice") -> "Choice":
        """Give a choice as it is; an entry alone comes after no others."""
        return entry if isinstance(entry, cls) else cls(entry=str(entry))


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a program that is no payload has said about itself on the console."""

    text: str
    faults: tuple[str, ...] = ()


def take_out(
    seen: Sequence[SeenStep], visits: Sequence[Visit], site: Site
) -> tuple[tuple[SeenStep, ...], tuple[str, ...]]:
    """Give the steps without those of earlier visits, and what is wrong with the visits."""
    rest, faults, after = list(seen), [], 0
    for visit in visits:
        for file in visit.files(site):
            place = next(iter(_places(rest, file, site, after)), None)
            if place is None:
                faults.append(f"entry {visit.entry}: {file} was not fetched over HTTP in its turn")
                continue
            step, after = rest.pop(place), place
            if fault := visit.fault(step):
                faults.append(f"entry {visit.entry}, {file} (frame {step.last.frame}): {fault}")
    return tuple(rest), tuple(faults)


def _places(steps: Sequence[SeenStep], file: str, site: Site, after: int) -> Iterator[int]:
    """Go through the steps from `after` on that fetch this file as iPXE should."""
    for place, step in enumerate(steps[after:], start=after):
        what = step.what
        if (
            isinstance(what, Fetch)
            and what.file == file
            and what.protocol is Protocol.HTTP
            and what.family in served_families(site)
        ):
            yield place


def joined(verdict: "Verdict", word: Word) -> "Verdict":
    """Give the verdict with the console's word added, as one more witness."""
    return replace(verdict, causes=(*word.faults, *verdict.causes), seen=(*verdict.seen, word.text))
