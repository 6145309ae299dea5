"""What looks wrong in Kea's classes and options: what is never true, and what comes before what.

Kea takes an option from the first place that has it: the host, the pool, the subnet, then the
classes in their order, then what is said of all; a fixed field (`boot-file-name`, `next-server`)
from the host, then the classes, then the subnet. Nobody sees it of the file alone.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from harness.examine.clients import HTTP_ARCHITECTURES, no_machine
from harness.examine.finding import Finding, error, warning
from harness.examine.handed import why_not
from harness.model import (
    LAST_CLIENT_ARCH,
    USER_CLASS_IPXE,
    VENDOR_CLASS_HTTP,
    VENDOR_CLASS_PXE,
    Family,
)
from harness.services.configuration import kea
from harness.services.configuration.kea import Item
from harness.services.kea import Kea4, Kea6
from harness.site import Site

_FIELD = "boot-file-name"
_NAMES = ("PXEClient", "HTTPClient", "iPXE")
_KNOWN = {name.lower(): name for name in _NAMES}
_COMPARED = re.compile(
    r"(?P<substring>substring\s*\(\s*)?(?:relay4\s*)?option\[(?P<option>[\w.-]+)\]\.(?P<as>hex|text)"
    r"(?:\s*,\s*(?P<start>\d+)\s*,\s*(?P<length>\d+|all)\s*\))?\s*==\s*'(?P<value>[^']*)'"
)
_USER_CLASS = {Family.IPV4: ("77", "user-class"), Family.IPV6: ("15", "user-class")}
_VENDOR_CLASS = {
    Family.IPV4: ("60", "vendor-class-identifier"),
    Family.IPV6: ("16", "vendor-class"),
}
_BEGINS = {Family.IPV4: (0, 0), Family.IPV6: (2, 6)}
"""Where the text begins in the user class, and in the vendor class: behind numbers and lengths."""
_ARCHITECTURE = re.compile(r"option\[(?P<option>[\w.-]+)\]\.hex\s*==\s*0x(?P<value>[0-9a-fA-F]+)")
_ARCHITECTURE_BYTES = 2
_OF_ARCHITECTURE = {
    Family.IPV4: ("93", "client-system"),
    Family.IPV6: ("61", "client-arch-type"),
}
_BUILT_IN = re.compile(
    r"(?:ALL|KNOWN|UNKNOWN|DROP|BOOTP|SKIP_DDNS)$|(?:VENDOR_CLASS|HA|AFTER|EXTERNAL|SPAWN)_"
)
"""Classes that Kea has by itself, or whose beginning says who puts machines in."""
_REQUIRED = "require-client-classes"
_BOOT_OPTIONS = ("boot-file-name", "bootfile-url", "tftp-server-name", "vendor-class-identifier")


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through classes, reservations and options of Kea's files on one of the site's hosts."""
    for kind in (Kea4, Kea6):
        root = kea.server(host, kind.configured_by) if kind.name in host.daemons else None
        if root is not None:
            yield from _tests(root, kind.family)
            yield from _architectures(root, kind.family)
            yield from _unfit(root, kind.family, site)
            yield from _unrequired(root)
            yield from _unknown(root)
            yield from _reservations(root)
            yield from _before_classes(root)
            yield from _before_fields(root)
            yield from _without_server(root)


def _tests(root: Item, family: Family) -> Iterator[Finding]:
    for each in root.entries("client-classes"):
        test = each.get("test")
        for compared in _COMPARED.finditer(test.text) if test is not None else ():
            if test is not None and (why := _never(compared, family)):
                yield warning(test.place, f"{why}; nobody is in the class {each.value('name')}")


def _architectures(root: Item, family: Family) -> Iterator[Finding]:
    for each in root.entries("client-classes"):
        test = each.get("test")
        for asked in _ARCHITECTURE.finditer(test.text) if test is not None else ():
            is_it = asked["option"] in _OF_ARCHITECTURE[family]
            if test is not None and is_it and (why := _no_architecture(asked["value"])):
                yield warning(test.place, f"{why} (class {each.value('name')})")


