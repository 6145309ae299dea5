"""The verdict: whether a machine booted the right entry, by the right path, as all witnesses say.

Green needs every step of the promised path on the wire and in a daemon's log,
nothing beside it, and the payload's own word. All else is red, with causes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from harness.errors import BootError
from harness.evidence.cause import failed_fetches, silence, standstill, unresolved
from harness.evidence.journal import Journal
from harness.evidence.loader_fault import loader_faults
from harness.evidence.path import (
    NO_CARD,
    Ask,
    Fetch,
    Role,
    Step,
    entry_of,
    expected_path,
    loader_arch,
    loader_file,
    served_families,
)
from harness.evidence.script_fault import default_faults, script_faults
from harness.evidence.seen import SeenStep, seen_path
from harness.evidence.servers import refusals, strangers, wrong_answers
from harness.evidence.visit import Choice, take_out
from harness.evidence.wire import Outcome, Wire
from harness.evidence.witness import contradictions
from harness.model import BootPath, Family, NetworkStack, PayloadReport
from harness.site import Site

_ARROW = " → "


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is held of one boot. No causes: green."""

    causes: tuple[str, ...]
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    script_family: Family | None = None
    """Over which family iPXE took the script; None when it took none."""
    machine_script_family: Family | None = None

    @property
    def green(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.causes

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if self.green:
            return f"green: {_ARROW.join(self.seen)}"
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


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One boot and all that is known of it."""

    path: BootPath
    site: Site
    entry: str
    mac: str
    token: str
    wire: Wire
    journal: Journal
    payload: PayloadReport | None
    expected: tuple[Step, ...]
    seen: tuple[SeenStep, ...]

    @property
    def needs_payload(self) -> bool:
        """Whether the entry boots a payload, which then must report."""
        return any(step.role is Role.PAYLOAD for step in self.expected)

    def found(self, role: Role) -> SeenStep | None:
        """Give the last step seen that fills a role; one that went well, if any did."""
        ways = [way for step in self.expected if step.role is role for way in step.ways]
        matching = [step for step in self.seen if step.what in ways]
        well = [step for step in matching if step.arrived]
        return next(iter(reversed(well or matching)), None)


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
    """Judge one boot by everything that was seen of it."""
    mac, choice = mac.lower(), Choice.of(entry)
    all_seen = seen_path(wire, site, mac)
    seen, faults = take_out(all_seen, choice.after, site)
    case = _Case(
        path=path,
        site=site,
        entry=choice.entry,
        mac=mac,
        token=token,
        wire=wire,
        journal=journal,
        payload=payload,
        expected=expected_path(path, site, choice.entry, mac),
        seen=seen,
    )
    script, machine_script = case.found(Role.SCRIPT), case.found(Role.MACHINE_SCRIPT)
    return Verdict(
        causes=tuple(dict.fromkeys((*faults, *_causes(case)))),
        expected=tuple(map(str, case.expected)),
        seen=(*map(str, all_seen), *_payload_text(payload)),
        script_family=None if script is None else script.what.family,
        machine_script_family=None if machine_script is None else machine_script.what.family,
    )


def _payload_text(payload: PayloadReport | None) -> Iterator[str]:
    """Say what the payload said, as the last step of a path."""
    if payload is not None:
        yield f"payload as {payload.entry}, {payload.firmware}, {payload.mac or NO_CARD}"


def _causes(case: _Case) -> Iterator[str]:
    """Go through all that speaks against a boot, the most telling first."""
    wire, site, mac = case.wire, case.site, case.mac
    yield from strangers(wire, site, mac)
    yield from loader_faults(wire, case.path, mac)
    yield from wrong_answers(wire, case.path, site, mac)
    yield from refusals(wire, site, mac)
    yield from silence(case.path, site, wire, case.journal, mac=mac)
    yield from failed_fetches(case.seen)
    yield from default_faults(site, case.seen)
    yield from _payload_faults(case)
    yield from _wrong_path(case)
    yield from _stray_files(case)
    if case.payload is None and case.needs_payload:
        yield from unresolved(wire, mac)
        yield from script_faults(site, case.seen, mac)
        yield from standstill(case.path, site, case.seen)
        yield f"no payload reported: nothing proves that {case.entry} was booted"
    yield from _missing(case)
    yield from _disorder(case)
    yield from contradictions(wire, case.journal, site, mac)


def _payload_faults(case: _Case) -> Iterator[str]:
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
    words = report.cmdline.split()
    item = entry_of(case.site, case.entry)
    missing = [word for word in item.expected_words(case.mac) if word not in words]
    if missing:
        yield f"the payload's command line lacks {' '.join(missing)}"


def _wrong_path(case: _Case) -> Iterator[str]:
    """Say that firmware tried another way, before the right one or instead of it."""
    ways = {way for step in case.expected for way in step.ways}
    strays = [
        step
        for step in case.seen
        if isinstance(step.what, Ask) and step.what not in ways and not _is_normal(step, case)
    ]
    nbp = next((way for step in case.expected if step.role is Role.NBP for way in step.ways), None)
    if isinstance(nbp, Fetch):
        strays += [
            step
            for step in case.seen
            if isinstance(step.what, Fetch) and step.what.file == nbp.file and step.what != nbp
        ]
    if strays:
        first = min(strays, key=lambda step: step.first.frame)
        expected, seen = _ARROW.join(map(str, case.expected)), _ARROW.join(map(str, case.seen))
        yield (
            f"wrong path: {first.what} (frame {first.first.frame})"
            f"\n    expected: {expected}\n    seen: {seen}"
        )


def _is_normal(step: SeenStep, case: _Case) -> bool:
    """Whether a question to DHCP beside the path is one that every such boot asks."""
    return _is_stand_in(step, case) or _is_vain(step, case)


def _is_vain(step: SeenStep, case: _Case) -> bool:
    """Whether iPXE asked in a family that this site does not serve, and nobody answered."""
    ask = step.what
    return (
        isinstance(ask, Ask)
        and ask.ipxe
        and ask.client_arch == loader_arch(case.path)
        and ask.family not in served_families(case.site)
        and step.outcome is Outcome.UNANSWERED
    )


def _is_stand_in(step: SeenStep, case: _Case) -> bool:
    """Whether this is how iPXE plays a vendor's ROM: its `dhcp` asks in both families.

    A vendor's ROM would ask DHCPv4 only; what counts is that nothing is fetched so.
    """
    ask = step.what
    return (
        case.path.stack is NetworkStack.VENDOR_ROM
        and isinstance(ask, Ask)
        and ask.family is Family.IPV6
        and not ask.ipxe
        and ask.client_arch == case.path.client_arch
    )


def _stray_files(case: _Case) -> Iterator[str]:
    """Say what was fetched that belongs to no step."""
    ways = {way for step in case.expected for way in step.ways}
    names = {way.file for way in ways if isinstance(way, Fetch)}
    owners = {
        file.lstrip("/"): item.id for item in case.site.menu.entries.values() for file in item.files
    }
    for step in case.seen:
        if not isinstance(step.what, Fetch) or step.what in ways:
            continue
        if step.what.file == loader_file(case.path, case.site):
            continue  # a wrong path, which says it already
        file, frame = step.what.file, step.first.frame
        if file in names:
            yield f"{step.what} was asked for (frame {frame}): not the way that the site promises"
        elif file in owners:
            yield f"{file} of entry {owners[file]} was fetched (frame {frame}), not of {case.entry}"
        else:
            yield f"{step.what} was asked for (frame {frame}), which is no step of this boot"


def _missing(case: _Case) -> Iterator[str]:
    """Say which steps nobody saw, or saw fail."""
    for step in case.expected:
        if step.role is Role.PAYLOAD:
            continue
        seen = case.found(step.role)
        if seen is None:
            yield f"not on the wire: {step}"
        elif not seen.arrived:
            yield f"not completed: {seen} (frame {seen.last.frame})"
    script = case.found(Role.SCRIPT)
    loader_families = {
        step.what.family
        for step in case.seen
        if isinstance(step.what, Ask) and step.what.ipxe and step.arrived
    }
    if script is not None and script.what.family not in loader_families:
        yield f"{script.what} was fetched without a lease to iPXE in that family"


def _disorder(case: _Case) -> Iterator[str]:
    """Say which step began before the one that must come before it."""
    found = [case.found(step.role) for step in case.expected if step.ways]
    steps = [step for step in found if step is not None]
    for before, after in pairwise(steps):
        if after.first.frame < before.first.frame:
            yield (
                f"{after.what} (frame {after.first.frame}) came before {before.what} "
                f"(frame {before.first.frame})"
            )
    nbp = case.found(Role.NBP)
    for step in case.seen:
        ipxe = isinstance(step.what, Ask) and step.what.ipxe
        if nbp is not None and ipxe and step.first.frame < nbp.last.frame:
            yield (
                f"iPXE asked DHCP (frame {step.first.frame}) before the NBP was fetched: it is "
                "in the NIC's ROM, and not the loader"
            )
