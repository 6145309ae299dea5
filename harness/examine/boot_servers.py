"""Whether who is told of PXE's boot servers is told whose file to take (PXE 2.1, 2.2)."""

import re
from collections.abc import Iterator

from harness.examine.finding import Finding, warning
from harness.model import VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Role
from harness.services.configuration import dhcpd
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4
from harness.site import Site
from harness.witness.wire.option_words import each_short

_HEX = re.compile(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})*")
_RAW, _SPACE = "vendor-encapsulated-options", "vendor-option-space"
_DISCOVERY_CONTROL, _AT_ONCE = 6, 8
_CURE = "discovery control 8 (06:01:08) has firmware boot the file that it is given"


def findings(site: Site) -> Iterator[Finding]:
    """Go through dhcpd's answers that call themselves a PXE server's."""
    path = Dhcpd4.configuration(site)
    if Dhcpd4.name not in site.daemons or not site.has(path):
        return
    given = list(dhcpd.statements(site, path))
    tells = [each for each in given if _says_pxe(each)]
    raw = [each for each in given if each.words[:2] == ("option", _RAW) and len(each.words) > 2]
    for each in raw if tells else ():
        yield from _contents(each)
    has_other = raw or any(each.name == _SPACE for each in given)
    is_asked = site.daemon_facts.by_role(Role.PROXY_DHCP) is not None
    for each in () if has_other or is_asked else tells:
        what = f"the answer says {VENDOR_CLASS_PXE} and has no option 43"
        yield warning(each.place, f"{what}: firmware asks port 4011 for a boot server; {_CURE}")


def _says_pxe(statement: Statement) -> bool:
    is_option = statement.words[:2] == ("option", "vendor-class-identifier")
    # HTTP Boot passes such an answer over, and asks nobody more.
    of_http = any(VENDOR_CLASS_HTTP in block for block in statement.inside)
    return is_option and statement.words[2:] == (VENDOR_CLASS_PXE,) and not of_http


def _contents(statement: Statement) -> Iterator[Finding]:
    """Say what is wrong with an option 43 that is written out, byte by byte."""
    text = "".join(statement.words[2:])
    is_hex = _HEX.fullmatch(text) is not None
    value = bytes(int(each, 16) for each in text.split(":")) if is_hex else text.encode()
    try:
        inside = dict(each_short(value))
    except (ValueError, IndexError):
        yield warning(statement.place, "option 43 is cut short: one inside it has more bytes")
        return
    control = inside.get(_DISCOVERY_CONTROL, b"\0")
    if not any(control[:1]) or not control[0] & _AT_ONCE:
        told = "does not tell what to boot" if inside else "is empty"
        yield warning(
            statement.place,
            f"option 43 {told}: firmware shows its menu, or asks for a boot server; {_CURE}",
        )