def _no_architecture(digits: str) -> str:
    """Say why no machine has this architecture; "" when one may. Kea compares length, too."""
    if (count := _bytes(digits)) != _ARCHITECTURE_BYTES:
        has = "is one byte" if count == 1 else f"has {count} bytes"
        return f"'0x{digits}' {has}, and an architecture has two, as 0x0007"
    padded = digits.zfill(2 * _ARCHITECTURE_BYTES)
    return no_machine((padded[:2], padded[2:])) if int(digits, 16) > LAST_CLIENT_ARCH else ""


def _bytes(digits: str) -> int:
    """Count the bytes that Kea makes of these; of an odd number, the first gets a 0 before it."""
    return (len(digits) + 1) // 2


def _unfit(root: Item, family: Family, site: Site) -> Iterator[Finding]:
    """Say which class hands out what those in it cannot boot, by their test's own words."""
    for each in root.entries("client-classes"):
        test, file = each.get("test"), _file_of(each, family)
        classes = set() if test is None else {c["value"] for c in _COMPARED.finditer(test.text)}
        asked = None if test is None else _ARCHITECTURE.search(test.text)
        if file is None or asked is None or USER_CLASS_IPXE in classes:
            continue
        if _bytes(asked["value"]) != _ARCHITECTURE_BYTES:
            continue
        arch = int(asked["value"], 16)
        is_http = VENDOR_CLASS_HTTP in classes or arch in HTTP_ARCHITECTURES
        why = why_not(
            site,
            family,
            arch=arch,
            vendor_class=VENDOR_CLASS_HTTP if is_http else VENDOR_CLASS_PXE,
            user_class="",
            told=(f"file {file.text}", *_told_vendor_class(each, family)),
        )
        if why:
            yield error(_place_of(each, file, why), f"the class {each.value('name')}: {why}")


def _file_of(of_class: Item, family: Family) -> Item | None:
    """Give the boot file that a class tells."""
    if family is Family.IPV4 and (field := of_class.get(_FIELD)):
        return field
    name = "boot-file-name" if family is Family.IPV4 else "bootfile-url"
    options = (each for each in of_class.entries("option-data") if each.value("name") == name)
    return next((each.get("data") for each in options), None)


def _vendor_class(of_class: Item, family: Family) -> Item | None:
    names = _VENDOR_CLASS[family]
    options = of_class.entries("option-data")
    own = (e for e in options if e.value("name") in names or e.value("code") in names)
    return next((each.get("data") for each in own), None)


