"""The options in dnsmasq's files, in the order in which it reads them, each with its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import PurePosixPath

from harness.services import defaults
from harness.site.files import Files, normal

MAIN = "etc/dnsmasq.conf"
SETTINGS = "etc/default/dnsmasq"
PARTS = "etc/dnsmasq.d"
ETHERS = "etc/ethers"
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
_TAG_WORDS = ("tag:", "set:", "net:", "encap:", "vi-encap:", "vendor:")
SETTERS = frozenset(
    {
        *("dhcp-match", "dhcp-userclass", "dhcp-vendorclass", "dhcp-mac", "dhcp-name-match"),
        *("dhcp-circuitid", "dhcp-remoteid", "dhcp-subscrid"),
    }
)
"""Options whose first field is a tag that they set, with `set:` before it or without."""


_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"')
_COMMAND = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^"#]|(?<=\S)#|")*')
"""A line as far as a comment: `#` at the beginning or behind a blank, in no quotation marks."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One line: `name=value,value`."""

    name: str
    value: str
    """Without the quotation marks in it."""
    fields: tuple[str, ...]
    """The parts of its value between commas that no quotation marks hide."""
    path: str
    line: int

    @property
    def place(self) -> str:
        """The file and line, as messages name it."""
        return f"{self.path}:{self.line}"

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


def _file(files: Files, path: str, seen: list[str]) -> Iterator[Option]:
    path = normal(path)
    if path in seen or len(seen) >= _MOST_FILES or not files.has(path):
        return
    seen.append(path)
    for number, line in enumerate(files.read(path).splitlines(), start=1):
        name, _, value = _without_comment(line).partition("=")
        option = _option(name.strip(), value.strip(), path, number)
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
            yield _option(name, value, path, number)


def _directory(files: Files, words: str, seen: list[str]) -> Iterator[Option]:
    for path in taken(files, words):
        yield from _file(files, path, seen)


def taken(files: Files, words: str) -> Iterator[str]:
    """Give the files of `DIR,*.wanted,.unwanted`: with a `*` those endings, else all but others."""
    directory, *endings = words.split(",")
    wanted = tuple(ending[1:] for ending in endings if ending.startswith("*"))
    unwanted = tuple(ending for ending in endings if ending and not ending.startswith("*"))
    for path in files.names(directory):
        name = PurePosixPath(path).name
        is_odd = name.endswith(("~", *unwanted)) or name.startswith((".", "#"))
        if not is_odd and (not wanted or name.endswith(wanted)):
            yield path


def _option(name: str, text: str, path: str, line: int) -> Option:
    hidden = _QUOTED.sub(lambda quoted: quoted[1].replace(",", "\0"), text)
    return Option(
        name=name,
        value=_QUOTED.sub(r"\1", text),
        fields=tuple(part.strip().replace("\0", ",") for part in hidden.split(",")),
        path=path,
        line=line,
    )


def _without_comment(line: str) -> str:
    found = _COMMAND.match(line)
    return found[0].strip() if found is not None else ""


def tags_asked(option: Option) -> Iterator[str]:
    """Give the tags that a machine must have for an option; `tag:!x` is for those without."""
    for field in option.fields:
        kind, _, tag = field.partition(":")
        if kind == "tag" and tag and tag[0] not in "!#":
            yield tag
