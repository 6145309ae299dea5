"""The rules that a boot is judged by: one list, in the order in which causes are told.

A new matter is a module beside this one and one line here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Flag, auto

from harness.judge.boot import Boot
from harness.judge.deviations import disorder, missing, stray_files, wrong_path
from harness.judge.failed_fetch import failed_fetches
from harness.judge.loader_fault import foreign_nbp, loader_faults, program_faults, replaced_loader
from harness.judge.log_agreement import contradictions
from harness.judge.name_lookup import unresolved
from harness.judge.no_boot import no_capture, not_silent
from harness.judge.payload_fault import no_payload, payload_faults
from harness.judge.root_fault import nfs_refusals, root_faults
from harness.judge.script_fault import default_faults, script_faults
from harness.judge.servers import refusals, strangers, wrong_answers
from harness.judge.standstill import standstill
from harness.judge.unanswered import unanswered, unanswered_beside


class When(Flag):
    """At what a boot is judged."""

    WAITING = auto()
    """Something was waited for and did not come."""
    SHOWN = auto()
    """Something came, and the guest shows it otherwise than the site says."""
    VERDICT = auto()
    """The boot is over, or its program runs: all witnesses are to agree."""
    NO_BOOT = auto()
    """The firmware says that it has nothing to boot, which is right."""

    @property
    def word(self) -> str:
        """Its name in evidence."""
        return (self.name or "").lower().replace("_", "-")

    @classmethod
    def of(cls, word: str) -> "When":
        """Give the one of this name.

        Raises:
            KeyError: there is none.
        """
        return cls[word.upper().replace("-", "_")]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One matter that can speak against a boot."""

    name: str
    when: When
    find: Callable[[Boot], Iterable[str]]
    """Gives the causes, the most telling first."""
    aside: bool = False
    """Whether it only explains what others have found: alone, it is something overcome."""


def _word_faults(boot: Boot) -> Iterator[str]:
    yield from () if boot.word is None else boot.word.faults


def _leading_complaint(boot: Boot) -> Iterator[str]:
    """Say what the console says, where its own line is the cause."""
    if boot.complaint is not None and boot.complaint.leads:
        yield from boot.complaint.causes


def _other_complaint(boot: Boot) -> Iterator[str]:
    """Say what the console says, and what to look at first."""
    if boot.complaint is not None and not boot.complaint.leads:
        yield from boot.complaint.causes


_FAILED = When.WAITING | When.SHOWN
_STOPPED = When.WAITING | When.VERDICT
_ANY = When.WAITING | When.SHOWN | When.VERDICT

RULES = (
    Rule(name="program on the console", when=When.VERDICT, find=_word_faults),
    Rule(name="the console's own cause", when=_FAILED, find=_leading_complaint),
    Rule(name="NFS refused", when=When.WAITING, find=nfs_refusals),
    Rule(name="earlier entries", when=_ANY, find=lambda boot: boot.earlier_faults),
    Rule(name="strangers", when=_ANY, find=strangers),
    Rule(name="loader that cannot start", when=_ANY, find=loader_faults),
    Rule(name="NBP that is not the server's", when=_ANY, find=foreign_nbp),
    Rule(name="another loader", when=_ANY, find=replaced_loader),
    Rule(name="program that cannot start", when=_ANY, find=program_faults),
    Rule(name="wrong DHCP answers", when=_ANY, find=wrong_answers),
    Rule(name="refused ports", when=_ANY, find=refusals),
    Rule(name="unanswered", when=_STOPPED, find=unanswered),
    Rule(name="failed fetches", when=_ANY, find=failed_fetches),
    Rule(name="default of the menu", when=When.SHOWN | When.VERDICT, find=default_faults),
    Rule(name="names that did not resolve", when=_ANY, find=unresolved),
    Rule(name="payload's report", when=When.VERDICT, find=payload_faults),
    Rule(name="root of a live system", when=When.VERDICT, find=root_faults),
    Rule(name="wrong path", when=When.VERDICT, find=wrong_path),
    Rule(name="stray files", when=When.VERDICT, find=stray_files),
    Rule(name="script", when=_STOPPED, find=script_faults),
    Rule(name="standstill", when=_STOPPED, find=standstill),
    Rule(name="no payload", when=When.VERDICT, find=no_payload),
    Rule(name="missing steps", when=When.VERDICT, find=missing),
    Rule(name="order of steps", when=When.VERDICT, find=disorder),
    Rule(name="wire against logs", when=When.VERDICT, find=contradictions),
    Rule(name="unanswered beside the path", when=_STOPPED, find=unanswered_beside, aside=True),
    Rule(name="the console's word", when=_FAILED, find=_other_complaint),
    Rule(name="capture", when=When.NO_BOOT, find=no_capture),
    Rule(name="not silent", when=When.NO_BOOT, find=not_silent),
)
