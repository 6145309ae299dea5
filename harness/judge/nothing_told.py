"""Who was given an address, and nothing that it could boot: an answer that leads nowhere.

For captures of networks of which nobody knows what they should tell: it is a fault only of a
machine that fetches nothing afterwards.
"""

from collections.abc import Iterator, Sequence

from harness.judge.boot import Boot
from harness.judge.where import bracketed, where_told
from harness.model import VENDOR_CLASS_HTTP, Family, Role
from harness.step import DHCP_NAME
from harness.witness.wire import (
    DhcpMessage,
    IscsiLogin,
    Option,
    Refusal,
    Transfer,
    Unheard,
    WireEvent,
)
from harness.witness.wire.dhcp4_options import AT_ONCE

_VENDOR_OPTIONS, _ROOT_PATH = 43, 17
_GOES_ON = (Transfer, IscsiLogin, Refusal, Unheard)


def nothing_told(boot: Boot) -> Iterator[str]:
    """Say which answers have no boot file, or none that the asker takes for itself."""
    for family in Family:
        for ipxe in (False, True):
            messages = [each for each in boot.of(DhcpMessage) if each.family is family]
            asked = [e for e in messages if e.is_boot_request and e.is_ipxe is ipxe]
            if not asked or _goes_on(boot, asked[0].frame):
                continue
            xids = {each.xid for each in asked}
            answers = [e for e in messages if e.kind.from_server and e.xid in xids]
            yield from _without_file(boot, asked, answers)
            yield from _without_class(boot, asked, answers)


def _goes_on(boot: Boot, frame: int) -> bool:
    """Whether it asks anybody for anything but addresses afterwards."""
    return any(each.frame > frame and isinstance(each, _GOES_ON) for each in boot.of(WireEvent))


def _without_file(
    boot: Boot, asked: Sequence[DhcpMessage], answers: Sequence[DhcpMessage]
) -> Iterator[str]:
    given = next((each for each in answers if each.address and not each.status), None)
    leads = asked[0].family is Family.IPV4 and any(
        _leads(option) for each in answers for option in each.options
    )
    if given is None or leads or any(each.bootfile for each in answers):
        return
    who = "iPXE" if asked[0].is_ipxe else f"the firmware, as {asked[0].vendor_class},"
    where = bracketed(where_told(boot, Role.dhcp(given.family), "file", ()))
    yield (
        f"the {DHCP_NAME[given.family]} server {given.server} gives {given.address} (frame "
        f"{given.frame}), and nobody names a boot file: {who} has nothing to fetch{where}"
    )


def _leads(option: Option) -> bool:
    """Whether an option of DHCPv4 leads to a boot without a file: to a disk, PXE's servers, a menu.

    PXE's may also say just the opposite: that the file is to be taken at once.
    """
    is_pxe = option.code == _VENDOR_OPTIONS and AT_ONCE not in option.value
    return is_pxe or option.code == _ROOT_PATH


def _without_class(
    boot: Boot, asked: Sequence[DhcpMessage], answers: Sequence[DhcpMessage]
) -> Iterator[str]:
    """UEFI takes an answer for HTTP Boot by its vendor class (UEFI 2.10, 24.7)."""
    if asked[0].is_ipxe:
        return
    xids = {each.xid for each in asked if each.vendor_class.startswith(VENDOR_CLASS_HTTP)}
    named = [each for each in answers if each.bootfile and each.xid in xids]
    if named and not any(each.vendor_class.startswith(VENDOR_CLASS_HTTP) for each in named):
        first = named[0]
        where = bracketed(where_told(boot, Role.dhcp(first.family), "file", (first.bootfile,)))
        yield (
            f"the {DHCP_NAME[first.family]} server {first.server} names {first.bootfile}{where} "
            f"(frame {first.frame}) without vendor class {VENDOR_CLASS_HTTP}, so UEFI HTTP Boot "
            "passes its answer over"
        )
