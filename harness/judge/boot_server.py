"""PXE's second half: who adds a boot file to another's address, and the boot server on port 4011.

A proxy DHCP server answers beside the one that gives addresses (PXE 2.1, 2.2.3). Firmware asks
a boot server, which it may be too, of whoever answered as a PXE server (2.2.4), unless option 43
tells it to take the file that it was given: discovery control, bit 3.
"""

import re
from collections.abc import Iterator

from harness.daemon_facts import Daemon
from harness.judge.boot import Boot
from harness.judge.unanswered import end_of, seeking
from harness.judge.where import bracketed, where_told
from harness.model import PROXY_DHCP_PORT, VENDOR_CLASS_PXE, Family, Role
from harness.witness.journal import ProxyLogged
from harness.witness.wire import DhcpKind, DhcpMessage, Option, Refusal, Unheard
from harness.witness.wire.dhcp4_options import AT_ONCE, UNTIL_A_KEY

_VENDOR_OPTIONS = 43
_DECODED, _MENU = "PXE", "menu"
_LOCAL_FIRST = re.compile(rf'(?:^|/ ){_MENU} type 0 ("[^"]*")')
_WOULD = "discovery control 8 would have it boot the file that it was given"


def silent_proxy(boot: Boot) -> Iterator[str]:
    """Say that the site's proxy DHCP server added nothing to what the other one said, and why."""
    proxy = boot.daemons.by_role(Role.PROXY_DHCP)
    if proxy is None:
        return
    added = {each.xid for each in boot.of(DhcpMessage) if each.adds_only}
    for ipxe in (False, True):
        asked = [
            each
            for each in seeking(boot, Family.IPV4, ipxe=ipxe)
            if each.vendor_class.startswith(VENDOR_CLASS_PXE)
        ]
        if asked and not any(each.xid in added for each in asked):
            yield _silence(boot, proxy, asked)


def _silence(boot: Boot, proxy: Daemon, asked: list[DhcpMessage]) -> str:
    who = "iPXE's" if asked[0].is_ipxe else "the firmware's"
    vain = f"no proxy DHCP answer: {len(asked)} of {who} DISCOVERs (from frame {asked[0].frame})"
    if ended := end_of(boot, proxy.name, by_s=asked[-1].time_s):
        return f"{ended}: {vain}"
    heard = [each for each in boot.journal.of(ProxyLogged) if each.mac == boot.mac]
    refused = next((each for each in heard if not each.answered), None)
    where = bracketed(where_told(boot, Role.PROXY_DHCP, "file", ()))
    if refused is not None:
        return f"{proxy.called} has nothing for this machine{where}: {vain}"
    if not heard:  # it does not get as far as what it would tell
        where = bracketed(where_told(boot, Role.PROXY_DHCP, "gives", ("proxy",))) or where
    return f"{vain}; {proxy.program}'s log has {'others' if heard else 'none of them'}{where}"


def boot_server(boot: Boot) -> Iterator[str]:
    """Say that a boot server was asked in vain, or that none was, and by what answer."""
    messages = [each for each in boot.of(DhcpMessage) if each.family is Family.IPV4]
    answered = {each.xid for each in messages if each.kind is DhcpKind.ACK}
    # With an address of its own, firmware asks nobody but a boot server.
    asked = [
        each
        for each in messages
        if each.kind is DhcpKind.REQUEST and each.is_boot_request and each.client
    ]
    vain = [each for each in asked if each.xid not in answered]
    end = vain[0].frame if vain else boot.wire.frames
    before = [each for each in messages if each.frame < end and each.kind.from_server]
    told = next((each for each in before if each.vendor_class == VENDOR_CLASS_PXE), None)
    if vain:
        yield _in_vain(boot, vain, told)
    elif told is not None and (effect := _effect(boot, told)):
        yield f"{_told(boot, told)}: {effect}; {_WOULD}"


def _in_vain(boot: Boot, vain: list[DhcpMessage], told: DhcpMessage | None) -> str:
    refusal = next((each for each in boot.of(Refusal) if each.port == PROXY_DHCP_PORT), None)
    came_of = f"no answer to {len(vain)} requests" if refusal is None else refusal.why
    asked = refusal.server if refusal is not None else vain[0].boot_server
    who = "iPXE" if vain[0].is_ipxe else "the firmware"
    return (
        f"{who} asks {asked}{' ' if asked else ''}port {PROXY_DHCP_PORT} for a boot server "
        f"(frame {vain[0].frame}): {came_of}{_why(boot, told, by_s=vain[-1].time_s)}"
    )


def _why(boot: Boot, told: DhcpMessage | None, *, by_s: float) -> str:
    """Say by what the machine came to ask."""
    if told is None:
        return ""
    proxy = boot.daemons.by_role(Role.PROXY_DHCP)
    if proxy is not None and told.adds_only:
        ended = end_of(boot, proxy.name, by_s=by_s)
        return f"; {ended}" if ended else f"; {proxy.called} has sent it there"
    return f"; {_told(boot, told)}: {_WOULD}"


def _told(boot: Boot, told: DhcpMessage) -> str:
    where = bracketed(where_told(boot, told.role, "vendor class", (VENDOR_CLASS_PXE,)))
    option = _vendor_options(told)
    place = bracketed(where_told(boot, told.role, "PXE", ()))
    says = f"its option 43{place} says {option.value}" if option else "it has no option 43"
    return f"the answer has vendor class {VENDOR_CLASS_PXE}{where}, and {says}"


def _vendor_options(told: DhcpMessage) -> Option | None:
    return next((each for each in told.options if each.code == _VENDOR_OPTIONS), None)


def _effect(boot: Boot, told: DhcpMessage) -> str:
    """Say why a machine that was told of boot servers asks none, and fetches nothing; "" else."""
    option = _vendor_options(told)
    goes_on = any(each.file and each.arrived for each in boot.taken)
    if option is None or option.name != _DECODED or AT_ONCE in option.value or goes_on:
        return ""
    servers = [each.server for each in boot.of(Unheard) if not each.port]
    if (nobody := next((each for each in servers if each in option.value), "")) != "":
        return f"nobody has {nobody}, whom it asks for a boot file"
    if UNTIL_A_KEY in option.value:
        return "the machine waits for a key"
    if (first := _LOCAL_FIRST.search(option.value)) is not None:
        return f"the first item of its menu, {first[1]}, is the machine's own disk"
    has_menu = f"/ {_MENU} " in f"/ {option.value}"
    return "" if has_menu or not boot.path.is_uefi else "it has no menu, and firmware gives up"
