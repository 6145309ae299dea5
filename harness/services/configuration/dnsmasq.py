"""What dnsmasq's files say: which roles it has, networks, boot files, names, each with its line."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network
from itertools import dropwhile
from pathlib import PurePosixPath

from harness.model import LAST_CLIENT_ARCH, Acceptance, Family, Role, read_address
from harness.services import defaults
from harness.site.files import Files, normal, text_of
from harness.site.said import Said, Topic

MAIN = "etc/dnsmasq.conf"
SETTINGS = "etc/default/dnsmasq"
PARTS = "etc/dnsmasq.d"
ETHERS = "etc/ethers"
_RESOLV_CONF = "etc/resolv.conf"
_LINES_OF = {
    "dhcp-hostsfile": "dhcp-host",
    "dhcp-hostsdir": "dhcp-host",
    "dhcp-optsfile": "dhcp-option",
    "dhcp-optsdir": "dhcp-option",
    "addn-hosts": "addn-hosts",
    "hostsdir": "addn-hosts",
}
"""Options that name a file, or a directory of files → what each line in it is."""
_NOT_PARTS = (".dpkg-dist", ".dpkg-old", ".dpkg-new")
"""What Debian's unit leaves out of `PARTS`."""
_MOST_FILES = 20
_MAC = re.compile(r"(?:1-)?([0-9a-f]{2}(?:[:-](?:[0-9a-f]{2}|\*)){5})")
_MASK = re.compile(r"255\.[\d.]+")
_PREFIX_LENGTH = re.compile(r"\d{2,3}")
_RA_MODES = {"ra-only", "slaac", "ra-names", "ra-stateless", "ra-advrouter", "off-link"}
_TAG_WORDS = ("tag:", "set:", "net:", "encap:", "vi-encap:", "vendor:")
_NUMBER = re.compile(r"[1-9]\d*|0x[0-9a-fA-F]+|0")
_OWN_TAGS = frozenset({"known", "known-othernet", "bootp", "dhcpv6", "cpewan-id"})
"""Tags that dnsmasq sets of itself, besides the names of interfaces (dnsmasq(8))."""
_SETTERS = frozenset(
    {
        *("dhcp-match", "dhcp-userclass", "dhcp-vendorclass", "dhcp-mac", "dhcp-name-match"),
        *("dhcp-circuitid", "dhcp-remoteid", "dhcp-subscrid"),
    }
)
"""Options whose first field is a tag that they set, with `set:` before it or without."""
_CALLED = {
    "dhcp-userclass": ("iPXE", "gPXE"),
    "dhcp-vendorclass": ("PXEClient", "HTTPClient"),
}
"""What machines call themselves, in letters that dnsmasq compares as they are."""
_ALL_TAGS = re.compile(r"tag:([^,\s]+)")
_INTEL = "343"
"""The enterprise number beside it over IPv6."""
_DHCP_OPTIONS = {
    **dict.fromkeys(("3", "option:router"), Topic.ROUTER),
    **dict.fromkeys(
        ("6", "option:dns-server", "option6:dns-server", "option6:23"), Topic.DNS_SERVER
    ),
    **dict.fromkeys(("66", "option:tftp-server", "option:server-ip-address"), Topic.BOOT_SERVER),
    **dict.fromkeys(("67", "option:bootfile-name", "option6:59"), Topic.BOOT_FILE),
    "option6:bootfile-url": Topic.BOOT_FILE,
}
_LISTS = {
    "interface": Topic.INTERFACE,
    "listen-address": Topic.ADDRESS,
    "tftp-root": Topic.ROOT,
}
"""Options whose every field is of one kind."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One line: `name=value,value`."""

    name: str
    value: str
    path: str
    line: int

    @property
    def place(self) -> str:
        """The file and line, as messages name it."""
        return f"{self.path}:{self.line}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The parts of its value between commas."""
        return tuple(part.strip() for part in self.value.split(","))

    @property
    def untagged(self) -> tuple[str, ...]:
        """Those behind the tags that it begins with."""
        return tuple(dropwhile(lambda field: field.startswith(_TAG_WORDS), self.fields))


def part_words(files: Files) -> str:
    """Give what Debian's unit says of a directory of parts: the setting, or Debian's own."""
    own = f"/{PARTS},{','.join(_NOT_PARTS)}"
    return defaults.read(files, SETTINGS).get("CONFIG_DIR", own)


def options(files: Files) -> tuple[Option, ...]:
    """Give the options of every file that dnsmasq reads, in its order.

    A line of a file of hosts or options is one, too; a line of /etc/ethers is a host.
    """
    return _read(files)[0]


