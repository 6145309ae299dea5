"""The rules that a boot is judged by: one list, in the order in which causes are told.

A new matter is a module beside this one and one line here.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from harness.judge.boot import Boot
from harness.judge.boot_server import boot_server, silent_proxy
from harness.judge.certificates import refused_certificates
from harness.judge.deviations import disorder, missing, stray_files, wrong_path
from harness.judge.difference import unlike_the_text
from harness.judge.done_otherwise import done_otherwise
from harness.judge.failed_fetch import failed_fetches, hung_up
from harness.judge.foreign_family import lacking_family, strays
from harness.judge.http_failure import packed_files, whole_files
from harness.judge.loader_fault import foreign_nbp, loader_faults, replaced_loader
from harness.judge.log_agreement import contradictions
from harness.judge.loop import loops
from harness.judge.misnamed import unfetchable
from harness.judge.name_lookup import misspelt_hosts, unresolved
from harness.judge.no_boot import no_capture, not_silent
from harness.judge.nothing_told import nothing_told
from harness.judge.outright import signatures
from harness.judge.own_fault import own_faults
from harness.judge.payload_fault import no_payload, payload_faults
from harness.judge.ports import refusals, unheard
from harness.judge.program_fault import program_faults
from harness.judge.root_fault import nfs_refusals, root_faults
from harness.judge.servers import strangers, wrong_answers
from harness.judge.standstill import (
    asked_key,
    default_faults,
    ended_by_command,
    ran_out,
    reached_exit,
    script_faults,
    standstill,
    unguarded,
    unknown_commands,
    unstarted,
)
from harness.judge.told_otherwise import told_otherwise
from harness.judge.unanswered import unanswered, unanswered_beside
from harness.judge.verdict import When
from harness.judge.warning import new_warnings
from harness.judge.where import where_said


class Of(Enum):
    """Which boots a rule knows something of."""

    ANY = "any"
    PLAN = "plan"
    """What they must do is computed from `site.toml`."""
    TEXT = "text"
    """What they must do has been approved, or is being learned."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One matter that can speak against a boot."""

    when: Collection[When]
    find: Callable[[Boot], Iterable[str]]
    """Gives the causes, the most telling first."""
    aside: bool = False
    """Whether it only explains what others have found: alone, it is something overcome."""
    leads: bool = False
    """Whether it comes before what others have found; where nothing speaks against a boot, it says
    nothing."""
    of: Of = Of.ANY
    """Of which boots it knows what is right."""
    explains: bool = False
    """Whether, of a boot that is held to a text, it says no more than why it differs."""

    def concerns(self, boot: Boot) -> bool:
        """Whether it has a say on this boot."""
        if self.explains and boot.is_as_approved:
            return False
        return self.of is Of.ANY or boot.is_planned is (self.of is Of.PLAN)


def _word_faults(boot: Boot) -> Iterable[str]:
    return () if boot.word is None else boot.word.faults


def _complaint(*, leads: bool) -> Callable[[Boot], Iterable[str]]:
    """Give the rule that says what the console says, where its own line is the cause, or not."""

    def find(boot: Boot) -> Iterable[str]:
        said = boot.complaint
        causes = said.causes if said is not None and said.leads is leads else ()
        return (f"{each}{where_said(boot, each)}" for each in causes)

    return find


_VERDICT = (When.VERDICT,)
_FAILED = (When.WAITING, When.SHOWN)
_STOPPED = (When.WAITING, When.VERDICT)
_ANY = (*_FAILED, When.VERDICT)
_WIRE = (*_ANY, When.CAPTURED)
"""What needs no more than the wire, and what the site's files say if they are there."""

RULES = (
    Rule(when=_VERDICT, find=_word_faults),
    Rule(when=_ANY, find=signatures, explains=True),
    Rule(when=_FAILED, find=refused_certificates),
    Rule(when=(*_FAILED, When.CAPTURED), find=packed_files),
    Rule(when=_FAILED, find=_complaint(leads=True)),
    Rule(when=_ANY, find=own_faults, leads=True),
    Rule(when=(When.WAITING,), find=nfs_refusals),
    Rule(when=_ANY, find=lambda boot: boot.earlier_faults),
    Rule(when=_WIRE, find=strangers),
    Rule(when=_ANY, find=strays),
    Rule(when=_STOPPED, find=lacking_family, of=Of.PLAN),
    Rule(when=_WIRE, find=loader_faults, explains=True),
    Rule(when=_WIRE, find=foreign_nbp),
    Rule(when=_ANY, find=replaced_loader, of=Of.PLAN),
    Rule(when=_ANY, find=program_faults, explains=True),
    Rule(when=_ANY, find=silent_proxy, explains=True),
    Rule(when=_WIRE, find=boot_server, explains=True),
    Rule(when=_WIRE, find=loops, explains=True),
    Rule(when=(When.CAPTURED,), find=nothing_told),
    Rule(when=_ANY, find=wrong_answers, of=Of.PLAN),
    Rule(when=_WIRE, find=hung_up, explains=True),
    Rule(when=_ANY, find=new_warnings, of=Of.TEXT),
    Rule(when=_ANY, find=told_otherwise, of=Of.TEXT),
    Rule(when=_WIRE, find=misspelt_hosts, explains=True),
    Rule(when=_WIRE, find=refusals, explains=True),
    Rule(when=(When.WAITING, When.CAPTURED), find=unheard, explains=True),
    Rule(when=(*_STOPPED, When.CAPTURED), find=unanswered, explains=True),
    Rule(when=_WIRE, find=whole_files, explains=True),
    Rule(when=_WIRE, find=failed_fetches, explains=True),
    Rule(when=(When.SHOWN, When.VERDICT), find=default_faults, explains=True),
    Rule(when=_FAILED, find=unfetchable, explains=True),
    Rule(when=_WIRE, find=unresolved, explains=True),
    Rule(when=_STOPPED, find=payload_faults),
    Rule(when=_VERDICT, find=root_faults),
    Rule(when=_VERDICT, find=wrong_path, of=Of.PLAN),
    Rule(when=_VERDICT, find=stray_files, of=Of.PLAN),
    Rule(when=_ANY, find=script_faults, explains=True),
    Rule(when=_STOPPED, find=unstarted, explains=True),
    Rule(when=_ANY, find=unguarded, of=Of.TEXT),
    Rule(when=_ANY, find=unknown_commands, of=Of.TEXT),
    Rule(when=_ANY, find=reached_exit, explains=True),
    Rule(when=_ANY, find=ran_out, of=Of.TEXT, explains=True),
    Rule(when=_ANY, find=asked_key, explains=True),
    Rule(when=_ANY, find=ended_by_command, of=Of.TEXT),
    Rule(when=_ANY, find=done_otherwise, of=Of.TEXT),
    Rule(when=_STOPPED, find=standstill, explains=True),
    Rule(when=_VERDICT, find=no_payload, of=Of.PLAN),
    Rule(when=_VERDICT, find=missing, of=Of.PLAN),
    Rule(when=_VERDICT, find=disorder, of=Of.PLAN),
    Rule(when=_VERDICT, find=contradictions),
    Rule(when=(*_STOPPED, When.CAPTURED), find=unanswered_beside, aside=True),
    Rule(when=_FAILED, find=_complaint(leads=False)),
    Rule(when=_ANY, find=unlike_the_text, of=Of.TEXT),
    Rule(when=(When.NO_BOOT,), find=no_capture),
    Rule(when=(When.NO_BOOT,), find=not_silent),
)
