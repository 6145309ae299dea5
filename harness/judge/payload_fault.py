"""What the booted system itself reports wrong, and that it reports nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from harness.judge.boot import Boot
from harness.judge.commands import whose
from harness.judge.where import bracketed, line_done, lines_done
from harness.model import PayloadReport, Role
from harness.plan.expected_path import NO_CARD, entry_of
from harness.secret import MASK
from harness.site.places import has_value, joined

_SECURED = "on"


def payload_faults(boot: Boot) -> Iterator[str]:
    """Say what the booted system itself reports wrong."""
    report = boot.payload
    if report is None or (boot.is_planned and not boot.needs_payload):
        return
    if report.token != boot.token:
        yield f"the payload reports the token {report.token} of another run, not {boot.token}"
    if boot.is_planned and report.entry != boot.entry:
        said = f"entry {report.entry} was booted instead of {boot.entry}: its payload reports it"
        yield f"{said}{bracketed(_where_chosen(boot, report))}"
    kind = "uefi" if boot.path.is_uefi else "bios"
    if report.firmware != kind:
        yield f"the payload was booted by {report.firmware} firmware, not by {kind}"
    # Linux's payload says nothing of it.
    if boot.is_secured and report.secure_boot not in (_SECURED, ""):
        found = f"Secure Boot was to be on, and the payload found it {report.secure_boot}"
        yield f"{found}: this firmware starts what nobody has signed"
    # What a person has approved may be meant: wimboot takes its files otherwise than Linux.
    if report.error and not boot.is_as_approved:
        why = next(_no_initrd(boot), "") if "initrd" in report.error else ""
        where = f": {why}" if why else bracketed(_where_started(boot))
        yield f"the payload was not handed what Linux needs: {report.error}{where}"
    yield from _foreign_machine(boot, report)
    mac = _mac(boot, report)
    if report.source and not report.resolved and mac and boot.daemons.by_role(Role.DNS):
        own = "" if report.ipv4 or report.ipv6 else ", nor one of its own"
        yield f"the booted system got no address for {report.source}, where its root is to be{own}"
    if boot.is_planned:
        yield from _lacking_words(boot, report)


def _no_initrd(boot: Boot) -> Iterator[str]:
    """Say by which line of a script a file that was fetched is not an initrd."""
    files = {PurePosixPath(step.file).name for step in boot.taken if step.file}
    for path in dict.fromkeys(boot.scripts.values()):
        for fault in whose(boot, path).initrd_faults(boot.site, path):
            if any(has_value(fault, name) for name in files):
                yield fault


def _where_chosen(boot: Boot, report: PayloadReport) -> str:
    """Give the lines that make another entry the default; else those that start one kernel."""
    return lines_done(boot, "default", (report.entry,)) or _where_shared(boot)


def _where_shared(boot: Boot) -> str:
    """Give the lines of several entries that start the kernel which was fetched; "" of one."""
    files = [step.file for step in reversed(boot.taken) if step.file]
    names = [name for file in files for name in (file, PurePosixPath(file).name)]
    lines = lines_done(boot, "kernel", names)
    return lines if " and " in lines else ""


def _where_started(boot: Boot) -> str:
    """Give the lines by which a script starts the kernel that was fetched last; "" without."""
    for step in reversed(boot.taken):
        file = step.file or ""
        line = line_done(boot, "kernel", (file, PurePosixPath(file).name)) if file else None
        if line is not None and has_value(line.text, PurePosixPath(file).name):
            return str(replace(line, last=max(each.line for each in joined(boot.site, line))))
    return _where_shared(boot)


def _lacking_words(boot: Boot, report: PayloadReport) -> Iterator[str]:
    words = report.cmdline.split()
    wanted = entry_of(boot.site, boot.entry).expected_words(boot.mac)
    if lacking := [word for word in wanted if not _is_among(word, words)]:
        yield f"the payload's command line lacks {' '.join(lacking)}"


def _foreign_machine(boot: Boot, report: PayloadReport) -> Iterator[str]:
    """Say what the payload found that the guest does not have."""
    # Where other words were handed over, its address may have been among them (BOOTIF).
    has_other_words = any(each.subject == "words" for each in boot.changes)
    if report.mac.lower() != (mac := _mac(boot, report)) and (report.mac or not has_other_words):
        got = report.mac or "none"
        yield f"the payload reports MAC address {got}, the guest has {mac or NO_CARD}"
    if report.uuid and report.uuid != (uuid := str(boot.site.machine_of(boot.mac).uuid)):
        yield f"the payload reports the UUID {report.uuid}, the guest has {uuid}"
    # Firmware keeps some of it to itself.
    found_mib, has_mib = report.memory_mib, boot.memory_mib
    if found_mib and has_mib and not 0.8 * has_mib <= found_mib <= has_mib:
        yield f"the payload found {found_mib} MiB, the guest has {has_mib}"


def _mac(boot: Boot, report: PayloadReport) -> str:
    if boot.is_from_disk and not boot.path.is_uefi:
        return ""  # a boot sector knows nothing of cards
    # The stub asks the card itself; Linux needs a driver for it.
    return boot.mac if boot.path.payload_sees_nic or report.payload == "stub" else ""


def _is_among(word: str, words: Sequence[str]) -> bool:
    """Whether a word is there; of one whose secret the bundle does not tell, all but that."""
    if MASK not in word:
        return word in words
    pattern = re.compile(re.escape(word).replace(re.escape(MASK), ".+"))
    return any(pattern.fullmatch(each) for each in words)


def no_payload(boot: Boot) -> Iterator[str]:
    """Say that nothing has reported, of an entry whose payload must."""
    if boot.payload is None and boot.needs_payload:
        what = boot.entry if boot.is_planned else "what the text says"
        yield f"no payload reported: nothing proves that {what} was booted"
