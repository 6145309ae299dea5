"""What is said of a machine in a capture: who it is, each thing it asked and was given, the end."""

from collections.abc import Iterator

from harness.explain.captured import Captured
from harness.judge.boot import Boot
from harness.judge.verdict import Verdict
from harness.machines import machine_of_client
from harness.model import Family
from harness.step import DHCP_NAME, Ask
from harness.witness.taken_path import TakenStep
from harness.witness.wire import DhcpMessage, Outcome, Transfer, WireEvent
from harness.witness.wire.link_layer import link_name

_FEW = 5
_OPEN = frozenset({Outcome.UNFINISHED, Outcome.UNANSWERED})


def heading(captured: Captured) -> Iterator[str]:
    """Say what was read, and what is wrong with the capture itself."""
    file, machines = captured.file, len(captured.machines)
    boot = "1 machine boots" if machines == 1 else f"{machines} machines boot"
    others = f"; {captured.others} more ask DHCP, and not for a boot" if captured.others else ""
    yield f"{file.path}: {file.frames} frames, {boot}{others}"
    if file.cut:
        yield f"  this capture is not whole: {file.cut}; what comes behind is not known"
    if file.shortened:
        yield (
            f"  {file.shortened} frames are held in part only: capture with -s 0, or what is in "
            "them may not be seen"
        )
    if file.disordered:
        yield (
            f"  {file.disordered} frames are not in the order of their time, and what comes before "
            "what is taken as they lie: reordercap (Wireshark) puts them in order"
        )
    if captured.doubles:
        yield (
            f"  {captured.doubles} frames are there a second time, as a mirror of several ports, "
            "or several interfaces, have them: each counts once"
        )
    if len(file.links) > 1:
        yield f"  of several links: {', '.join(map(link_name, file.links))}"


def paragraph(boot: Boot, verdict: Verdict, captured: Captured) -> Iterator[str]:
    """Give the lines on one machine."""
    events = list(boot.of(WireEvent))
    yield f"{boot.mac}: {_who(boot, captured)}{_when(events)}"
    for step in boot.taken:
        yield f"  {_step(boot, step)}"
    yield from (f"  {each}" for each in _several(boot))
    yield from (f"  {each}" for each in _gone_on(boot))
    if verdict.recovered:
        yield f"  it got over: {'; '.join(verdict.recovered)}"
    if verdict.causes:
        yield "  it does not come further, because:" if _stops(boot) else "  what is wrong:"
        yield from (f"    {each}" for each in verdict.causes)
        return
    yield f"  {_end(boot, captured)}"


def _who(boot: Boot, captured: Captured) -> str:
    asked = [each for each in boot.of(DhcpMessage) if each.is_boot_request]
    if not asked:
        shortened = captured.file.shortened
        lacks = "is not held whole" if shortened else "is not in this capture"
        return f"what it asks DHCP {lacks}, and it fetches files"
    arch = next((each.client_arch for each in asked if not each.is_ipxe), asked[0].client_arch)
    machine = machine_of_client(arch)
    named = f"client arch 0x{arch:04x}" if arch is not None else "no client arch"
    return f"{machine.client_words(arch)} ({named})" if machine and arch is not None else named


def _when(events: list[WireEvent]) -> str:
    if not events:
        return ""
    first, last = events[0], events[-1]
    return f", frames {first.frame} to {last.frame}, {last.time_s - first.time_s:.1f} s"


def _step(boot: Boot, step: TakenStep) -> str:
    first = step.first
    again = f", {len(step.events)} times" if len(step.events) > 1 else ""
    if isinstance(step.what, Ask):
        way = f", through the relay {relay}" if (relay := _relay(boot, step)) else ""
        return f"asks {step.what}{way} (frame {first.frame}{again}): {_answers(boot, step)}"
    last = step.last
    size = f": {last.bytes} bytes" if step.arrived and isinstance(last, Transfer) else ""
    ended = "" if step.arrived else f": {step.error or step.outcome.value}"
    return f"fetches {step.what} from {step.server} (frame {first.frame}{again}){size}{ended}"


def _relay(boot: Boot, step: TakenStep) -> str:
    """Give the relay by which a question comes, or its answers go; "" where none is seen."""
    own = (e for e in boot.of(DhcpMessage) if e.transaction in step.transactions and e.relay)
    return next((each.relay for each in own), "")


def _answers(boot: Boot, step: TakenStep) -> str:
    """Say who answered a question, and with what, each server once: the last it said."""
    said: dict[tuple[str, bool], str] = {}
    for each in boot.of(DhcpMessage):
        if each.kind.from_server and each.transaction in step.transactions:
            said[each.server, each.adds_only] = _given(each)
    if not said:
        return "nobody answers"
    return "; ".join(
        f"{server}{', by proxy DHCP,' if adds else ''} gives {given}"
        for (server, adds), given in said.items()
    )


def _gone_on(boot: Boot) -> Iterator[str]:
    """Say which files were not there, and it asked for others then."""
    files = list(dict.fromkeys(s.file for s in boot.taken if s.what in boot.normal_in_vain))
    if files:
        more = f" and {len(files) - _FEW} more" if len(files) > _FEW else ""
        yield f"it went on without what is not there: {', '.join(map(str, files[:_FEW]))}{more}"


def _several(boot: Boot) -> Iterator[str]:
    """Say that several servers propose addresses; of a site it is known which of them is right."""
    for family in Family:
        own = (each for each in boot.of(DhcpMessage) if each.family is family)
        servers = dict.fromkeys(e.server for e in own if e.kind.proposes and e.address)
        if len(servers) > 1 and not boot.knows_servers:
            yield (
                f"{len(servers)} {DHCP_NAME[family]} servers propose an address, and whichever the "
                f"machine likes counts: {', '.join(servers)}"
            )


def _given(message: DhcpMessage) -> str:
    if message.status:
        text = f' ("{message.status_text}")' if message.status_text else ""
        return f"{message.status}{text}"
    named = {
        "": message.address,
        "next-server ": message.next_server,
        "file ": message.bootfile,
    }
    parts = [f"{name}{value}" for name, value in named.items() if value]
    lacks = "" if message.bootfile or not message.address else ", and no file"
    return f"{', '.join(parts) or f'a {message.kind.value.upper()}'}{lacks}"


def _stops(boot: Boot) -> bool:
    """Whether what it did last did not go well."""
    return not boot.taken or not boot.taken[-1].arrived


def _transfers(step: TakenStep) -> Iterator[Transfer]:
    return (each for each in step.events if isinstance(each, Transfer))


def _end(boot: Boot, captured: Captured) -> str:
    """Say how far it came, where no rule speaks against it."""
    last = next((each for each in reversed(boot.taken) if isinstance(each.last, Transfer)), None)
    if last is None:
        return (
            "it fetches nothing in this capture; what it was told may lead to no boot, or it ends"
        )
    if last.outcome in _OPEN:
        is_cut = captured.file.cut or any(boot.is_under_way(e) for e in _transfers(last))
        ends = " where the capture ends" if is_cut else ""
        return f"it ends in the midst of {last.what}{ends}"
    return (
        f"no rule speaks against it: the last that it fetched whole is {last.file}; what became of "
        "that, its console tells"
    )
