"""Options of dnsmasq that say nothing: for no machine, in no network, of no role that it has."""

import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network
from pathlib import PurePosixPath

from harness.model import LAST_CLIENT_ARCH, Family, Role, read_address
from harness.services.configuration.dnsmasq.options import (
    SETTERS,
    Option,
    options,
    tags_asked,
    taken,
)
from harness.services.configuration.dnsmasq.roles import roles
from harness.site.files import Files

_NUMBER = re.compile(r"[1-9]\d*|0x[0-9a-fA-F]+|0")
_OWN_TAGS = frozenset({"known", "known-othernet", "bootp", "dhcpv6", "cpewan-id"})
"""Tags that dnsmasq sets of itself, besides the names of interfaces (dnsmasq(8))."""
_CALLED = {
    "dhcp-userclass": ("iPXE", "gPXE"),
    "dhcp-vendorclass": ("PXEClient", "HTTPClient"),
}
"""What machines call themselves, in letters that dnsmasq compares as they are."""
_INTEL = "343"
"""The enterprise number beside it over IPv6."""
_ALL_TAGS = re.compile(r"tag:([^,\s]+)")
_OPTION = re.compile(r"(?m)^\s*[a-z][a-z0-9-]+(?:\s*=\s*\S.*)?$")
"""A line that may be an option: what a README says is a remark, or a sentence."""
_RECORDS = {"A": Family.IPV4, "AAAA": Family.IPV6}
_HOW = dict.fromkeys(
    ("tftp-root", "tftp-secure", "tftp-unique-root", "tftp-port-range", "tftp-mtu"),
    (Role.TFTP, "enable-tftp"),
)
"""Options that say how a role is filled, and what has it filled."""


def vain(files: Files) -> Iterator[tuple[Option, str]]:
    """Give the options that are for no machine: by a tag that nobody sets, a misspelt class."""
    given = options(files)
    known = _OWN_TAGS | {each.value for each in given if each.name == "interface"}
    for each in given:
        known |= {field[4:] for field in each.fields if field.startswith("set:")}
        if each.name in SETTERS:
            known |= {each.fields[0].removeprefix("net:")}
    parts = ("dhcp-hostsfile", "dhcp-hostsdir")
    has_part = any(
        each.name == "dhcp-script"
        or (each.name in parts and not (files.has(each.value) or files.names(each.value)))
        for each in given
    )
    for each in given:
        for tag in () if has_part else tags_asked(each):
            if not any(fnmatchcase(tag, name) for name in known):
                yield each, f"the tag '{tag}' is asked for, and no line sets it{_unasked(given)}"
        number = _asked_architecture(each)
        if number is not None and number > LAST_CLIENT_ARCH:
            yield each, f"no machine has the architecture {number}"
        if foreign := _foreign_number(each):
            yield each, foreign
        for name in _CALLED.get(each.name, ()):
            told = each.fields[-1]
            if told != name and told.lower() == name.lower():
                yield each, f"no machine calls itself '{told}': it is {name}"


def unread(files: Files) -> Iterator[tuple[Option, str]]:
    """Give each directory of which no file is read, though some have options, by their endings."""
    for each in options(files):
        if each.name != "conf-dir" or any(taken(files, each.value)):
            continue
        held = [path for path in files.names(each.fields[0]) if files.has(path)]
        own = [PurePosixPath(path).name for path in held if _OPTION.search(files.read(path))]
        if own:
            more = f" and {len(own) - 1} more" if len(own) > 1 else ""
            yield each, f"none of that directory's files is read: {own[0]}{more} ends otherwise"


def _unasked(given: Sequence[Option]) -> str:
    """Name the one tag that is set and that no line asks for; "" where there is none, or more."""
    asked = {tag.lstrip("!#") for each in given for tag in _ALL_TAGS.findall(each.value)}
    setters = [(f[4:], each) for each in given for f in each.fields if f.startswith("set:")]
    left = {tag: each for tag, each in setters if tag not in asked}
    told = (f"; {each.place} sets '{tag}', which none asks for" for tag, each in left.items())
    return next(told) if len(left) == 1 else ""


def _asked_architecture(option: Option) -> int | None:
    """Give the client architecture that is matched; None where it is no number, or none is."""
    match option.untagged:
        case ("option:client-arch" | "93" | "option6:61", number) if option.name == "dhcp-match":
            return int(number, 0) if _NUMBER.fullmatch(number) else None
        case _:
            return None


def _foreign_number(option: Option) -> str:
    """Say that a vendor class of DHCPv6 has another number than firmware's; "" where it may be."""
    numbers = [f.removeprefix("enterprise:") for f in option.fields if f.startswith("enterprise:")]
    told = option.fields[-1]
    is_boot = option.name == "dhcp-vendorclass" and told.startswith(_CALLED["dhcp-vendorclass"])
    if not is_boot or not numbers or numbers[0] == _INTEL:
        return ""
    return f"no machine says {told} by the number {numbers[0]}: firmware's and iPXE's is {_INTEL}"


def elsewhere(files: Files, networks: Collection[IPv4Network | IPv6Network]) -> Iterator[Option]:
    """Give the ranges by which it adds to another server's answers in none of these networks."""
    for each in options(files):
        if each.name == "dhcp-range" and "proxy" in each.untagged:
            address = read_address(each.untagged[0])
            if address is not None and not any(address in network for network in networks):
                yield each


def without_role(files: Files) -> Iterator[tuple[Option, str]]:
    """Give the options that say how it does what nothing has it do."""
    filled = roles(files)
    for each in options(files):
        role, needs = _HOW.get(each.name, (None, ""))
        if role is not None and role not in filled:
            yield each, f"{each.name} says nothing without {needs}"


def idle(files: Files) -> dict[Role, str]:
    """Give the same by the role that it would have, in words with their line."""
    found = ((_HOW[each.name][0], each, why) for each, why in without_role(files))
    return {role: f"{each.path}:{each.line}: {why}" for role, each, why in found}


def withheld(files: Files) -> dict[Family, str]:
    """Give the lines by which it keeps a family's addresses back that it was told by others.

    What its own files have it tells all the same.
    """
    found: dict[Family, str] = {}
    for each in options(files):
        types = each.fields if each.name == "filter-rr" else (each.name.removeprefix("filter-"),)
        for family in (_RECORDS[one] for one in types if one in _RECORDS):
            found.setdefault(family, each.place)
    return found