def files_read(files: Files) -> tuple[str, ...]:
    """Give the files that dnsmasq reads, in its order."""
    return _read(files)[1]


def _read(files: Files) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    seen: list[str] = []
    found = (*_file(files, MAIN, seen), *_directory(files, part_words(files), seen))
    return found, tuple(seen)


def roles(files: Files) -> tuple[Role, ...]:
    """Give what it does by its options: DNS unless that is off, DHCP, TFTP, advertisements."""
    found = set[Role]()
    given = options(files)
    if not any(each.name == "port" and each.value == "0" for each in given):
        found.add(Role.DNS)
    for each in given:
        if each.name == "enable-tftp":
            found.add(Role.TFTP)
        elif each.name == "enable-ra":
            found.add(Role.RA)
        elif each.name == "dhcp-range":
            found |= _range_roles(each)
    return tuple(role for role in Role if role in found)


def accepts(files: Files) -> Acceptance:
    """Say whom it serves: all, or those with a `dhcp-host` or `dhcp-mac` that sets a tag."""
    given = options(files)
    hosts = {each: _macs(each.fields) for each in given if each.name == "dhcp-host"}
    marked = {each: _macs(each.fields) for each in given if each.name == "dhcp-mac"}
    ranges = [e for e in given if e.name == "dhcp-range" and "proxy" not in e.untagged]
    known = tuple(
        mac for each, macs in hosts.items() if "ignore" not in each.fields for mac in macs
    )
    refused = dict(_refused(given, hosts | marked))
    by_class = tuple(_ignored_by_class(given))
    for each in given:
        wanted = [field[5:] for field in each.fields if field.startswith("tag:!")]
        if each.name == "dhcp-ignore" and wanted:
            tags = {f"set:{tag}" for tag in wanted}
            set_by = (
                m for o, macs in (hosts | marked).items() if tags & set(o.fields) for m in macs
            )
            named = known if "known" in wanted else tuple(set_by)
            if named or "known" in wanted:
                return Acceptance(
                    refusal=_words(each), macs=named, refused=refused, by_class=by_class
                )
    if ranges and all("static" in each.fields for each in ranges):
        refusal = f"{ranges[0].place} has a static range only"
        return Acceptance(refusal=refusal, macs=known, refused=refused, by_class=by_class)
    return Acceptance(macs=known, refused=refused, by_class=by_class)


def _ignored_by_class(given: Sequence[Option]) -> Iterator[str]:
    """Give the lines that ignore whom a class or option has tagged; `tag:!x`: whom none has."""
    tagging = [each for each in given if each.name in _SETTERS - {"dhcp-mac"}]
    tags = {each.fields[0].removeprefix("set:").removeprefix("net:") for each in tagging}
    for each in given:
        asked = [field.removeprefix("tag:").lstrip("!") for field in each.fields]
        if each.name == "dhcp-ignore" and tags.intersection(asked):
            yield _words(each)
        # A range that is for machines with a tag gives nothing to others.
        only = [f for f in _tags_asked(each) if each.name == "dhcp-range"]
        if only and only == asked[: len(only)]:
            yield _words(each)


