"""Why a boot did not come as far as it should: sentences that name who, what and where."""

from collections.abc import Iterator, Sequence

from harness.judge.earlier_entries import Visit, take_out
from harness.judge.failed_fetch import failed_fetches
from harness.judge.loader_fault import loader_faults, program_faults, replaced_loader
from harness.judge.script_fault import script_faults
from harness.judge.servers import refusals, strangers, wrong_answers
from harness.judge.unanswered import silence, silence_beside
from harness.machines import BootPath
from harness.model import LoaderKind
from harness.plan.expected_path import loader_file
from harness.site import Site
from harness.step import Ask, Fetch
from harness.witness.journal import Journal
from harness.witness.taken_path import SeenStep, seen_path
from harness.witness.wire import DnsLookup, Wire


def diagnose(
    path: BootPath,
    site: Site,
    wire: Wire,
    journal: Journal,
    *,
    mac: str,
    visits: Sequence[Visit] = (),
) -> tuple[str, ...]:
    """Give the causes why this machine's boot never came up, the most telling first."""
    mac = mac.lower()
    steps, faults = take_out(seen_path(wire, site, mac), visits, path, site)
    found = (
        *faults,
        *strangers(wire, site, mac),
        *loader_faults(wire, path, mac),
        *replaced_loader(path, site, steps),
        *program_faults(path, site, steps),
        *wrong_answers(wire, path, site, mac),
        *refusals(wire, journal, site, mac),
        *silence(path, site, wire, journal, mac=mac),
        *failed_fetches(steps, site, wire, journal, mac),
        *unresolved(wire, mac),
        *script_faults(site, steps, mac),
        *standstill(path, site, steps),
        *silence_beside(path, site, wire, journal, mac=mac),
    )
    return tuple(dict.fromkeys(found))


def unresolved(wire: Wire, mac: str) -> Iterator[str]:
    """Say which names got no address from the DNS server."""
    lookups = [each for each in wire.of(DnsLookup, mac=mac) if each.type in ("A", "AAAA")]
    for name in dict.fromkeys(lookup.name for lookup in lookups):
        same = [lookup for lookup in lookups if lookup.name == name]
        if any(lookup.answers for lookup in same):
            continue
        codes = {lookup.rcode for lookup in same} - {None}
        why = f"the DNS server said {_rcode(codes)}" if codes else "nobody answered"
        yield f"{name} did not resolve: {why} (frame {same[0].frame})"


def _rcode(codes: set[int | None]) -> str:
    """Name the answers of a DNS server (RFC 1035 4.1.1)."""
    names = {0: "no such address", 2: "server failure", 3: "no such name", 5: "refused"}
    return ", ".join(names.get(code or 0, f"error {code}") for code in sorted(codes, key=str))


def standstill(path: BootPath, site: Site, steps: tuple[SeenStep, ...]) -> Iterator[str]:
    """Say after which step nothing more came."""
    taken = [step for step in steps if step.arrived]
    if not taken:
        return
    loader = loader_file(path, site)
    nbp = [step for step in taken if isinstance(step.what, Fetch) and step.what.file == loader]
    is_ipxe = site.loader_kind(path.loader) is LoaderKind.IPXE
    if is_ipxe and nbp and not any(isinstance(step.what, Ask) and step.what.ipxe for step in steps):
        yield (
            f"the NBP {loader} arrived (frame {nbp[-1].last.frame}), but nothing asked DHCP as "
            "iPXE: the firmware did not start it, or it is no iPXE"
        )
    else:
        yield f"the last that went well was {taken[-1]} (frame {taken[-1].last.frame})"
