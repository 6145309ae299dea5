"""The verdict: whether a machine booted the right entry, by the right path, as all witnesses say.

Green needs every step of the promised path on the wire and in a daemon's log,
nothing beside it, and the payload's own word. All else is red, with causes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import BootError
from harness.judge.boot import ARROW, Case, case_of
from harness.judge.cause import standstill, unresolved
from harness.judge.deviations import disorder, missing, stray_files, wrong_path
from harness.judge.earlier_entries import Choice
from harness.judge.failed_fetch import failed_fetches
from harness.judge.loader_fault import (
    foreign_nbp,
    loader_faults,
    program_faults,
    replaced_loader,
)
from harness.judge.log_agreement import contradictions
from harness.judge.recovery import recoveries
from harness.judge.root_fault import root_faults, root_promise, root_steps
from harness.judge.script_fault import default_faults, script_faults
from harness.judge.servers import refusals, strangers, wrong_answers
from harness.judge.unanswered import silence, silence_beside
from harness.machines import BootPath
from harness.model import Family, PayloadReport, RootReport
from harness.plan.expected_path import NO_CARD, entry_of
from harness.site import Site
from harness.step import StepRole
from harness.witness.journal import Journal
from harness.witness.wire import Wire


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is held of one boot. No causes: green."""

    causes: tuple[str, ...]
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    recovered: tuple[str, ...] = ()
    """What went wrong on the way and did not stop a green boot."""
    script_family: Family | None = None
    """Over which family iPXE took the script; None when it took none."""
    payload: PayloadReport | None = None
    """What the booted system itself reported."""
    machine_script_family: Family | None = None

    @property
    def green(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.causes

    @property
    def root(self) -> RootReport:
        """What a live system reported of its root.

        Raises:
            BootError: it was no live system.
        """
        if self.payload is None or self.payload.root is None:
            raise BootError("no live system has reported its root", causes=self.causes)
        return self.payload.root

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if self.green:
            path = f"green: {ARROW.join(self.seen)}"
            faults = "; ".join(self.recovered)
            return f"{path}; recovered from: {faults}" if faults else path
        more = f" (and {len(self.causes) - 1} more)" if len(self.causes) > 1 else ""
        return f"red: {self.causes[0].splitlines()[0]}{more}"

    def raise_if_red(self) -> None:
        """Turn a red verdict into a failed test.

        Raises:
            BootError: there is something against this boot.
        """
        if not self.green:
            raise BootError(
                "the witnesses do not agree that this boot is right", causes=self.causes
            )


def judge(
    path: BootPath,
    site: Site,
    entry: str | Choice,
    *,
    mac: str,
    token: str,
    wire: Wire,
    journal: Journal,
    payload: PayloadReport | None,
) -> Verdict:
    """Judge one boot of a payload by everything that was seen of it."""
    case = case_of(
        path, site, entry, mac=mac, token=token, wire=wire, journal=journal, payload=payload
    )
    return judge_case(case)


def judge_case(case: Case) -> Verdict:
    """Judge one boot, of a payload or of a live system."""
    script, machine_script = case.found(StepRole.SCRIPT), case.found(StepRole.MACHINE_SCRIPT)
    causes = tuple(dict.fromkeys((*case.faults, *_causes(case))))
    beside = tuple(silence_beside(case.path, case.site, case.wire, case.journal, mac=case.mac))
    return Verdict(
        causes=(*causes, *beside) if causes else (),
        recovered=() if causes else (*beside, *recoveries(case)),
        expected=tuple(_promises(case)),
        seen=(*map(str, case.all_seen), *root_steps(case), *_payload_text(case.payload)),
        payload=case.payload,
        script_family=None if script is None else script.what.family,
        machine_script_family=None if machine_script is None else machine_script.what.family,
    )


def _promises(case: Case) -> Iterator[str]:
    """Say each step that must be taken: a root comes before what boots from it."""
    for step in case.expected:
        if step.role is StepRole.PAYLOAD:
            yield from root_promise(case)
        yield str(step)


def _payload_text(payload: PayloadReport | None) -> Iterator[str]:
    """Say what the payload said, as the last step of a path."""
    if payload is not None:
        yield f"payload as {payload.entry}, {payload.firmware}, {payload.mac or NO_CARD}"


def _causes(case: Case) -> Iterator[str]:
    """Go through all that speaks against a boot, the most telling first."""
    wire, site, mac = case.wire, case.site, case.mac
    yield from strangers(wire, site, mac)
    yield from loader_faults(wire, case.path, mac)
    yield from foreign_nbp(case)
    yield from replaced_loader(case.path, site, case.seen)
    yield from program_faults(case.path, site, case.seen)
    yield from wrong_answers(wire, case.path, site, mac)
    yield from refusals(wire, case.journal, site, mac)
    yield from silence(case.path, site, wire, case.journal, mac=mac)
    yield from failed_fetches(case.seen, site, wire, case.journal, mac)
    yield from default_faults(site, case.seen)
    if "dnsmasq" in site.daemons:
        yield from unresolved(wire, mac)
    yield from _payload_faults(case)
    yield from root_faults(case)
    yield from wrong_path(case)
    yield from stray_files(case)
    if case.payload is None and case.needs_payload:
        yield from unresolved(wire, mac)
        yield from script_faults(site, case.seen, mac)
        yield from standstill(case.path, site, case.seen)
        yield f"no payload reported: nothing proves that {case.entry} was booted"
    yield from missing(case)
    yield from disorder(case)
    yield from contradictions(wire, case.journal, site, mac)


def _payload_faults(case: Case) -> Iterator[str]:
    """Say what the booted system itself reports wrong."""
    report = case.payload
    if report is None or not case.needs_payload:
        return
    if report.token != case.token:
        yield f"the payload reports the token {report.token} of another run, not {case.token}"
    if report.entry != case.entry:
        yield f"entry {report.entry} was booted instead of {case.entry}: its payload reports it"
    kind = "uefi" if case.path.is_uefi else "bios"
    if report.firmware != kind:
        yield f"the payload was booted by {report.firmware} firmware, not by {kind}"
    if report.mac.lower() != (mac := case.mac if case.path.payload_sees_nic else ""):
        got = report.mac or "none"
        yield f"the payload reports MAC address {got}, the guest has {mac or NO_CARD}"
    if report.source and not report.resolved and mac and "dnsmasq" in case.site.daemons:
        own = "" if report.ipv4 or report.ipv6 else ", nor one of its own"
        yield f"the booted system got no address for {report.source}, where its root is to be{own}"
    words = report.cmdline.split()
    item = entry_of(case.site, case.entry)
    missing = [word for word in item.expected_words(case.mac) if word not in words]
    if missing:
        yield f"the payload's command line lacks {' '.join(missing)}"
