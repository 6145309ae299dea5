"""The verdict: whether a machine booted the right entry, by the right path, as all witnesses say.

Green needs every step of the plan on the wire and in a daemon's log, nothing beside it,
and the payload's own word. All else is red, with causes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import BootError
from harness.judge.boot import ARROW, Boot
from harness.judge.edited import with_edits
from harness.judge.lateness import may_be_late
from harness.judge.recovery import recoveries
from harness.judge.root_fault import expected_root_steps, root_steps
from harness.judge.rules import RULES, When
from harness.model import Family, RootReport
from harness.plan.expected_path import NO_CARD
from harness.step import StepRole
from harness.witness.wire import WireEvent

_DISAGREE = "the witnesses do not agree that this boot is right"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is held of one boot, as it is printed and stored."""

    when: When = When.VERDICT
    what: str = ""
    """What has failed, in one line; "" when nothing has."""
    causes: tuple[str, ...]
    """Why, the most telling first."""
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    recovered: tuple[str, ...] = ()
    """What went wrong on the way and did not stop a green boot."""
    script_family: Family | None = None
    """Over which family iPXE took the script; None when it took none."""
    machine_script_family: Family | None = None
    root_report: RootReport | None = None
    """What a live system reported of its root."""
    may_be_late: bool = True
    """Of a red one: whether it may only have been too fast for its servers."""

    @property
    def green(self) -> bool:
        """Whether nothing speaks against it."""
        return not (self.causes or self.what)

    @property
    def root(self) -> RootReport:
        """What a live system reported of its root; a BootError when it was none."""
        if self.root_report is None:
            raise BootError("no live system has reported its root", causes=self.causes)
        return self.root_report

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if self.green:
            path = f"green: {ARROW.join(self.seen)}"
            faults = "; ".join(self.recovered)
            return f"{path}; recovered from: {faults}" if faults else path
        first = next(iter(self.causes), self.what)
        more = f" (and {len(self.causes) - 1} more)" if len(self.causes) > 1 else ""
        return f"red: {first.splitlines()[0]}{more}"

    def raise_if_red(self) -> None:
        """Turn a red verdict into a failed test, by a BootError."""
        if not self.green:
            error = BootError(self.what, causes=self.causes)
            error.may_be_late = self.may_be_late
            raise error


def judge(boot: Boot, when: When = When.VERDICT) -> Verdict:
    """Judge one boot by everything that was seen of it."""
    causes: dict[str, None] = {}
    overcome: dict[str, None] = {}
    for rule in RULES:
        if when in rule.when and rule.concerns(boot):
            alone = rule.aside and not causes and boot.complaint is None
            (overcome if alone else causes).update(dict.fromkeys(rule.find(boot)))
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
    yield from map(str, boot.all_taken)
    yield from root_steps(boot)
    if boot.payload is not None:
        said = boot.payload
        yield f"payload as {said.entry}, {said.firmware}, {said.mac or NO_CARD}"
    if boot.word is not None:
        yield boot.word.text
