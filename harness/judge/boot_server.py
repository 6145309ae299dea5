"""PXE's second half: the boot server that firmware asks on port 4011 (PXE 2.1, 2.2.4).

It asks whoever answered as a PXE server, unless option 43 tells it to take the file that it
was given: discovery control, bit 3.
"""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.where import bracketed, where_told
from harness.model import VENDOR_CLASS_PXE, Family, Role
from harness.witness.wire import DhcpKind, DhcpMessage, Refusal

_PORT = 4011
_VENDOR_OPTIONS = 43


def boot_server(boot: Boot) -> Iterator[str]:
    """Say that a boot server was asked in vain, and by what answer the machine came to ask."""
    messages = [each for each in boot.of(DhcpMessage) if each.family is Family.IPV4]
    answered = {each.xid for each in messages if each.kind is DhcpKind.ACK}
    # With an address of its own, firmware asks nobody but a boot server.
    asked = [
        each
        for each in messages
        if each.kind is DhcpKind.REQUEST and each.is_boot_request and each.client
    ]
    vain = [each for each in asked if each.xid not in answered]
    if not vain:
        return
    before = [each for each in messages if each.frame < vain[0].frame and each.kind.from_server]
    told = next((each for each in before if each.vendor_class == VENDOR_CLASS_PXE), None)
    refusal = next((each for each in boot.of(Refusal) if each.port == _PORT), None)
    came_of = f"no answer to {len(vain)} requests" if refusal is None else refusal.why
    whom = f"{refusal.server} " if refusal is not None else ""
    yield (
        f"the firmware asks {whom}port {_PORT} for a boot server (frame {vain[0].frame}): "
        f"{came_of}{_why(boot, told)}"
    )


def _why(boot: Boot, told: DhcpMessage | None) -> str:
    """Say by what the machine came to ask."""
    if told is None:
        return ""
    where = bracketed(where_told(boot, Role.DHCPV4, "vendor class", (VENDOR_CLASS_PXE,)))
    option = next((each for each in told.options if each.code == _VENDOR_OPTIONS), None)
    says = f"its option 43 says {option.value}" if option else "it has no option 43"
    return (
        f"; the answer has vendor class {VENDOR_CLASS_PXE}{where}, and {says}: discovery control "
        "8 would have it boot the file that it was given"
    )
