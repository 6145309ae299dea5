"""Whether who is told of PXE's boot servers is told whose file to take (PXE 2.1, 2.2)."""

import re
from collections.abc import Iterator

from harness.examine.finding import Finding, warning
from harness.model import VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Role
from harness.services.configuration import dhcpd, dnsmasq, kea
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4
from harness.services.dnsmasq import Dnsmasq
from harness.services.kea import Kea4
from harness.site import Site
from harness.witness.wire.option_words import each_short

_HEX = re.compile(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})*")
_RAW, _SPACE = "vendor-encapsulated-options", "vendor-option-space"
_KEAS_CLASS = ("vendor-class-identifier", "60")
_DNSMASQS_CLASS = ("60", "option:vendor-class")
"""Words of Kea's and dnsmasq's for option 60."""
_KEAS_INSIDE = frozenset({_RAW, f"{_RAW}-space"})
_DNSMASQS_INSIDE = frozenset({"43", "option:vendor-encap", "vendor:PXEClient", "encap:43"})
"""The same for option 43."""
_DISCOVERY_CONTROL, _AT_ONCE = 6, 8
_CURE = "discovery control 8 (06:01:08) has firmware boot the file that it is given"


def of_daemons(site: Site) -> Iterator[Finding]:
    """Go through the answers that call themselves a PXE server's."""
    yield from _of_dhcpd(site)
    if Kea4.name in site.daemons:
        yield from _of_kea(site)
    if Dnsmasq.name in site.daemons:
        yield from _of_dnsmasq(site)


def _of_kea(site: Site) -> Iterator[Finding]:
    root = kea.server(site, Kea4.configured_by)
    given = [] if root is None else list(kea.walk(root))
    told = [each for each in given if each.value("name") in _KEAS_CLASS]
    has_other = any(each.text in _KEAS_INSIDE for each in given)
    for each in () if has_other or _is_asked(site) else told:
        if each.value("data") == VENDOR_CLASS_PXE:
            yield _nothing_inside(each.place)


def _of_dnsmasq(site: Site) -> Iterator[Finding]:
    given = dnsmasq.options(site)
    has_other = any(
        each.name == "pxe-service" or _DNSMASQS_INSIDE.intersection(each.fields) for each in given
    )
    for each in () if has_other or _is_asked(site) else given:
        is_option = each.name in ("dhcp-option", "dhcp-option-force")
        told = [field.strip('"') for field in each.untagged]
        if is_option and told[1:] == [VENDOR_CLASS_PXE] and told[0] in _DNSMASQS_CLASS:
            yield _nothing_inside(each.place)


def _is_asked(site: Site) -> bool:
    """Whether somebody answers on port 4011, whatever is told."""
    return site.daemon_facts.by_role(Role.PROXY_DHCP) is not None


def _nothing_inside(where: str) -> Finding:
    what = f"the answer says {VENDOR_CLASS_PXE} and has no option 43"
    return warning(where, f"{what}: firmware asks port 4011 for a boot server; {_CURE}")


def _of_dhcpd(site: Site) -> Iterator[Finding]:
    path = Dhcpd4.configuration(site)
    if Dhcpd4.name not in site.daemons or not site.has(path):
        return
    given = list(dhcpd.statements(site, path))
    tells = [each for each in given if _says_pxe(each)]
    raw = [each for each in given if each.words[:2] == ("option", _RAW) and len(each.words) > 2]
    for each in raw if tells else ():
        yield from _contents(each)
    has_other = raw or any(each.name == _SPACE for each in given)
    for each in () if has_other or _is_asked(site) else tells:
        yield _nothing_inside(each.place)


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
