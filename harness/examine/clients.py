"""Whether the rules by which dhcpd tells kinds of machines apart can ever be true.

Nobody sees it of the file alone: a class in other letters, eight of them compared with nine, an
option under another number. The rule is for no machine then, and the next one is for all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from harness.examine.finding import Finding, warning
from harness.examine.named import handed_out
from harness.loaders.ipxe import AUTOEXEC
from harness.model import LAST_CLIENT_ARCH, Family, Role
from harness.services.configuration import dhcpd
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.site import Site
from harness.site.places import shown_path

_IFS = (("if",), ("elsif",), ("else",))
_PXE, _HTTP, _IPXE = "PXEClient", "HTTPClient", "iPXE"
_COMPARED = re.compile(
    r"(?P<substring>substring\s*\(\s*)?option (?P<option>[\w.-]+)"
    r"(?: (?P<start>\d+) (?P<length>\d+) ?\))? (?P<how>=|~=|~~) (?P<value>[^\s()]+)"
)
_HEX = re.compile(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})+")
_ARCHITECTURE = re.compile(r"0{0,2}:?(?:0x)?(?P<number>[0-9a-fA-F]{1,2})")
_ARCHITECTURE_BYTES = 2
_CALLED_WITH_IT = re.compile(rf"(?P<name>{_PXE}|{_HTTP}):Arch:(?P<number>\d{{5}})(?::|$)")
"""What firmware calls itself, as far as its architecture, in decimal there."""
HTTP_ARCHITECTURES = frozenset(
    {0x0F, *range(0x10, 0x15), *(0x17, 0x18, 0x1A, 0x1C, 0x1E, 0x26, 0x28)}
)
"""Those of firmware that boots by HTTP (IANA, Processor Architecture Types)."""
_USUAL = {0x10: "x64's is 00:10, ia32's 00:0f", 0x07: "x64's is 00:07, ia32's 00:06"}


class _Matter(Enum):
    """What a client says of itself, and by which option of DHCPv4 and DHCPv6."""

    VENDOR_CLASS = "vendor class", 60, 16
    USER_CLASS = "user class", 77, 15
    ARCHITECTURE = "architecture", 93, 61
    URL = "boot file's URL", 0, 59

    def code(self, family: Family) -> int:
        """Give the option's number."""
        return int(self.value[1 if family is Family.IPV4 else 2])


