"""Whether a red boot may only have been too fast for its servers: then another clock can tell.

A guest with the fast clock lives through seconds while its servers have a tenth of one.
"""

from harness.judge.boot import Boot
from harness.judge.log_agreement import contradictions
from harness.judge.ports import refused_ports
from harness.judge.recovery import late
from harness.judge.servers import wrong_answers
from harness.judge.told_otherwise import told_otherwise
from harness.plan.boot_difference import Change
from harness.plan.boot_words import OFFERED
from harness.step import Ask
from harness.witness.taken_path import TakenStep
from harness.witness.wire import DnsLookup, Outcome, WireEvent

_BROKEN = (Outcome.UNANSWERED, Outcome.UNFINISHED, Outcome.ABORTED, Outcome.RESET)


def may_be_late(boot: Boot) -> bool:
    """Whether anybody was late, or may have been, so far as the witnesses tell."""
    if any(told_otherwise(boot)) or (boot.is_planned and any(wrong_answers(boot))):
        return False
    return (
        not any(True for _ in boot.of(WireEvent))
        or any(late(boot))
        or any(refused_ports(boot))
        or any(_is_waiting(step, boot) for step in boot.taken)
        or any(lookup.rcode is None for lookup in boot.of(DnsLookup))
        or any(contradictions(boot))
        or any(_is_given_up(change) for change in boot.changes)
        or (bool(boot.learned and boot.learned.choices) and _is_about_keys(boot))
    )


def _is_given_up(change: Change) -> bool:
    """Whether a machine did not take what it was offered: it may have stopped waiting before."""
    return change.seen is not None and OFFERED in change.seen.text


def _is_about_keys(boot: Boot) -> bool:
    """Whether a row may have been chosen too late."""
    return any(change.subject in ("menu", "keys") for change in boot.changes[:1])


def _is_waiting(step: TakenStep, boot: Boot) -> bool:
    """Whether somebody waits for the rest of it, who need not by the boot's text."""
    if boot.learned is not None and isinstance(step.what, Ask) and step.what not in boot.ways():
        return False
    return step.outcome in _BROKEN and step.what not in boot.normal_in_vain
