"""One boot is judged: every rule speaks, and all that was seen is said beside what must be.

Green needs every step of the plan on the wire and in a daemon's log, nothing beside it,
and the payload's own word. All else is red, with causes.
"""

from collections.abc import Iterator

from harness.errors import GUESS
from harness.judge.answerers import seen_steps
from harness.judge.boot import Boot
from harness.judge.edited import with_edits
from harness.judge.lateness import may_be_late
from harness.judge.recovery import recoveries
from harness.judge.root_fault import expected_root_steps, root_steps
from harness.judge.rules import RULES
from harness.judge.verdict import Verdict, When
from harness.plan.expected_path import NO_CARD
from harness.step import StepRole
from harness.witness.wire import WireEvent

_DISAGREE = "the witnesses do not agree that this boot is right"


def judge(boot: Boot, when: When = When.VERDICT) -> Verdict:
    """Judge one boot by everything that was seen of it."""
    causes: dict[str, None] = {}
    overcome: dict[str, None] = {}
    concerned = [each for each in RULES if when in each.when and each.concerns(boot)]
    for rule in concerned:
        if not rule.leads:
            alone = rule.aside and not causes and boot.complaint is None
            # Where something is known, a guess only leads away from it.
            found = (each for each in rule.find(boot) if not (causes and each.startswith(GUESS)))
            (overcome if alone else causes).update(dict.fromkeys(tuple(found)))
    if causes or boot.complaint is not None:
        first = [each for rule in concerned if rule.leads for each in rule.find(boot)]
        rest = (each for each in causes if not (first and each.startswith(GUESS)))
        causes = dict.fromkeys((*first, *rest))
    failed = _DISAGREE if causes else ""
    what = failed if boot.complaint is None else boot.complaint.what
    script, machine_script = boot.found(StepRole.SCRIPT), boot.found(StepRole.MACHINE_SCRIPT)
    return Verdict(
        when=when,
        what=what,
        causes=with_edits(boot, tuple(causes)),
        expected=tuple(_expected(boot, when)),
        seen=tuple(_seen(boot, when)),
        recovered=() if what or when is When.NO_BOOT else (*overcome, *recoveries(boot)),
        script_family=None if script is None else script.what.family,
        machine_script_family=None if machine_script is None else machine_script.what.family,
        root_report=None if boot.payload is None else boot.payload.root,
        may_be_late=bool(causes) and may_be_late(boot),
    )


def _expected(boot: Boot, when: When) -> Iterator[str]:
    """Say each step that must be taken: a root comes before what boots from it."""
    if when is When.NO_BOOT:
        yield from (boot.cannot_boot, f"nothing from {boot.mac} on the wire")
        return
    for step in boot.expected:
        if step.role is StepRole.PAYLOAD:
            yield from expected_root_steps(boot)
        yield str(step)


def _seen(boot: Boot, when: When) -> Iterator[str]:
    if when is When.NO_BOOT:
        yield boot.cannot_boot
        yield from map(str, boot.of(WireEvent))
        return
    yield from seen_steps(boot)
    yield from root_steps(boot)
    if boot.payload is not None:
        said = boot.payload
        yield f"payload as {said.entry}, {said.firmware}, {said.mac or NO_CARD}"
    if boot.word is not None:
        yield boot.word.text