_BUILT_IN = {
    "vendor-class-identifier": 60,
    "user-class": 77,
    "dhcp6.user-class": 15,
    "dhcp6.vendor-class": 16,
}
_BEGINS = {15: 2, 16: 6}
"""Option of DHCPv6 → where its text begins, behind what tells the length."""


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """`substring(option vendor-class-identifier, 0, 9) = "PXEClient"`."""

    option: str
    start: int | None
    length: int | None
    how: str
    value: str

    @property
    def matter(self) -> _Matter | None:
        """What is asked about, by what it is compared with."""
        if self.name:
            return _Matter.USER_CLASS if self.name == _IPXE else _Matter.VENDOR_CLASS
        return _Matter.ARCHITECTURE if self.architecture is not None else None

    @property
    def name(self) -> str:
        """The known name that is meant, however it is written."""
        known = {name.lower(): name for name in (_PXE, _HTTP, _IPXE)}
        return known.get(self.value.strip().lower(), "")

    @property
    def architecture(self) -> int | None:
        """The number of an architecture."""
        found = _ARCHITECTURE.fullmatch(self.value) if self.value.startswith("0") else None
        number = int(found["number"], 16) if found is not None else LAST_CLIENT_ARCH + 1
        return number if ":" in self.value and number <= LAST_CLIENT_ARCH else None


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through the conditions of dhcpd's files on one of the site's hosts, and what is behind."""
    for kind in (Dhcpd4, Dhcpd6):
        path = kind.configuration(host)
        if kind.name in host.daemons and host.has(path):
            given = tuple(dhcpd.statements(host, path))
            yield from _File(family=kind.family, statements=given).findings()
            yield from _handed_itself(site, shown_path(path, host.within), given)


def _handed_itself(site: Site, path: str, given: Sequence[Statement]) -> Iterator[Finding]:
    """Say that no condition tells iPXE from the firmware before it, whose file it is given then.

    Debian's iPXE, that is: a build of one's own may have its script in it.
    """
    conditions = [each for each in given if each.words[:1] in _IFS or each.name == "match"]
    is_told = any(_tells_ipxe(each.words) for each in conditions)
    if is_told or site.provides(f"{site.root_of(Role.TFTP)}/{AUTOEXEC}"):
        return
    only_firmware_s = set(_of_http_boot(given))
    asked = [each.place for each in conditions if any("user-class" in word for word in each.words)]
    for said, named in handed_out(site):
        is_ipxe = site.supply.get(named.path, "").startswith("ipxe/")
        has_script = site.provides(f"{named.path.rpartition('/')[0]}/{AUTOEXEC}")
        is_its_own = said.path == path and said.line not in only_firmware_s
        if is_its_own and is_ipxe and not has_script:
            what = f"iPXE is handed itself, again and again: no condition tells it, and {said.text}"
            where = next(iter(asked), said.place)
            yield warning(where, f"{what} is what it is given (user class '{_IPXE}')")
            return


def _of_http_boot(given: Sequence[Statement]) -> Iterator[int]:
    """Give the lines that are for UEFI HTTP Boot alone; iPXE calls itself a PXE client."""
    matched = {e.inside[-1] for e in given if e.name == "match" and e.inside and _HTTP in _of(e)}
    for each in given:
        if any(block in matched or _HTTP in " ".join(block) for block in each.inside):
            yield each.line


def _of(statement: Statement) -> str:
    return " ".join(statement.words)


def _tells_ipxe(words: Sequence[str]) -> bool:
    """Whether a condition is about iPXE: by its name, or by an option that firmware lacks."""
    asked = [n for n, word in enumerate(words) if "user-class" in word]
    told = [
        words[n + 1] for n, word in enumerate(words[:-1]) if asked and asked[0] < n and word == "="
    ]
    # A build of one's own may call itself otherwise, but not nearly so.
    slips = get_close_matches(_IPXE, told, cutoff=0.6)
    named = any("ipxe" in word.lower() or word == "175" for word in words)
    return named or (bool(asked) and not slips)


@dataclass(frozen=True, kw_only=True)
class _File:
    """The statements of one dhcpd, those in blocks too."""

    family: Family
    statements: Sequence[Statement]

    def findings(self) -> Iterator[Finding]:
        codes = {**_BUILT_IN, **_declared(self.statements)}
        yield from self._other_numbers(codes)
        told_outside = any(
            _is_http_class(each) and not any(block[:1] in _IFS for block in each.inside)
            for each in self.statements
        )
        for each in self.statements:
            compared = _comparisons(each)
            for comparison in compared:
                why = _impossible(comparison, codes, self.family)
                why = why or _no_such_client(comparison, codes, self.family)
                why = why or _no_architecture(comparison, codes, self.family)
                if why:
                    yield warning(each.place, f"{why}{self._vain(each)}")
            yield from _contradiction(each, compared)
            if not told_outside and any(e.name == _HTTP for e in compared):
                yield from self._without_class(each)
        yield from _repeated(self.statements)

    def _other_numbers(self, codes: Mapping[str, int]) -> Iterator[Finding]:
        """Say which options do not have the number of what they are compared with, or hold."""
        meant: dict[tuple[str, _Matter], Statement] = {}
        for each in self.statements:
            for compared in _comparisons(each):
                if compared.matter is not None:
                    meant.setdefault((compared.option, compared.matter), each)
            if each.name == "option" and _is_url(each.words[-1]) and self.family is Family.IPV6:
                meant.setdefault((each.words[1], _Matter.URL), each)
        declared = {e.words[1]: e for e in self.statements if e.words[2:3] == ("code",)}
        for (option, matter), where in meant.items():
            right = matter.code(self.family)
            if codes.get(option, right) != right:
                yield warning(
                    declared.get(option, where).place,
                    f"option {option} is number {codes[option]}, and is taken for the "
                    f"{matter.value[0]}, which is in {right}",
                )

    def _vain(self, where: Statement) -> str:
        """Say what nobody is given, where it is a class that nobody is in."""
        if where.name != "match" or not where.inside:
            return ""
        held = [e.words for e in self.statements if e.inside == where.inside and e.name != "match"]
        names = (words[1] if words[0] == "option" else words[0] for words in held if words[1:])
        told = ", ".join(dict.fromkeys(names))
        return f"; nobody is given what its class has: {told}" if told else ""

    def _without_class(self, condition: Statement) -> Iterator[Finding]:
        """Say that an answer to UEFI HTTP Boot does not call itself one."""
        block = condition.block or ()
        urls = (each for each in block if any(_is_web(word) for word in each.words))
        url = next(urls, None)
        if url is None or any(_is_http_class(each) for each in block):
            return
        option = _Matter.VENDOR_CLASS.code(self.family)
        given = (e for e in block if e.name == "option" and len(e.words) > 1)
        others = [e for e in given if "vendor-class" in e.words[1]]
        said = f": it says '{others[0].words[-1]}'" if others else ""
        yield warning(
            (others or [url])[0].place,
            f"UEFI HTTP Boot takes no offer whose vendor class (option {option}) "
            f"is not {_HTTP}{said}",
        )


def _declared(statements: Sequence[Statement]) -> Mapping[str, int]:
    """Give the numbers of the options that a file declares: `option NAME code N = …`."""
    found = {}
    for each in statements:
        match each.words:
            case ("option", name, "code", number, "=", *_) if number.isdecimal():
                found[name] = int(number)
    return found


def architectures(statement: Statement) -> frozenset[int]:
    """Give those that the condition closest around a statement asks for; none: it does not."""
    for words in reversed(statement.inside):
        if {"not", "else"} & set(words) and words[:2] != ("else", "if"):
            return frozenset()
        found = {each.architecture for each in _compared(words) if each.how == "="}
        if known := frozenset(each for each in found if each is not None):
            return known
    return frozenset()


def _comparisons(statement: Statement) -> list[_Comparison]:
    return _compared(statement.words)


def _compared(words: Sequence[str]) -> list[_Comparison]:
    is_condition = tuple(words[:1]) in _IFS or tuple(words[:2]) == ("match", "if")
    # A blank in quotes is of the value.
    kept = (word.replace(" ", "\0") for word in words)
    text = " ".join(kept).replace(" ,", "") if is_condition else ""
    return [
        _Comparison(
            option=found["option"],
            start=int(found["start"]) if found["start"] else None,
            length=int(found["length"]) if found["length"] else None,
            how=found["how"],
            value=found["value"].replace("\0", " "),
        )
        for found in _COMPARED.finditer(text)
    ]


def _impossible(compared: _Comparison, codes: Mapping[str, int], family: Family) -> str:
    """Say why no machine makes a comparison true; "" when one may."""
    matter, code = compared.matter, codes.get(compared.option)
    if not compared.name or matter is None or code != matter.code(family) or compared.how != "=":
        return ""
    begins = _BEGINS.get(code, 0) if family is Family.IPV6 else 0
    told = f"option {compared.option} is never '{compared.value}'"
    if compared.name != compared.value:
        return f"{told}: it is '{compared.name}'"
    if compared.length is not None and compared.start != begins:
        return f"{told} from byte {compared.start} on, but from {begins}"
    if compared.length not in (None, len(compared.value)):
        letters = f"{compared.length} letters of option {compared.option}"
        return f"{letters} are never '{compared.value}', which has {len(compared.value)}"
    if compared.length is None and compared.name != _IPXE:
        whole = f"substring(option {compared.option}, {begins}, {len(compared.value)})"
        return f"{told} alone, for firmware says more behind it: compare {whole}"
    return ""


def _no_such_client(compared: _Comparison, codes: Mapping[str, int], family: Family) -> str:
    """Say that no machine calls itself so, with its architecture; "" when one may."""
    found = _CALLED_WITH_IT.match(compared.value)
    code = _Matter.VENDOR_CLASS.code(family)
    if found is None or codes.get(compared.option) != code or compared.how != "=":
        return ""
    number = int(found["number"])
    if number > LAST_CLIENT_ARCH:
        return f"no machine has the architecture {found['number']}: 00007 is one"
    if (found["name"] == _HTTP) is not (number in HTTP_ARCHITECTURES):
        return f"no machine that says {found['name']} has the architecture {found['number']}"
    if compared.length not in (None, len(compared.value)):
        letters = f"{compared.length} letters of option {compared.option}"
        return f"{letters} are never '{compared.value}', which has {len(compared.value)}"
    return ""


def _no_architecture(compared: _Comparison, codes: Mapping[str, int], family: Family) -> str:
    """Say that no machine has the architecture that is asked for; "" when one may."""
    is_one = codes.get(compared.option) == _Matter.ARCHITECTURE.code(family)
    if not (is_one and compared.how == "=" and compared.length is None):
        return ""
    parts = compared.value.split(":")
    if not all(re.fullmatch(r"[0-9a-fA-F]{1,2}", part) for part in parts):
        return ""
    if len(parts) != _ARCHITECTURE_BYTES:
        count = {1: "is one byte"}.get(len(parts), f"has {len(parts)} bytes")
        return f"'{compared.value}' {count}, and an architecture has two, as 00:07"
    return "" if compared.architecture is not None else no_machine(parts)


def no_machine(parts: Sequence[str]) -> str:
    """Say that no machine has an architecture, of two bytes in hex; and whose it is reversed."""
    high, low = (int(part, 16) for part in parts)
    meant = f": 00:{high:02x} is one" if not low and high <= LAST_CLIENT_ARCH else ""
    return f"no machine has the architecture {high:02x}:{low:02x}{meant}"


def _contradiction(where: Statement, compared: Sequence[_Comparison]) -> Iterator[Finding]:
    """Say that no machine of a class has the architecture that is asked for beside it."""
    if {"or", "not"} & set(where.words):
        return
    names = [each.name for each in compared if each.name in (_PXE, _HTTP)]
    for number in (e.architecture for e in compared if e.architecture is not None):
        for name in names:
            if (number in HTTP_ARCHITECTURES) is not (name == _HTTP):
                usual = _USUAL[0x10 if name == _HTTP else 0x07]
                yield warning(
                    where.place,
                    f"no machine that says {name} has the architecture 00:{number:02x}: {usual}",
                )


def _repeated(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Say that a condition was asked before in the same chain: its block is never come to."""
    asked: dict[tuple[tuple[str, ...], ...], dict[str, int]] = {}
    for each in statements:
        if each.name == "if":
            asked[each.inside] = {}
        elif each.words[:1] not in _IFS:
            continue
        condition = " ".join(word for word in each.words if word not in ("if", "elsif", "else"))
        before = asked.setdefault(each.inside, {})
        if condition and condition in before:
            last = condition.rpartition(" ")[2]
            where = f"{each.path}:{before[condition]}"
            what = f"{last} is asked for in {where} already, by '{condition}'"
            yield warning(each.place, f"{what}: nothing comes to this one")
        before.setdefault(condition, each.line)


def _is_http_class(statement: Statement) -> bool:
    """Whether it has a client told that the answer is UEFI HTTP Boot's."""
    if statement.name != "option" or len(statement.words) < 3 or statement.words[2] == "code":
        return False
    value = statement.words[-1]
    if _HEX.fullmatch(value):
        return _HTTP.encode() in bytes(int(each, 16) for each in value.split(":"))
    return value.startswith(_HTTP)


def _is_web(word: str) -> bool:
    return word.lower().startswith(("http://", "https://"))


def _is_url(word: str) -> bool:
    return _is_web(word) or word.lower().startswith("tftp://")
