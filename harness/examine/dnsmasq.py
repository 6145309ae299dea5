"""Whether those for whom a line of dnsmasq's is can boot what it hands out."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from harness.examine.clients import HTTP_ARCHITECTURES
from harness.examine.finding import Finding, error, warning
from harness.examine.handed import why_not
from harness.examine.hosts import Hosts
from harness.model import (
    USER_CLASS_IPXE,
    VENDOR_CLASS_HTTP,
    VENDOR_CLASS_PXE,
    Family,
    read_address,
)
from harness.services.configuration import dnsmasq
from harness.services.configuration.dnsmasq import Option
from harness.services.dnsmasq import Dnsmasq
from harness.site import Site

_NUMBER = re.compile(r"\d+|0x[0-9a-fA-F]+")
_OF_CLASS = re.compile(rf"{VENDOR_CLASS_PXE}:Arch:(\d{{5}})")
_ARCHITECTURE = ("option:client-arch", "93", "option6:61")
_VENDOR_CLASS = ("option:vendor-class", "60")
_HTTP = re.compile(f"{VENDOR_CLASS_HTTP}|{VENDOR_CLASS_HTTP.encode().hex(':')}")
"""As text, or as bytes."""
_SAY_CLASS = {
    Family.IPV4: (("option:vendor-class",), ("60",)),
    Family.IPV6: (("option6:vendor-class",), ("option6:16",)),
}
_SERVICES = {
    **{"x86pc": 0x00, "ia32_efi": 0x06, "x86-64_efi": 0x07, "bc_efi": 0x09},
    **{"arm32_efi": 0x0A, "arm64_efi": 0x0B},
}
"""Client systems of `pxe-service` (dnsmasq(8)), as far as a lab has such machines."""
_URLS = ("option6:bootfile-url", "option6:59")


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through the boot files that it hands out by tags of architectures, and by services."""
    given = dnsmasq.options(host) if Dnsmasq.name in host.daemons else ()
    of_tags, of_ipxe = _architectures(given), _tags_of_ipxe(given)
    for each in given:
        yield from _unknown_server(each, host)
        tags = set(dnsmasq.tags_asked(each))
        file, family = _handed(each)
        if not file or tags & of_ipxe:
            continue
        for arch in sorted(_asked(each, tags, of_tags)):
            is_http = arch in HTTP_ARCHITECTURES
            vendor_class = VENDOR_CLASS_HTTP if is_http else VENDOR_CLASS_PXE
            said, called = _called(given, family, tags) if is_http else (None, vendor_class)
            told = (f"file {file}", f"vendor class {called}")
            why = why_not(
                site, family, arch=arch, vendor_class=vendor_class, user_class="", told=told
            )
            if why:
                otherwise = f": it says '{called}'" if said is not None else ""
                place = (said or each).place
                yield error(place, f"for the architecture 0x{arch:04x}: {why}{otherwise}")
                break


def _called(
    given: Sequence[Option], family: Family, tags: Collection[str]
) -> tuple[Option | None, str]:
    """Give what answers call themselves, and the line that says it otherwise than HTTP Boot's do.

    Lines for who has these tags count; without such, all: whom they are for dnsmasq alone knows.
    """
    all_said = [each for each in given if each.untagged[:1] in _SAY_CLASS[family]]
    said = [e for e in all_said if set(dnsmasq.tags_asked(e)) <= set(tags)] or all_said
    if any(_HTTP.search(each.untagged[-1]) for each in said):
        return None, VENDOR_CLASS_HTTP
    return (said[0], said[0].untagged[-1]) if said else (None, "")


def _unknown_server(option: Option, host: Site) -> Iterator[Finding]:
    """Say that the next-server is a name that it answers for, and of no host that it knows."""
    at = {"dhcp-boot": 2, "pxe-service": 3}.get(option.name)
    name = "".join(option.untagged[at : at + 1]).lower() if at is not None else ""
    if not name or read_address(name) or name in dnsmasq.host_names(host):
        return
    hosts = Hosts(host)
    has_ipv4 = any(":" not in each for each in hosts.names.get(name, ("",)))
    if has_ipv4 and hosts.resolves(name):
        sought = f"{Dnsmasq.name} looks {name} up in its hosts files and `host-record`"
        what = f"{sought}, and has it in none: no next-server is told; write its address"
        yield warning(option.place, what)


def _handed(option: Option) -> tuple[str, Family]:
    """Give the boot file of a line, and over which family; "" of any other line."""
    fields = option.untagged
    match option.name:
        case "dhcp-boot":
            return fields[0] if fields else "", Family.IPV4
        case "pxe-service":
            name = fields[2] if len(fields) > 2 and not fields[2].isdecimal() else ""
            return name if "." in name or not name else f"{name}.0", Family.IPV4
        case "dhcp-option" | "dhcp-option-force" if fields[:1] and fields[0] in _URLS:
            return fields[-1].strip('"'), Family.IPV6
    return "", Family.IPV4


def _asked(option: Option, tags: set[str], of_tags: Mapping[str, set[int]]) -> set[int]:
    """Give the architectures that a line is for; none where it does not say."""
    if option.name == "pxe-service":
        own = _SERVICES.get(next(iter(option.untagged), "").lower())
        return set() if own is None else {own}
    told = [of_tags[tag] for tag in tags if tag in of_tags]
    return set.intersection(*told) if told else set()


def _architectures(given: Sequence[Option]) -> Mapping[str, set[int]]:
    """Give which architectures have each tag, of those that are set by nothing else."""
    found: dict[str, set[int]] = {}
    others: set[str] = set()
    for each in given:
        for tag in (field.removeprefix("set:") for field in _set_by(each)):
            arch = _architecture(each)
            if arch is None:
                others.add(tag)
            else:
                found.setdefault(tag, set()).add(arch)
    return {tag: archs for tag, archs in found.items() if tag not in others}


def _set_by(option: Option) -> tuple[str, ...]:
    first = option.fields[:1] if option.name in dnsmasq.SETTERS else ()
    return first or tuple(field for field in option.fields if field.startswith("set:"))


def _architecture(option: Option) -> int | None:
    match option.name, option.fields[1:]:
        case "dhcp-match", (name, number) if name in _ARCHITECTURE and _NUMBER.fullmatch(number):
            return int(number, 0 if number.startswith("0x") else 10)
        case "dhcp-match", (name, words) if name in _VENDOR_CLASS:
            found = _OF_CLASS.match(words)
        case "dhcp-vendorclass", (words,):
            found = _OF_CLASS.match(words)
        case _:
            return None
    return int(found[1]) if found is not None else None


def _tags_of_ipxe(given: Sequence[Option]) -> set[str]:
    """Give the tags that iPXE has: it boots scripts and kernels, too."""
    return {
        field.removeprefix("set:")
        for each in given
        for field in _set_by(each)
        if USER_CLASS_IPXE in each.fields or each.fields[1:] in (("175",), ("option:175",))
    }
