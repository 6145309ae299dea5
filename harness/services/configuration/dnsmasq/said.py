"""What dnsmasq's options say of the server and its network: networks, boot files, names."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from harness.model import read_address
from harness.services.configuration.dnsmasq.options import Option, options
from harness.site.files import Files, normal, text_of
from harness.site.said import Said, Topic

_RESOLV_CONF, _HOSTS = "etc/resolv.conf", "etc/hosts"
_MASK = re.compile(r"255\.[\d.]+")
_PREFIX_LENGTH = re.compile(r"\d{2,3}")
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
        # Without an ending it is a layer's, a service's number, or a word that nobody asks for.
        name, server = (*fields[2:4], "", "")[:2]
        if "." in name:
            yield Topic.BOOT_FILE, name, ""
            yield from ((Topic.BOOT_SERVER, text, "") for text in (server,) if text)
    elif option.name == "dhcp-host":
        reserved = (field.strip("[]") for field in fields)
        yield from ((Topic.ASKS, field, "") for field in reserved if read_address(field))
    elif option.name in ("dhcp-option", "dhcp-option-force"):
        known = _DHCP_OPTIONS.get(fields[0]) if fields else None
        texts = (field.strip("[]") for field in fields[1:])
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


def host_names(files: Files) -> frozenset[str]:
    """Give the names of which it tells DHCP clients the IPv4 address (`dhcp-boot`, dnsmasq(8)).

    They are those of hosts files and of `host-record`, and no others that it answers for.
    """
    given = options(files)
    told = [e for e in given if e.name in ("host-record", "addn-hosts")]
    found = [(name, address) for each in told for _, name, address in _names(each)]
    if not any(each.name == "no-hosts" for each in given):
        lines = (line.partition("#")[0].split() for line in text_of(files, _HOSTS).splitlines())
        found += [(name, words[0]) for words in lines for name in words[1:]]
    return frozenset(name.lower() for name, address in found if ":" not in address)


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
