"""What may stand in `site.toml`: keys, types and the form of single values.

Owns pydantic's view of the file; `load` turns it into the frozen model and its
errors into the harness's own.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Interface, IPv6Interface
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from harness.site.files import normal
from harness.site.model import EntryKind

_Interface = TypeVar("_Interface", IPv4Interface, IPv6Interface)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _site_path(text: str) -> str:
    """Accept a path below the root of the boot server, written the one way."""
    path = normal(text)
    if path == "." or ".." in path.split("/") or not text.isprintable():
        raise ValueError(f"{text!r} is no path below the root of the boot server")
    return path


def _name(text: str) -> str:
    """Accept a name that can be an iPXE label, a file's name and part of a test's id."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is no name: letters, digits, dots, hyphens and underscores")
    return text


def _interface_of(
    kind: Callable[[str], _Interface], example: str
) -> Callable[[object], _Interface]:
    """Give a validator for an address with its prefix length."""

    def validate(value: object) -> _Interface:
        if not isinstance(value, str) or "/" not in value:
            raise ValueError(f"{value!r} is no address with a prefix length, like {example!r}")
        try:
            return kind(value)
        except ValueError as error:
            raise ValueError(f"{error}; an example: {example!r}") from error

    return validate


SitePath = Annotated[str, AfterValidator(_site_path)]
Name = Annotated[str, AfterValidator(_name)]
Line = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]
Word = Annotated[str, Field(min_length=1, pattern=r"^[^\s\x00-\x1f\x7f]+$")]
Ipv4 = Annotated[IPv4Interface, BeforeValidator(_interface_of(IPv4Interface, "192.0.2.1/24"))]
Ipv6 = Annotated[IPv6Interface, BeforeValidator(_interface_of(IPv6Interface, "2001:db8::1/64"))]
DaemonWord = Literal["dhcpd4", "dhcpd6", "radvd", "tftpd", "nginx", "dnsmasq"]
LoaderKey = Literal["bios", "x64-tftp", "x64-http", "ia32-tftp", "ia32-http"]
FirmwareWord = Literal["uefi", "bios"]


class Table(BaseModel):
    """A table of the file: no unknown keys, no types bent into others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ServerTable(Table):
    """`[server]`."""

    interface: Name
    hostname: Name
    ipv4: Ipv4 | None = None
    ipv6: Ipv6 | None = None


class FilesTable(Table):
    """`[files]`."""

    data_root: SitePath = "srv/tftp"
    script: SitePath = "script.ipxe"
    machine_script: SitePath = "script.ipxe-{mac}"


class EntryTable(Table):
    """`[menu.entries.<id>]`."""

    text: Line
    boots: Annotated[EntryKind, Field(strict=False)]
    kernel: SitePath | None = None
    initrd: SitePath | None = None
    cmdline: list[Word] = []
    firmware: Annotated[list[FirmwareWord], Field(min_length=1)] = ["uefi", "bios"]


class MenuTable(Table):
    """`[menu]`."""

    default: Name
    timeout_s: Annotated[int, Field(ge=0, le=3600)]
    title_uefi: Line
    title_bios: Line
    entries: Annotated[dict[Name, EntryTable], Field(min_length=1)]


class SiteTable(Table):
    """The whole file."""

    name: Name
    daemons: Annotated[list[DaemonWord], Field(min_length=1)]
    server: ServerTable
    files: FilesTable = FilesTable()
    loaders: dict[LoaderKey, SitePath] = {}
    supply: dict[SitePath, SitePath] = {}
    absent: dict[SitePath, Line] = {}
    menu: MenuTable