def _told_vendor_class(of_class: Item, family: Family) -> Iterator[str]:
    """Give the vendor class that it tells, which may be written in hexadecimal."""
    data = _vendor_class(of_class, family)
    if data is None:
        return
    told = data.text.encode()
    if VENDOR_CLASS_HTTP not in data.text:  # in one piece, by bytes, or behind a number
        parts = (re.sub(r"^0x|[\s:]", "", each) for each in data.text.split(","))
        as_hex = [each for each in parts if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", each)]
        told = bytes.fromhex("".join(as_hex)) or told
    begin = told.find(VENDOR_CLASS_HTTP.encode())
    yield f"vendor class {told[max(begin, 0) :].decode(errors='replace')}"


def _place_of(of_class: Item, file: Item, why: str) -> str:
    """Give the line that is to be changed: the vendor class's where that is amiss."""
    data = _vendor_class(of_class, Family.IPV4) or _vendor_class(of_class, Family.IPV6)
    return data.place if data is not None and "vendor class" in why else file.place


def _unrequired(root: Item) -> Iterator[Finding]:
    """Say which class is looked at only where something requires it, and nothing does."""
    required = {each.text for item in kea.walk(root) for each in item.entries(_REQUIRED)}
    for each in root.entries("client-classes"):
        only = each.get("only-if-required")
        if only is not None and only.text == "true" and each.value("name") not in required:
            what = f"nobody is in the class {each.value('name')}: no network or pool requires it"
            yield warning(only.place, f"{what} ({_REQUIRED}), and else it is not looked at")


def _unknown(root: Item) -> Iterator[Finding]:
    """Say where a class is named that nothing defines: nobody is in it, and Kea says nothing."""
    defined = {each.value("name") for each in root.entries("client-classes")}
    if root.get("hooks-libraries") is not None:
        return  # one may put machines in a class of its own
    small = {name.lower(): name for name in defined}
    for each in kea.walk(root):
        of_machines = () if each is root else each.entries("client-classes", _REQUIRED)
        named = (*(item for item in of_machines if item.text), *each.all("client-class"))
        for name in named:
            if name.text not in defined and not _BUILT_IN.match(name.text):
                like = get_close_matches(name.text.lower(), small, n=1)
                meant = "".join(f": {small[each]} is" for each in like)
                yield warning(name.place, f"the class {name.text} is not defined{meant}")


def _never(compared: re.Match[str], family: Family) -> str:
    """Say why no machine makes a comparison true; "" when one may."""
    option, value = compared["option"], compared["value"]
    name = _KNOWN.get(value.lower(), "")
    is_user = option in _USER_CLASS[family]
    if not name or not (is_user or option in _VENDOR_CLASS[family]):
        return ""
    told = f"option[{option}].{compared['as']} is never '{value}'"
    if compared["as"] == "text" and is_user:
        return f"{told}: Kea knows it as bytes, and .hex compares these"
    if name != value:
        return f"{told}: it is '{name}'"
    begins = _BEGINS[family][0 if is_user else 1]
    if compared["substring"] is None:
        whole = f"substring(option[{option}].hex, {begins}, {len(name)})"
        more = "firmware says more behind it" if name != "iPXE" else "numbers come before it"
        return f"{told} alone, for {more}: compare {whole}" if begins or name != "iPXE" else ""
    if int(compared["start"] or 0) != begins:
        return f"{told} from byte {compared['start']} on, but from {begins}"
    if compared["length"] not in ("all", str(len(name)), None):
        return f"{compared['length']} letters of it are never '{value}', which has {len(name)}"
    return ""


def _reservations(root: Item) -> Iterator[Finding]:
    """Say where a host's own file comes before those of the classes."""
    of_classes = [each for each in root.entries("client-classes") if each.value(_FIELD)]
    for subnet in (root, *kea.subnets(root)):
        for each in subnet.entries("reservations"):
            field = each.get(_FIELD)
            if field is not None and field.text and of_classes:
                yield warning(
                    field.place,
                    f"'{field.text}' of this host comes before what a class has "
                    f"({of_classes[0].place}): whatever asks there, iPXE too, is given it",
                )


def _before_classes(root: Item) -> Iterator[Finding]:
    """Say where an option of a subnet comes before that of a class."""
    of_classes: dict[str, Item] = {}
    for each in root.entries("client-classes"):
        for option in each.entries("option-data"):
            if option.value("name") in _BOOT_OPTIONS:
                of_classes.setdefault(option.value("name"), option)
    for each in _networks(root):
        for option in each.entries("option-data"):
            later = of_classes.get(option.value("name"))
            if later is not None:
                what = f"the option {option.value('name')} comes before that of the classes"
                told = f"{what} ({later.place}), which nobody is given"
                yield warning(option.place, f"{told}: say it outside of subnets")


def _networks(root: Item) -> Iterator[Item]:
    """Give what has options that come before those of classes: networks, and their pools."""
    for each in (*root.entries("shared-networks"), *kea.subnets(root)):
        yield from (each, *each.entries("pools"))


def _file_option(item: Item) -> Item | None:
    options = item.entries("option-data")
    return next((e for e in options if e.value("name") == _FIELD or e.value("code") == "67"), None)


def _before_fields(root: Item) -> Iterator[Finding]:
    """Say where option 67 hides what classes have in the field of the header."""
    classes = root.entries("client-classes")
    hidden = [each for each in classes if each.value(_FIELD) and _file_option(each) is None]
    for option in filter(None, map(_file_option, (root, *_networks(root)))) if hidden else ():
        field = hidden[0].get(_FIELD) or hidden[0]
        what = f"machines go by this option, and not by the field {_FIELD} of the classes"
        yield warning(option.place, f"{what} ({field.place}): say both as options, or as fields")


def _without_server(root: Item) -> Iterator[Finding]:
    """Say which file name is handed out without a server that has it."""
    items = list(kea.walk(root))
    servers = [each for each in items if each.key in ("next-server", "server-hostname")]
    told = [each for each in servers if each.text not in ("", "0.0.0.0")]
    named = any(item.text == "tftp-server-name" for item in items)
    for each in items if not (told or named) else ():
        if each.key == _FIELD and each.text and "://" not in each.text:
            what = f"'{each.text}' is handed out without a next-server"
            yield warning(each.place, f"{what}: clients are told 0.0.0.0")
