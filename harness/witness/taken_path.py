"""The path that a machine took, as the wire saw it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from harness.loaders.registry import LOADERS, used_by
from harness.model import Family, Protocol, Role
from harness.site import Site
from harness.step import Ask, Fetch
from harness.witness.wire import (
    DhcpMessage,
    HttpExchange,
    Outcome,
    TftpTransfer,
    Transfer,
    Wire,
    WireEvent,
)

_OFTEN = 3
"""So often in a row no machine fetches the same file in one boot."""
UEFI_HTTP_AGENT = "UefiHttpBoot/"
BOOT_AGENTS = (UEFI_HTTP_AGENT, *(name for each in LOADERS for name in each.user_agents))
"""How EDK II and the loaders name themselves to a web server."""


@dataclass(frozen=True, kw_only=True)
class TakenStep:
    """One step that was taken, and the events on the wire that it consists of."""

    what: Ask | Fetch
    events: tuple[WireEvent, ...]
    outcome: Outcome
    """Of a fetch; of a question to DHCP: complete when a lease was acknowledged."""
    server: str = ""
    error: str = ""

    @property
    def first(self) -> WireEvent:
        """The event with which it began."""
        return self.events[0]

    @property
    def last(self) -> WireEvent:
        """The event with which it ended."""
        return self.events[-1]

    @property
    def file(self) -> str | None:
        """What was fetched; None of a question to DHCP."""
        return self.what.file if isinstance(self.what, Fetch) else None

    @property
    def head(self) -> bytes:
        """How what came begins, as the wire has it."""
        return self.last.head if isinstance(self.last, Transfer) else b""

    @property
    def transactions(self) -> frozenset[tuple[Family, int]]:
        """Those of DHCP that it is of."""
        messages = (event for event in self.events if isinstance(event, DhcpMessage))
        return frozenset(message.transaction for message in messages)

    @property
    def arrived(self) -> bool:
        """Whether the client got what it wanted."""
        return self.outcome.arrived

    @property
    def goes_round(self) -> bool:
        """Whether it is a fetch that has gone well again and again: who asks is in a loop."""
        # GRUB has firmware ask for a file's size before each of its two fetches of it.
        whole = (e for e in self.events if isinstance(e, Transfer) and not _is_head(e))
        return sum(each.outcome.arrived for each in whole) >= _OFTEN

    def __str__(self) -> str:
        """Say it as in a path, with how it ended unless well."""
        ending = "" if self.arrived else f" ({self.error or self.outcome.value})"
        return f"{self.what}{ending}"


def _is_head(event: Transfer) -> bool:
    return isinstance(event, HttpExchange) and event.method == "HEAD"


def taken_path(wire: Wire, site: Site, mac: str) -> tuple[TakenStep, ...]:
    """Give the steps that this machine took, up to the system that it booted.

    Left out is what loaders ask for in every such boot, and do not need.
    """
    loaders = used_by(site)

    def is_aside(step: TakenStep) -> bool:
        file, refused = step.file, step.outcome is Outcome.REFUSED
        return file is not None and any(
            each.is_aside(file, site, mac, refused=refused) for each in loaders
        )

    joined: list[TakenStep] = []
    for step in _single_steps(wire, mac):
        _join(joined, step)
    return tuple(step for step in joined if not is_aside(step))


def file_of(event: Transfer) -> str:
    """Give the file that was asked for, as a path below the data root."""
    name = event.file if isinstance(event, TftpTransfer) else unquote(event.path.partition("?")[0])
    return name.lstrip("/")


def place_of(site: Site, transfer: Transfer) -> str:
    """Give where the file that was asked for lies in the site, or would."""
    if isinstance(transfer, TftpTransfer):
        return site.place_of(Role.TFTP, file_of(transfer), server=transfer.server)
    server, host = transfer.server, transfer.host_name or transfer.server
    return site.place_of(Role.HTTP, file_of(transfer), host=host, server=server, port=transfer.port)


def boot_fetches(wire: Wire, mac: str) -> Iterator[Transfer]:
    """Go through what firmware and iPXE fetched, leaving out the booted system.

    Firmware may give a web server any name, so before iPXE asks DHCP every
    request is the firmware's.
    """
    loader_runs = False
    for event in wire.of(WireEvent, mac=mac):
        if isinstance(event, DhcpMessage):
            loader_runs = loader_runs or event.is_ipxe
        elif isinstance(event, TftpTransfer) or (
            isinstance(event, HttpExchange)
            and (not loader_runs or event.user_agent.startswith(BOOT_AGENTS))
        ):
            yield event


def _single_steps(wire: Wire, mac: str) -> list[TakenStep]:
    messages = tuple(wire.of(DhcpMessage, mac=mac))
    answers: dict[tuple[Family, int], Outcome] = {}
    for message in messages:
        if message.kind.proposes:
            answers.setdefault(message.transaction, Outcome.UNFINISHED)
        elif message.kind.grants:
            answers[message.transaction] = Outcome.COMPLETE
    asks = [
        _ask(message, answers.get(message.transaction, Outcome.UNANSWERED))
        for message in messages
        if message.is_boot_request
    ]
    fetches = [_fetch(event) for event in boot_fetches(wire, mac)]
    return sorted([*asks, *fetches], key=lambda step: step.first.frame)


def _ask(message: DhcpMessage, outcome: Outcome) -> TakenStep:
    error = "an offer, but no lease" if outcome is Outcome.UNFINISHED else ""
    return TakenStep(what=message.ask, events=(message,), outcome=outcome, error=error)


def _fetch(event: Transfer) -> TakenStep:
    """Make a step of one transfer. HEAD fetches nothing, however well it ends."""
    outcome, error = event.outcome, ""
    protocol = Protocol.HTTP
    if isinstance(event, TftpTransfer):
        protocol, error = Protocol.TFTP, event.error
    elif outcome in (Outcome.REFUSED, Outcome.REDIRECTED):
        error = f"HTTP {event.status}"
    elif event.method == "HEAD":
        outcome, error = Outcome.UNFINISHED, "asked for its size only"
    return TakenStep(
        what=Fetch(protocol=protocol, family=event.family, file=file_of(event)),
        events=(event,),
        outcome=outcome,
        server=event.server,
        error=error,
    )


def _join(steps: list[TakenStep], step: TakenStep) -> None:
    """Add a step, or let it continue one that is the same.

    Questions to DHCP come again, and in both families at once: one is the same as
    any since the last fetch, and as any of its own transaction, which a network that
    doubles or delays frames may show late. Firmware asks for a file's size and then
    for the file, and iPXE asks again when the connection that it kept is gone: a
    fetch is the same only as the step just before, and ends as the last of them does;
    of one that goes round, the last is under way whenever one looks.
    """
    asks = isinstance(step.what, Ask)
    since_fetch = True
    for number in reversed(range(len(steps))):
        before = steps[number]
        since_fetch = since_fetch and not isinstance(before.what, Fetch)
        same = before.server == step.server
        if asks:
            same = since_fetch or not before.transactions.isdisjoint(step.transactions)
        if before.what == step.what and same:
            kept = before if (asks and before.arrived) or before.goes_round else step
            steps[number] = replace(kept, events=(*before.events, *step.events))
            return
        if not asks:
            break
    steps.append(step)
