"""Where a boot left the path that the site promises: other steps, missing ones, another order."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from harness.judge.boot import ARROW, Boot
from harness.judge.where import bracketed, line_done
from harness.machines import NetworkStack
from harness.model import Family
from harness.plan.expected_path import loader_file, served_families
from harness.step import Ask, Fetch, StepRole
from harness.witness.taken_path import TakenStep
from harness.witness.wire import Outcome


def wrong_path(boot: Boot) -> Iterator[str]:
    """Say that firmware tried another way, before the right one or instead of it."""
    ways = boot.ways()
    strays = [
        step
        for step in boot.taken
        if isinstance(step.what, Ask)
        and step.what not in ways
        and not (_is_stand_in(step, boot) or _is_vain(step, boot))
    ]
    nbp = next(iter(boot.ways(StepRole.NBP)), None)
    if isinstance(nbp, Fetch):
        strays += [step for step in boot.taken if step.file == nbp.file and step.what != nbp]
    if strays:
        first = min(strays, key=lambda step: step.first.frame)
        expected, seen = ARROW.join(map(str, boot.expected)), ARROW.join(map(str, boot.taken))
        yield (
            f"wrong path: {first.what} (frame {first.first.frame})"
            f"\n    expected: {expected}\n    seen: {seen}"
        )


def _is_vain(step: TakenStep, boot: Boot) -> bool:
    """Whether this is a question beside the path that every such boot asks."""
    unserved = set(Family).difference(served_families(boot.site))
    asks = boot.loader.asks(boot.path, unserved)
    return step.what in asks and step.outcome is Outcome.UNANSWERED


def _is_stand_in(step: TakenStep, boot: Boot) -> bool:
    """Whether this is how iPXE plays a vendor's ROM: its `dhcp` asks in both families.

    A vendor's ROM would ask DHCPv4 only; what counts is that nothing is fetched so.
    """
    ask = step.what
    return (
        boot.path.stack is NetworkStack.VENDOR_ROM
        and isinstance(ask, Ask)
        and ask.family is Family.IPV6
        and not ask.ipxe
        and ask.client_arch == boot.path.client_arch
    )


def stray_files(boot: Boot) -> Iterator[str]:
    """Say what was fetched that belongs to no step."""
    ways = boot.ways()
    names = {way.file for way in ways if isinstance(way, Fetch)}
    owners = {
        file.lstrip("/"): item.id for item in boot.site.menu.entries.values() for file in item.files
    }
    for step in boot.taken:
        file, frame = step.file, step.first.frame
        if file is None or step.what in ways:
            continue
        if file == loader_file(boot.path, boot.site):
            continue  # a wrong path, which says it already
        if file in names:
            where = line_done(boot, "file", (file, PurePosixPath(file).name))
            said = f"{step.what} was asked for (frame {frame}): not the way that the site promises"
            yield f"{said}{bracketed(str(where or ''))}"
        elif file in owners:
            yield f"{file} of entry {owners[file]} was fetched (frame {frame}), not of {boot.entry}"
        else:
            yield f"{step.what} was asked for (frame {frame}), which is not a step of this boot"


def missing(boot: Boot) -> Iterator[str]:
    """Say which steps nobody saw, or saw fail."""
    for step in boot.expected:
        if step.role is StepRole.PAYLOAD:
            continue
        seen = boot.found(step.role)
        if seen is None:
            yield f"not on the wire: {step}"
        elif not seen.arrived:
            yield f"not completed: {seen} (frame {seen.last.frame})"
    script = boot.found(StepRole.SCRIPT)
    loader_families = {
        step.what.family
        for step in boot.taken
        if isinstance(step.what, Ask) and step.what.ipxe and step.arrived
    }
    if script is not None and script.what.family not in loader_families:
        yield f"{script.what} was fetched without a lease to iPXE in that family"


def disorder(boot: Boot) -> Iterator[str]:
    """Say which step began before the one that must come before it."""
    found = [boot.found(step.role) for step in boot.expected if step.ways]
    steps = [step for step in found if step is not None]
    for before, after in pairwise(steps):
        if after.first.frame < before.first.frame:
            yield (
                f"{after.what} (frame {after.first.frame}) came before {before.what} "
                f"(frame {before.first.frame})"
            )
    nbp = boot.found(StepRole.NBP)
    for step in boot.taken:
        ipxe = isinstance(step.what, Ask) and step.what.ipxe
        if nbp is not None and ipxe and step.first.frame < nbp.last.frame:
            yield (
                f"iPXE asked DHCP (frame {step.first.frame}) before the NBP was fetched: it is "
                "in the NIC's ROM, and not the loader"
            )
