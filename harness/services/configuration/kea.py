"""What Kea's files say: networks, servers, boot files, hosts, each with its line.

They are JSON with comments (`#`, `//`, `/* */`) and includes (`<?include "FILE"?>`), as Kea's own
parser takes them. Forgiving: what is no such file gives what can be made of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from harness.daemon_facts import Acceptance
from harness.model import Family
from harness.site.files import Files, normal
from harness.site.said import Said, Topic, networks_in

_TOKEN = re.compile(
    r"""
    (?P<space>   (?: \s | \#[^\n]* | //[^\n]* | /\*.*?\*/ )+ )
  | (?P<include> <\?include\s+"(?P<path>[^"]*)"\s*\?> )
  | (?P<text>    "(?:[^"\\]|\\.)*" )
  | (?P<mark>    [][{}:,] )
  | (?P<word>    [^\s"\][{}:,#/]+ )
  | (?P<rest>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MOST_FILES = 20
"""As many files as are followed: one may take itself in."""
_SUBNETS = ("subnet4", "subnet6")
_KNOWN, _DROP = "KNOWN", "DROP"
"""Classes of Kea's own: hosts with a reservation, and clients that it does not answer."""
_KEYS = {
    "subnet": Topic.NETWORK,
    "next-server": Topic.BOOT_SERVER,
    "boot-file-name": Topic.BOOT_FILE,
    "password": Topic.SECRET,
    "ip-address": Topic.ASKS,
}
_OPTIONS = {
    **dict.fromkeys(("routers", "3"), Topic.ROUTER),
    **dict.fromkeys(("domain-name-servers", "6", "dns-servers", "23"), Topic.DNS_SERVER),
    **dict.fromkeys(("tftp-server-name", "66"), Topic.BOOT_SERVER),
    **dict.fromkeys(("boot-file-name", "67", "bootfile-url", "59"), Topic.BOOT_FILE),
}
"""Options of DHCPv4 and DHCPv6 by name and number; no number of one is a known name's in both."""
_OF_MAC = re.compile(
    r"(?P<part>substring\s*\(\s*)?pkt4\.mac\s*(?:,\s*0\s*,\s*\d+\s*\))?\s*==\s*"
    r"(?:0x(?P<hex>[0-9a-fA-F]+)|'(?P<text>[0-9a-fA-F:]+)')"
)
_LESS_THAN_INFO = re.compile(r'("severity"\s*:\s*)"(?:WARN|ERROR|FATAL|NONE)"')
_DATABASES = re.compile(r'("lease-database"\s*:\s*\{[^{}]*?"type"\s*:\s*)"(?:mysql|postgresql)"')
_OF_PEERS = "libdhcp_ha.so"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One value: a text, a number, or a block with others, of a map by key, of a list without."""

    key: str
    text: str
    """Of a block: ""."""
    path: str
    line: int
    begin: int
    end: int
    """Where in the file it stands."""
    items: tuple["Item", ...] = ()

    @property
    def place(self) -> str:
        """The file and line, as messages name it."""
        return f"{self.path}:{self.line}"

    def all(self, *keys: str) -> Iterator["Item"]:
        """Give what stands in it under these keys."""
        return (each for each in self.items if each.key in keys)

    def entries(self, *keys: str) -> Iterator["Item"]:
        """Give the entries of the lists that stand in it under these keys."""
        return (entry for each in self.all(*keys) for entry in each.items)

    def get(self, key: str) -> "Item | None":
        """Give what stands in it under a key; of several the last, as Kea has it."""
        return next(reversed([*self.all(key)]), None)

    def value(self, key: str) -> str:
        """Give the text under a key; "" without one."""
        found = self.get(key)
        return found.text if found is not None else ""


@dataclass(frozen=True, kw_only=True)
class _Token:
    mark: str
    text: str
    path: str
    line: int
    begin: int
    end: int


def read(files: Files, path: str) -> Item | None:
    """Give what a file says, with what it includes; None where it says nothing."""
    tokens = _tokens(files, normal(path), [])
    first = next(tokens, None)
    return None if first is None else _item("", first, tokens)


def server(files: Files, path: str) -> Item | None:
    """Give the part of the file that is the server's: `Dhcp4` or `Dhcp6`."""
    whole = read(files, path)
    return None if whole is None else next(whole.all("Dhcp4", "Dhcp6"), None)


def walk(item: Item) -> Iterator[Item]:
    """Go through a value and all that stands in it."""
    yield item
    for each in item.items:
        yield from walk(each)


def files_read(files: Files, path: str) -> tuple[str, ...]:
    """Give the file and those that it includes, in their order."""
    seen: list[str] = []
    for _ in _tokens(files, normal(path), seen):
        pass
    return tuple(seen)


def subnets(root: Item) -> Iterator[Item]:
    """Give the networks that it leases in, those of shared networks too."""
    for each in (root, *root.entries("shared-networks")):
        yield from each.entries(*_SUBNETS)


def says(files: Files, path: str) -> Iterator[Said]:
    """Give what the file says of the server and its network."""
    root = server(files, path)
    if root is None:
        return
    for each in walk(root):
        for topic, text in _said(each):
            yield Said(topic=topic, text=text, path=each.path, line=each.line)
        for topic, data in _option(each):
            for text in data.text.split(",") if topic is not Topic.BOOT_FILE else (data.text,):
                yield Said(topic=topic, text=text.strip(), path=data.path, line=data.line)


def interfaces(files: Files, path: str) -> Iterator[str]:
    """Give the places by which it listens anywhere."""
    root = server(files, path)
    for each in root.all("interfaces-config") if root is not None else ():
        yield from (entry.place for entry in each.entries("interfaces"))


def hears_no_relay(files: Files, path: str, family: Family) -> str:
    """Give the line by which it hears no relay that sends to its own address; "": it does.

    kea-dhcp6 listens at an interface's link-local address and at ff02::1:2, and at another address
    where that stands behind the interface's name alone (Kea's manual, 9.2.4).
    """
    root = server(files, path) if family is Family.IPV6 else None
    for each in root.all("interfaces-config") if root is not None else ():
        named = tuple(each.entries("interfaces"))
        if named and not any("/" in entry.text for entry in named):
            return f"{named[0].place} has `interfaces: {named[0].text}`"
    return ""


def pools(files: Files, path: str) -> Iterator[str]:
    """Give the addresses that it leases to whoever asks: `a to b`, or a network's."""
    root = server(files, path)
    for each in subnets(root) if root is not None else ():
        for pool in each.entries("pools"):
            first, dash, last = pool.value("pool").partition("-")
            yield f"{first.strip()} to {last.strip()}" if dash else first.strip()


def accepts(files: Files, path: str) -> Acceptance:
    """Say whom it serves: whoever asks, those of a class, or the hosts that it has."""
    root = server(files, path)
    if root is None:
        return Acceptance()
    reserved = [*_reservations(root)]
    macs = {mac: each for each in reserved for mac in _macs(each)}
    refused = dict(_refused(root, macs))
    known = tuple(mac for mac in macs if mac not in refused)
    rules = [rule for subnet in subnets(root) for rule in _rules(subnet)]
    shut = _drops_strangers(root)
    by_class = tuple(_drops_by_class(root))
    if shut is None and (not rules or None in rules):
        return Acceptance(macs=known, refused=refused, by_class=by_class)
    first = shut or next(rule for rule in rules if rule is not None)
    named = {rule.text for rule in rules if rule is not None} | ({_KNOWN} if shut else set())
    tests = [e for e in root.entries("client-classes") if e.value("name") in named]
    of_classes = [mac for each in tests for mac in _tested(each)]
    let_in = (*(known if _KNOWN in named else ()), *of_classes)
    return Acceptance(refusal=_words(first), macs=let_in, refused=refused, by_class=by_class)


def as_in_a_lab(files: Files, path: str) -> dict[str, str]:
    """Give the files that need what no lab has, without that; other lines keep their numbers.

    Without its peer a server of a pair leases nothing for a while, and a lab has no peer and no
    database. What it leases it must say, for its log is a witness.
    """
    root = server(files, path)
    texts = {each: files.read(each) for each in files_read(files, path)}
    changed = dict(texts)
    for each in root.entries("hooks-libraries") if root is not None else ():
        if each.value("library").endswith(_OF_PEERS):
            changed[each.path] = _without(changed[each.path], each)
    for name, text in changed.items():
        told = _LESS_THAN_INFO.sub(r'\1"INFO"', text)
        changed[name] = _DATABASES.sub(r'\1"memfile"', told)
    return {name: text for name, text in changed.items() if text != texts[name]}


def _tokens(files: Files, path: str, seen: list[str]) -> Iterator[_Token]:
    if len(seen) >= _MOST_FILES or not files.has(path):
        return
    seen.append(path)
    for token in _matches(files.read(path)):
        if token["include"] is not None:
            yield from _tokens(files, normal(token["path"]), seen)
        elif token["rest"] is None:
            line = token.string.count("\n", 0, token.start()) + 1
            text = _ESCAPED.sub(r"\1", token["text"][1:-1]) if token["text"] else token[0]
            yield _Token(
                mark=token["mark"] or "",
                text=text,
                path=path,
                line=line,
                begin=token.start(),
                end=token.end(),
            )


@lru_cache(maxsize=64)  # who wants to know what of a daemon asks each for itself
def _matches(text: str) -> tuple[re.Match[str], ...]:
    return tuple(token for token in _TOKEN.finditer(text) if token["space"] is None)


def _item(key: str, first: _Token, tokens: Iterator[_Token]) -> Item:
    """Give the value that begins with a token; a block that nobody closes ends with the file."""
    items: list[Item] = []
    end = first.end
    pending: _Token | None = None
    named = ""
    for token in tokens if first.mark in ("{", "[") else ():
        end = token.end if token.path == first.path else end
        if token.mark == ":" and pending is not None:
            named, pending = pending.text, None
            continue
        if pending is not None:
            items.append(_item(named, pending, iter(())))
            named, pending = "", None
        if token.mark in ("}", "]"):
            break
        if token.mark in ("{", "["):
            items.append(_item(named, token, tokens))
            named = ""
        elif not token.mark:
            pending = token
    return Item(
        key=key,
        text="" if first.mark else first.text,
        path=first.path,
        line=first.line,
        begin=first.begin,
        end=end,
        items=tuple(items),
    )


def _said(item: Item) -> Iterator[tuple[Topic, str]]:
    if item.key == "interfaces":
        for each in item.items:
            name, _, address = each.text.partition("/")
            yield from ((Topic.INTERFACE, name),) if name != "*" else ()
            yield from ((Topic.ADDRESS, address),) if address else ()
    elif item.key == "ip-addresses":
        yield from ((Topic.ASKS, each.text) for each in item.items)
    elif item.key == "subnet":
        yield from networks_in(item.text)
    elif item.key in _KEYS and item.text not in ("", "0.0.0.0"):
        yield _KEYS[item.key], item.text


def _option(item: Item) -> Iterator[tuple[Topic, Item]]:
    """Give what an entry of `option-data` tells, if it is one."""
    data = item.get("data")
    topic = _OPTIONS.get(item.value("name") or item.value("code"))
    if data is not None and topic is not None and item.value("space") in ("", "dhcp4", "dhcp6"):
        yield topic, data


def _reservations(root: Item) -> Iterator[Item]:
    yield from root.entries("reservations")
    for each in subnets(root):
        yield from each.entries("reservations")


def _macs(reservation: Item) -> Iterator[str]:
    mac = reservation.value("hw-address").lower().replace("-", ":")
    yield from (mac,) if mac else ()


def _rules(subnet: Item) -> Iterator[Item | None]:
    """Give, for each pool, the class that it is for; None: whoever asks."""
    outer = subnet.get("client-class")
    for pool in subnet.entries("pools"):
        yield pool.get("client-class") or outer


def _refused(root: Item, macs: Mapping[str, Item]) -> Iterator[tuple[str, str]]:
    """Give the MAC addresses of hosts that it does not answer, and by which line."""
    for mac, each in macs.items():
        for of_class in each.entries("client-classes"):
            if of_class.text == _DROP:
                yield mac, f"{of_class.place} puts it in the class {_DROP}"
    for each in _classes(root, _DROP):
        test = each.get("test")
        if test is not None and not _is_about_strangers(test):
            yield from ((mac, _words(test)) for mac in _tested(each))


def _drops_strangers(root: Item) -> Item | None:
    """Give the test by which whoever has no reservation is not answered."""
    tests = (each.get("test") for each in _classes(root, _DROP))
    return next((each for each in tests if each is not None and _is_about_strangers(each)), None)


def _drops_by_class(root: Item) -> Iterator[str]:
    """Give the tests, of neither strangers nor hosts, by which clients are not answered."""
    for each in _classes(root, _DROP):
        test = each.get("test")
        if test is not None and not _is_about_strangers(test) and not any(_tested(each)):
            yield f"{_words(test)} in its class {_DROP}"


def _is_about_strangers(test: Item) -> bool:
    compact = re.sub(r"[\s()'\"]", "", test.text)
    return compact in (f"notmember{_KNOWN}", "memberUNKNOWN")


def _classes(root: Item, name: str) -> Iterable[Item]:
    return (each for each in root.entries("client-classes") if each.value("name") == name)


def _tested(of_class: Item) -> Iterator[str]:
    """Give the MAC addresses, or how they begin, by which a class knows its members."""
    for found in _OF_MAC.finditer(of_class.value("test")):
        digits = (found["hex"] or found["text"].replace(":", "")).lower()
        yield ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _words(rule: Item) -> str:
    return f"{rule.place} has `{rule.key}: {rule.text}`"


def _without(text: str, item: Item) -> str:
    """Leave out an entry of a list, and the comma beside it."""
    before, held, after = text[: item.begin], text[item.begin : item.end], text[item.end :]
    kept = re.sub(r",(\s*)$", r"\1", before)
    rest = after if kept != before else re.sub(r"^(\s*),", r"\1", after)
    return f"{kept}{chr(10) * held.count(chr(10))}{rest}"
