"""Events of the wire in words, one line each, for people who read a timeline."""

from harness.step import DHCP_NAME, IP_NAME
from harness.witness.wire import (
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    NfsMount,
    NfsUse,
    Outcome,
    Refusal,
    Repeat,
    RouterAdvertisement,
    TftpTransfer,
    WireEvent,
)


def describe(event: WireEvent) -> str:
    """Say in one line what an event was."""
    if isinstance(event, DhcpMessage):
        return _dhcp(event)
    if isinstance(event, TftpTransfer):
        return f"TFTP {event.file} from {event.server} to {event.client}: {_tftp_end(event)}"
    if isinstance(event, HttpExchange):
        return f"HTTP {event.method} {event.path} of {event.client}: {_http_end(event)}"
    if isinstance(event, DnsLookup):
        answer = ", ".join(event.answers) or (
            "no answer" if event.rcode is None else f"no address (rcode {event.rcode})"
        )
        return f"DNS {event.type} {event.name} asked by {event.client}: {answer}"
    if isinstance(event, RouterAdvertisement):
        return _advertisement(event)
    if isinstance(event, Refusal):
        return f"{event.server} {event.transport} port {event.port} to {event.client}: {event.why}"
    if isinstance(event, NfsMount | NfsUse):
        return _nfs(event)
    if isinstance(event, Repeat):
        who = event.client if event.by_client else event.server
        return f"TCP of {event.client} and {event.server}: {who} sent {event.times} segments again"
    return f"{IP_NAME[event.family]} event"


def _nfs(event: NfsMount | NfsUse) -> str:
    who = f"{event.client} of {event.server}"
    if isinstance(event, NfsMount):
        answer = {None: "no answer", 0: "granted"}.get(event.status, f"refused ({event.status})")
        return f"NFS mount of {event.path} by {who}: {answer}"
    errors = f", errors: {', '.join(event.errors)}" if event.errors else ""
    return f"NFSv{event.version} by {who}: {event.calls} calls, {event.reads} reads{errors}"


def _dhcp(event: DhcpMessage) -> str:
    head = f"{DHCP_NAME[event.family]} {event.kind.value}"
    if event.kind.from_server:
        parts = [f"from {event.server} to {event.client_mac}"]
    else:
        parts = [f"from {event.client_mac}"]
        if event.client_arch is not None:
            parts.append(f"client arch 0x{event.client_arch:04x}")
    named = {
        "vendor class": event.vendor_class,
        "user class": event.user_class,
        "address": event.address,
        "next-server": event.next_server,
        "bootfile": event.bootfile,
    }
    parts += [f"{name} {value}" for name, value in named.items() if value]
    return f"{head} {', '.join(parts)}"


def _tftp_end(event: TftpTransfer) -> str:
    took_s = event.end_time_s - event.time_s
    if event.outcome is Outcome.COMPLETE:
        return f"{event.bytes} bytes in {took_s:.2f} s"
    return f"{event.outcome.value} {event.error}".strip()


def _http_end(event: HttpExchange) -> str:
    took_s = event.end_time_s - event.time_s
    status = "no answer" if event.status is None else str(event.status)
    ending = "" if event.outcome is Outcome.COMPLETE else f", {event.outcome.value}"
    return f"{status}, {event.bytes} bytes in {took_s:.2f} s{ending}"


def _advertisement(event: RouterAdvertisement) -> str:
    flags = [name for name, on in (("managed", event.managed), ("other", event.other)) if on]
    prefixes = [
        f"{each.prefix}{' autonomous' if each.autonomous else ''}" for each in event.prefixes
    ]
    return f"router advertisement of {event.server}: {', '.join([*flags, *prefixes])}"