def _refused(
    given: Sequence[Option], named: Mapping[Option, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Give the MAC addresses that are ignored, by themselves or by a tag, and by which line."""
    ignored = {
        f"set:{field[4:]}": each
        for each in given
        if each.name == "dhcp-ignore" and len(each.fields) == 1
        for field in each.fields
        if field.startswith("tag:") and not field.startswith("tag:!")
    }
    for each, macs in named.items():
        rules = [each] if "ignore" in each.fields else [ignored.get(f) for f in each.fields]
        for rule in filter(None, rules):
            yield from ((mac, _words(rule)) for mac in macs)


def _words(rule: Option) -> str:
    return f"{rule.place} has `{rule.name}={rule.value}`"


def _macs(fields: Sequence[str]) -> tuple[str, ...]:
    """Give the MAC addresses in an option, without what stars leave open at their end."""
    found = (_MAC.fullmatch(field.lower()) for field in fields)
    return tuple(match[1].replace("-", ":").rstrip(":*") for match in found if match is not None)


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
        if each.name in _SETTERS:
            known |= {each.fields[0].removeprefix("net:")}
    has_part = any(
        each.name in ("dhcp-hostsfile", "dhcp-hostsdir", "dhcp-script") for each in given
    )
    for each in given:
        for tag in () if has_part else _tags_asked(each):
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


def _unasked(given: Sequence[Option]) -> str:
    """Name the one tag that is set and that no line asks for; "" where there is none, or more."""
    asked = {tag.lstrip("!#") for each in given for tag in _ALL_TAGS.findall(each.value)}
    setters = [(f[4:], each) for each in given for f in each.fields if f.startswith("set:")]
    left = {tag: each for tag, each in setters if tag not in asked}
    told = (f"; {each.place} sets '{tag}', which none asks for" for tag, each in left.items())
    return next(told) if len(left) == 1 else ""


def elsewhere(files: Files, networks: Collection[IPv4Network | IPv6Network]) -> Iterator[Option]:
    """Give the ranges by which it adds to another server's answers in none of these networks."""
    for each in options(files):
        if each.name == "dhcp-range" and "proxy" in each.untagged:
            address = read_address(each.untagged[0])
            if address is not None and not any(address in network for network in networks):
                yield each


def _foreign_number(option: Option) -> str:
    """Say that a vendor class of DHCPv6 has another number than firmware's; "" where it may be."""
    numbers = [f.removeprefix("enterprise:") for f in option.fields if f.startswith("enterprise:")]
    told = option.fields[-1]
    is_boot = option.name == "dhcp-vendorclass" and told.startswith(_CALLED["dhcp-vendorclass"])
    if not is_boot or not numbers or numbers[0] == _INTEL:
        return ""
    return f"no machine says {told} by the number {numbers[0]}: firmware's and iPXE's is {_INTEL}"


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


def _asked_architecture(option: Option) -> int | None:
    """Give the client architecture that is matched; None where it is no number, or none is."""
    match option.untagged:
        case ("option:client-arch" | "93" | "option6:61", number) if option.name == "dhcp-match":
            return int(number, 0) if _NUMBER.fullmatch(number) else None
        case _:
            return None


def _tags_asked(option: Option) -> Iterator[str]:
    """Give the tags that a machine must have for an option; `tag:!x` is for those without."""
    for field in option.fields:
        kind, _, tag = field.partition(":")
        if kind == "tag" and tag and tag[0] not in "!#":
            yield tag


def says(files: Files) -> Iterator[Said]:
    """Give what the options say of the server and its network."""
    yield from _resolv_conf(files)
    yield from _proxies(files)
    for option in options(files):
        for topic, text, value in _said(option):
            guess = "the mask is not said" if topic is Topic.NETWORK and value else ""
            yield Said(
                topic=topic,
                text=text,
                path=option.path,
                line=option.line,
                value="" if guess else value,
                guess=guess,
            )


def leased(files: Files, family: Family) -> Iterator[str]:
    """Give the ranges of a family that it leases from, in its own words."""
    ranges = (each for each in options(files) if each.name == "dhcp-range")
    for each in ranges:
        is_six = ":" in "".join(each.untagged[:1])
        if is_six is (family is Family.IPV6) and "proxy" not in each.untagged:
            yield each.value


def _proxies(files: Files) -> Iterator[Said]:
    """Give the ranges in which another server gives the addresses, where it has no others."""
    ranges = [each for each in options(files) if each.name == "dhcp-range"]
    for each in ranges if all("proxy" in each.untagged for each in ranges) else ():
        yield Said(topic=Topic.PROXY, text=each.value, path=each.path, line=each.line)


def _resolv_conf(files: Files) -> Iterator[Said]:
    """Give whom it asks by the file that it takes that from, unless its options forbid it."""
    given = options(files)
    if any(each.name == "no-resolv" for each in given):
        return
    named = [each.value for each in given if each.name == "resolv-file"] or [_RESOLV_CONF]
    for path in map(normal, named):
        for number, line in enumerate(text_of(files, path).splitlines(), start=1):
            match line.split():
                case ["nameserver", address, *_]:
                    yield Said(topic=Topic.UPSTREAM, text=address, path=path, line=number)


def _file(files: Files, path: str, seen: list[str]) -> Iterator[Option]:
    path = normal(path)
    if path in seen or len(seen) >= _MOST_FILES or not files.has(path):
        return
    seen.append(path)
    for number, line in enumerate(files.read(path).splitlines(), start=1):
        name, _, value = _without_comment(line).partition("=")
        option = Option(name=name.strip(), value=value.strip(), path=path, line=number)
        if option.name:
            yield option
        if option.name == "conf-file":
            yield from _file(files, option.value, seen)
        elif option.name == "conf-dir":
            yield from _directory(files, option.value, seen)
        elif option.name == "read-ethers":
            yield from _lines(files, ETHERS, "dhcp-host", seen)
        elif option.name in _LINES_OF:
            for named in files.names(option.value) or (option.value,):
                yield from _lines(files, named, _LINES_OF[option.name], seen)


def _lines(files: Files, path: str, name: str, seen: list[str]) -> Iterator[Option]:
    """Read a file each line of which is one option's value, between commas or blanks."""
    path = normal(path)
    if path in seen or not files.has(path):
        return
    seen.append(path)
    for number, line in enumerate(files.read(path).splitlines(), start=1):
        value = _without_comment(line)
        if value:
            value = value if "," in value else ",".join(value.split())
            yield Option(name=name, value=value, path=path, line=number)


def _directory(files: Files, words: str, seen: list[str]) -> Iterator[Option]:
    """Read `DIR,*.wanted,.unwanted`: with one `*` those endings alone, else all but the others."""
    directory, *endings = words.split(",")
    wanted = tuple(ending[1:] for ending in endings if ending.startswith("*"))
    unwanted = tuple(ending for ending in endings if ending and not ending.startswith("*"))
    for path in files.names(directory):
        name = PurePosixPath(path).name
        is_odd = name.endswith(("~", *unwanted)) or name.startswith((".", "#"))
        if not is_odd and (not wanted or name.endswith(wanted)):
            yield from _file(files, path, seen)


def _without_comment(line: str) -> str:
    """Leave out a comment: `#` at the beginning, or behind a blank."""
    if line.lstrip().startswith("#"):
        return ""
    return line.partition(" #")[0].partition("\t#")[0].strip()


def _range_roles(option: Option) -> set[Role]:
    fields = option.untagged
    if not fields or ":" not in fields[0]:
        return {Role.PROXY_DHCP if "proxy" in fields else Role.DHCPV4}
    advertised = {Role.RA} if _RA_MODES & set(fields) else set[Role]()
    # Beside a range, `slaac` lets machines make themselves an address as well (dnsmasq(8)).
    leases = "ra-only" not in fields and ("slaac" not in fields or ":" in "".join(fields[1:2]))
    return {*advertised, Role.DHCPV6} if leases else advertised


def _said(option: Option) -> Iterator[tuple[Topic, str, str]]:
    fields = option.untagged
    if option.name in _LISTS:
        topic = _LISTS[option.name]
        yield from ((topic, field, "") for field in fields if field not in ("", "lo"))
    elif option.name == "dhcp-range":
        yield from _network(fields)
    elif option.name == "server":
        # `/domain/address#port@interface`
        address = re.split("[#@]", option.value.rpartition("/")[2])[0]
        yield from ((Topic.UPSTREAM, text, "") for text in (address,) if read_address(text))
    elif option.name == "dhcp-boot":
        handed = zip((Topic.BOOT_FILE, Topic.BOOT_SERVER), fields[::2], strict=False)
        yield from ((topic, text, "") for topic, text in handed if text)
    elif option.name == "pxe-service":
        # A name without an ending is a basename, or the number of a service elsewhere.
        yield from ((Topic.BOOT_FILE, name, "") for name in fields[2:3] if "." in name)
    elif option.name == "dhcp-host":
        reserved = (field.strip("[]") for field in fields)
        yield from ((Topic.ASKS, field, "") for field in reserved if read_address(field))
    elif option.name in ("dhcp-option", "dhcp-option-force"):
        known = _DHCP_OPTIONS.get(fields[0]) if fields else None
        texts = (field.strip('[]"') for field in fields[1:])
        yield from ((known, text, "") for text in texts if known is not None)
    else:
        yield from _names(option)


def _names(option: Option) -> Iterator[tuple[Topic, str, str]]:
    fields = option.fields
    match option.name:
        case "host-record":
            names = [field for field in fields if not read_address(field) and not field.isdecimal()]
            addresses = [field for field in fields if read_address(field)]
            yield from ((Topic.NAME, name, address) for name in names for address in addresses)
        case "address":
            *names, address = option.value.strip("/").split("/")
            yield from ((Topic.NAME, name, address) for name in names)
        case "addn-hosts" if len(fields) > 1:
            yield from ((Topic.NAME, name, fields[0]) for name in fields[1:])
        case "cname":
            yield from ((Topic.NAME, name, fields[-1]) for name in fields[:-1])


def _network(fields: tuple[str, ...]) -> Iterator[tuple[Topic, str, str]]:
    """Give the network of a range; its mask, or the usual one, which `value` then says."""
    if not fields or not read_address(fields[0]):
        return
    if any(field.startswith("constructor:") for field in fields):
        return  # its network is that of the interface's own address
    six = ":" in fields[0]
    usual, pattern = ("64", _PREFIX_LENGTH) if six else ("24", _MASK)
    told = next(filter(pattern.fullmatch, fields[1:4]), "")
    kind = IPv6Network if six else IPv4Network
    network = kind(f"{fields[0]}/{told or usual}", strict=False)
    yield Topic.NETWORK, str(network), "" if told or six else usual
