"""iPXE's commands that take an image: their options, the image, and what follows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.loaders.ipxe.script import IpxeScript
from harness.loaders.script import Values, spellings

FETCHED_FIRST = ("kernel", "imgselect", "imgload")
FETCHED_BESIDE = ("initrd", "module", "imgfetch")
STARTED = ("chain", "imgexec", "boot")
GIVEN_ARGUMENTS = "imgargs"
DISKS = ("sanboot", "sanhook")
_KNOWS = frozenset({"http", "https", "tftp", "tftm", "mtftp", "nfs", "file", "data"})
"""Schemes of files that Debian's builds fetch by: their uri_opener tables, and their banners."""
_BUILT_IN_BY = {"ftp": "DOWNLOAD_PROTO_FTP", "slam": "DOWNLOAD_PROTO_SLAM"}
"""Those that a build of one's own may know, by what its config/general.h defines then."""
_COMMANDS = (*FETCHED_FIRST, *FETCHED_BESIDE, *STARTED, *DISKS, GIVEN_ARGUMENTS)
_WITH_VALUE = frozenset(
    {"-n", "--name", "-t", "--timeout", "-d", "--drive", "-f", "--filename", "-e", "--extra"}
)
_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_SCRIPT_NAME = re.compile(
    r"(?i)\.(?:ipxe|gpxe|php\d?|cgi|cfg|conf|txt|py|sh|aspx?|jsp)(?![a-z0-9])|##"
)


@dataclass(frozen=True, kw_only=True)
class ImageCommand:
    """One of them."""

    line: int
    name: str
    called: str
    """What `--name` calls the image; "" for its file's own name."""
    image: str
    arguments: tuple[str, ...]
    block: int
    """Counts the labels before it: what is fetched in one block is booted together."""
    names: tuple[str, ...]
    """The image's spellings."""
    text: str

    @property
    def path(self) -> str:
        """The file, without a query."""
        return self.names[0].partition("?")[0]

    @property
    def is_script(self) -> bool:
        """Whether the file's name is a script's."""
        return _SCRIPT_NAME.search(self.names[0]) is not None

    @property
    def image_name(self) -> str:
        """What other commands call the image by."""
        return self.called or PurePosixPath(self.path).name


def unknown_scheme(scheme: str) -> str:
    """Say that iPXE does not fetch a file by a scheme, or not as Debian builds it; "": it does."""
    if scheme in _KNOWS:
        return ""
    setting = _BUILT_IN_BY.get(scheme, "")
    only = f" unless it is built with {setting}, as Debian's is not" if setting else ""
    return f"iPXE does not fetch by {scheme}{only}"


def image_commands(script: IpxeScript, values: Values | None = None) -> Iterator[ImageCommand]:
    """Go through those of a script; `values` is what its variables may hold."""
    block = 0
    for number, command in script.commands():
        name, *words = command.split() or [""]
        block += name.startswith(":")
        called, rest = _options(words)
        if name in _COMMANDS and rest:
            yield ImageCommand(
                line=number,
                name=name,
                called=called,
                image=rest[0],
                arguments=tuple(rest[1:]),
                block=block,
                names=spelt(rest[0], values or {}),
                text=command.strip(),
            )


def spelt(text: str, values: Values) -> tuple[str, ...]:
    """Give the ways in which a text may read; `values` is what variables may hold."""
    return spellings(text, values, _VARIABLE)


def _options(words: Sequence[str]) -> tuple[str, list[str]]:
    """Take the options off; give what `--name` says, and the rest."""
    called, left = "", list(words)
    while left and left[0].startswith("-") and len(left[0]) > 1:
        option, _, value = left.pop(0).partition("=")
        if option in _WITH_VALUE and not value and left:
            value = left.pop(0)
        if option in ("-n", "--name"):
            called = value
    return called, left
