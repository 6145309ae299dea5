"""Why a boot did not come as far as it should: sentences that name who, what and where."""

from collections.abc import Iterator, Sequence

from harness.evidence.journal import DhcpLogged, Journal
from harness.evidence.loader_fault import loader_faults
from harness.evidence.path import DHCP_NAME, IP_NAME, Ask, Fetch, loader_file, served_families
from harness.evidence.script_fault import script_faults
from harness.evidence.seen import SeenStep, seen_path
from harness.evidence.servers import refusals, strangers, wrong_answers
from harness.evidence.visit import Visit, take_out
from harness.evidence.wire import (
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    Outcome,
    RouterAdvertisement,
    TftpTransfer,
    Wire,
    WireEvent,
)
from harness.model import BootPath, Family
from harness.site import Site


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
    steps, faults = take_out(seen_path(wire, site, mac), visits, site)
    found = (
        *faults,
        *strangers(wire, site, mac),
        *loader_faults(wire, path, mac),
        *wrong_answers(wire, path, site, mac),
        *refusals(wire, site, mac),
        *silence(path, site, wire, journal, mac=mac),
        *failed_fetches(steps),
        *unresolved(wire, mac),
        *script_faults(site, steps, mac),
        *standstill(path, site, steps),
    )
    return tuple(dict.fromkeys(found))


def failed_fetches(steps: tuple[SeenStep, ...]) -> Iterator[str]:
    """Say which fetches the server refused, or that broke off."""
    for step in steps:
        event = step.last
        if step.arrived or not isinstance(step.what, Fetch):
            continue
        if isinstance(event, HttpExchange):
            yield _http_failure(event)
        elif isinstance(event, TftpTransfer):
            yield _tftp_failure(event)


def _http_failure(event: HttpExchange) -> str:
    """Say what became of an HTTP request."""
    request = f"{event.method} {event.path} over {IP_NAME[event.family]} (frame {event.frame})"
    if event.outcome is Outcome.REFUSED:
        return f"nginx answered {event.status} to {request}"
    if event.outcome is Outcome.UNANSWERED:
        return f"nothing answered {request}"
    if event.method == "HEAD":
        return f"after {request} the file itself was not asked for"
    length = "?" if event.content_length is None else event.content_length
    return f"{request} is {event.outcome.value}: {event.bytes} of {length} bytes arrived"


def _tftp_failure(event: TftpTransfer) -> str:
    """Say what became of a TFTP read."""
    place = f"over {IP_NAME[event.family]} (frame {event.frame})"
    if event.outcome is Outcome.REFUSED:
        error = event.error[:1].lower() + event.error[1:]
        return f"tftpd: {error}: {event.file}, asked for {place}"
    if event.outcome is Outcome.UNANSWERED:
        return f"nothing answered the TFTP request for {event.file} {place}"
    who = f" by the client ({event.error})" if event.outcome is Outcome.ABORTED else ""
    return f"TFTP of {event.file} {place} is {event.outcome.value}{who} after {event.bytes} bytes"


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


def silence(path: BootPath, site: Site, wire: Wire, journal: Journal, *, mac: str) -> Iterator[str]:
    """Say who asked and got no answer, who never asked, and which router is silent."""
    if not any(True for _ in wire.of(WireEvent, mac=mac)):
        yield (
            f"nothing from {mac} was on the wire: the machine never came to its network boot, "
            "or its NIC has no link"
        )
        return
    families = set(served_families(site))
    if path.loader is not None:
        families.add(path.family)
    for family in sorted(families, key=lambda each: each.value):
        yield from _unanswered(wire, journal, family, mac)
    asked = {event.family for event in wire.of(DhcpMessage, mac=mac) if event.is_boot_request}
    if path.loader is not None and path.family not in asked:
        yield f"the machine never asked {DHCP_NAME[path.family]} for what to boot"
    if "radvd" in site.daemons:
        yield from _routers(wire, managed=Family.IPV6 in families)


def _routers(wire: Wire, *, managed: bool) -> Iterator[str]:
    """Say whether the site's router is silent, or does not send its clients to DHCPv6."""
    advertisements = tuple(wire.of(RouterAdvertisement))
    if not advertisements:
        yield "no router advertisement was on the wire: radvd is silent"
    elif managed and not any(each.managed for each in advertisements):
        first = advertisements[0]
        yield (
            f"the router advertisement of {first.server} (frame {first.frame}) lacks the managed "
            "flag: nobody is sent to DHCPv6 for an address"
        )


def _unanswered(wire: Wire, journal: Journal, family: Family, mac: str) -> Iterator[str]:
    """Say that nobody offered a lease, and what the daemon's log says to that."""
    messages = [event for event in wire.of(DhcpMessage, mac=mac) if event.family is family]
    seeking = [event for event in messages if event.kind.seeks and event.is_boot_request]
    if not seeking or any(event.kind.proposes for event in messages):
        return
    word = seeking[0].kind.value
    offer = "offer" if family is Family.IPV4 else "advertisement"
    name = word.upper() if family is Family.IPV4 else word.capitalize()
    yield (
        f"no {DHCP_NAME[family]} {offer}: {len(seeking)} {name}s unanswered "
        f"(from frame {seeking[0].frame}){_remark(journal, family, mac)}"
    )


def _remark(journal: Journal, family: Family, mac: str) -> str:
    """Say what the DHCP server's log has about a machine that it does not answer."""
    lines = [
        event
        for event in journal.of(DhcpLogged)
        if event.family is family and event.mac == mac and event.kind.seeks
    ]
    remarks = [event.remark for event in lines if event.remark]
    if remarks:
        return f"; dhcpd says: {remarks[-1]}"
    return "; dhcpd logged them" if lines else "; dhcpd's log has none of them"


def standstill(path: BootPath, site: Site, steps: tuple[SeenStep, ...]) -> Iterator[str]:
    """Say after which step nothing more came."""
    taken = [step for step in steps if step.arrived]
    if not taken:
        return
    loader = loader_file(path, site)
    nbp = [step for step in taken if isinstance(step.what, Fetch) and step.what.file == loader]
    if nbp and not any(isinstance(step.what, Ask) and step.what.ipxe for step in steps):
        yield (
            f"the NBP {loader} arrived (frame {nbp[-1].last.frame}), but nothing asked DHCP as "
            "iPXE: the firmware did not start it, or it is no iPXE"
        )
    else:
        yield f"the last that went well was {taken[-1]} (frame {taken[-1].last.frame})"
