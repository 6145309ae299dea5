"""Read a site: its `site.toml`, with errors that name the line and what is allowed.

Owns what may stand in that file (as pydantic's tables) and makes the frozen
model of it. `check` judges whether the whole fits together.
"""

import re
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticKnownError

from harness.machines import LOADER_KEYS
from harness.secret import keep_secret
from harness.site.files import is_operators, normal, read_text, require
from harness.site.further_host import FurtherHost, further_mac
from harness.site.known_machine import KINDS, MACHINE_NAMES, KnownMachine
from harness.site.menu import Entry, EntryKind, Menu
from harness.site.model import SITE_FILE, LaidKind, Site
from harness.site.server import Relay, Server
from harness.site.table import Table, read_tables
from harness.site.wording import ONE_LINE, ONE_WORD, shown

_SCRIPT = "script.ipxe"
"""What a menu is taken to stand in unless `[files]` names another script."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _site_path(text: str) -> str:
    """Accept a path below the root of the boot server, written the one way."""
    path = normal(text)
    if path == "." or ".." in path.split("/") or not text.isprintable():
        raise ValueError(f"{text!r} is not a path below the root of the boot server")
    return path


def _machine_script(text: str) -> str:
    for place in re.findall(r"\{[^}]*\}", text):
        if place not in MACHINE_NAMES:
            allowed = ", ".join(MACHINE_NAMES)
            raise ValueError(f"{place!r} is not filled in; allowed here: {allowed}")
    return _site_path(text)


def _name(text: str) -> str:
    """Accept a name that can be an iPXE label, a file's name and part of a test's id."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a name: letters, digits, dots, hyphens and underscores")
    return text


def _interface_of(
    kind: type[IPv4Interface | IPv6Interface], example: str
) -> Callable[[object], object]:
    """Give a validator for an address with its prefix length."""

    def validate(value: object) -> object:
        if not isinstance(value, str) or "/" not in value:
            raise ValueError(
                f"{shown(value)} is not an address with a prefix length, like {example!r}"
            )
        try:
            return kind(value)
        except ValueError as error:
            raise ValueError(f"{error}; an example: {example!r}") from error

    return validate


def _asset(text: str) -> str:
    return text if is_operators(text) else _site_path(text)


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    """Give a validator for words that others know: it refuses as pydantic does a literal."""

    def validate(text: str) -> str:
        if text not in words:
            expected = ", ".join(f"'{word}'" for word in words)
            raise PydanticKnownError("literal_error", {"expected": expected})
        return text

    return validate


def _daemon(text: str, info: ValidationInfo) -> str:
    return _one_of(info.context or ())(text)


def _mac(text: str) -> str:
    """Accept a MAC address of one card, written the one way."""
    digits = re.sub(r"[-:.]", "", text.lower())
    if not re.fullmatch(r"[0-9a-f]{12}", digits) or int(digits[:2], 16) & 1:
        raise ValueError(f"{text!r} is not a card's MAC address; an example: '52:54:00:12:34:56'")
    return bytes.fromhex(digits).hex(":")


def _uuid(value: object) -> object:
    try:
        return UUID(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"{shown(value)} is not a UUID, as SMBIOS tells it") from error


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|[0-9a-fA-F:]*:[0-9a-fA-F:.]+", text):
        raise ValueError(f"{text!r} is not a host's name or address, without scheme and port")
    return text.lower()


SitePath = Annotated[str, AfterValidator(_site_path)]
Asset = Annotated[str, Field(pattern=ONE_LINE), AfterValidator(_asset)]
Name = Annotated[str, AfterValidator(_name)]
Line = Annotated[str, Field(min_length=1, pattern=ONE_LINE)]
Word = Annotated[str, Field(min_length=1, pattern=ONE_WORD)]
Secret = Annotated[str, Field(min_length=4, pattern=ONE_LINE)]
"""Shorter ones would mask half of every report."""
Ipv4 = Annotated[IPv4Interface, BeforeValidator(_interface_of(IPv4Interface, "198.51.100.1/24"))]
Ipv6 = Annotated[IPv6Interface, BeforeValidator(_interface_of(IPv6Interface, "fd00::1/64"))]
DaemonWord = Annotated[str, AfterValidator(_daemon)]
Mac = Annotated[str, AfterValidator(_mac)]
Uuid = Annotated[UUID, BeforeValidator(_uuid)]
Host = Annotated[str, AfterValidator(_host)]
LoaderKey = Annotated[str, AfterValidator(_one_of(LOADER_KEYS))]
FirmwareWord = Literal["uefi", "bios"]


class ServerTable(Table):
    """`[server]`."""

    interface: Name | None = None
    hostname: Name | None = None
    ipv4: Ipv4 | None = None
    ipv6: Ipv6 | None = None


class HostTable(ServerTable):
    """`[hosts.<name>]`."""

    daemons: Annotated[list[DaemonWord], Field(min_length=1)] | None = None


class RelayTable(Table):
    """`[relay]`."""

    ipv4: Ipv4 | None = None
    ipv6: Ipv6 | None = None
    uplink: Annotated[IPv4Address, Field(strict=False)] | None = None
    uplink_ipv6: Annotated[IPv6Address, Field(strict=False)] | None = None
    advertisements: SitePath = ""


class FilesTable(Table):
    """`[files]`."""

    data_root: SitePath | None = None
    script: SitePath | None = None
    machine_script: Annotated[str, AfterValidator(_machine_script)] = "script.ipxe-{mac}"


class EntryTable(Table):
    """`[menu.entries.<id>]`."""

    text: Line
    boots: Annotated[EntryKind, Field(strict=False)]
    kernel: SitePath | None = None
    kernel_ia32: SitePath | None = None
    initrd: SitePath | None = None
    cmdline: list[Word] = []
    image: Line | None = None
    firmware: Annotated[list[FirmwareWord], Field(min_length=1)] = ["uefi", "bios"]


class MenuTable(Table):
    """`[menu]`."""

    without: ClassVar[str] = (
        "leave [menu] and its entries out where it waits for a key: `harness learn` reads any menu "
        "off the screen, and needs none of them"
    )

    default: Name
    timeout_s: Annotated[int, Field(ge=0, le=3600)]
    title_uefi: Line
    title_bios: Line
    failure_text: Line | None = None
    failure_pause_s: Annotated[int, Field(ge=0, le=3600)] = 0
    entries: Annotated[dict[Name, EntryTable], Field(min_length=1)]


class MachineTable(Table):
    """`[machines.<name>]`."""

    mac: Mac = ""
    uuid: Uuid | None = None
    serial: Line = ""
    asset: Line = ""
    kind: Annotated[str, AfterValidator(_one_of(KINDS))] = ""


class SiteTable(Table):
    """The whole file."""

    name: Name | None = None
    daemons: Annotated[list[DaemonWord], Field(min_length=1)] | None = None
    server: ServerTable = ServerTable()
    hosts: Annotated[dict[Name, HostTable], Field(max_length=255)] = {}
    relay: RelayTable | None = None
    files: FilesTable = FilesTable()
    loaders: dict[LoaderKey, SitePath] = {}
    supply: dict[SitePath, Asset] = {}
    absent: dict[SitePath, Line] = {}
    laid: dict[SitePath, Annotated[LaidKind, Field(strict=False)]] = {}
    machines: dict[Name, MachineTable] = {}
    outside: dict[Host, SitePath] = {}
    secrets: list[Secret] = []
    failures: list[Line] = []
    menu: MenuTable | None = None


def load_site(site_dir: Path, daemons: Sequence[str]) -> Site:
    """Read what `site.toml` in this directory says; its daemons can be these.

    What it leaves out is empty: `fill` fills it in. A SiteError names the line that is wrong, and
    what is allowed.
    """
    site_dir = site_dir.absolute()
    require(
        site_dir,
        kind="a directory",
        absent="there is no such directory",
        cure="name a site's directory; `harness init DIR` makes one of a boot server's files",
    )
    require(
        site_dir / SITE_FILE,
        kind="a file",
        absent="a site needs this file, and it is not there",
        cure="write it (docs/site.md explains every key), or name the site's directory",
    )
    return _site(
        site_dir,
        read_tables(
            site_dir / SITE_FILE,
            read_text(site_dir, SITE_FILE, utf8_only=True),
            SiteTable,
            context=daemons,
        ),
    )


def _site(site_dir: Path, table: SiteTable) -> Site:
    """Make the model of what was read; from now on nothing shows its secrets."""
    keep_secret(table.secrets)
    files = table.files
    return Site(
        dir=site_dir,
        name=table.name or site_dir.name,
        server=_server(table.server),
        daemons=tuple(dict.fromkeys(table.daemons or ())),
        hosts={
            name: FurtherHost(
                name=name,
                server=_server(each),
                daemons=tuple(dict.fromkeys(each.daemons or ())),
                mac=further_mac(number),
            )
            for number, (name, each) in enumerate(table.hosts.items(), start=1)
        },
        menu=Menu() if table.menu is None else _menu(table.menu),
        data_root=files.data_root or "",
        script=files.script or (_SCRIPT if table.menu else ""),
        machine_script=files.machine_script,
        has_machine_scripts="machine_script" in files.model_fields_set,
        loaders=table.loaders,
        supply=table.supply,
        absent=table.absent,
        laid=table.laid,
        machines={
            name: KnownMachine.of(name, **dict(each)) for name, each in table.machines.items()
        },
        relay=None if table.relay is None else Relay(**dict(table.relay)),
        outside=table.outside,
        has_secrets=bool(table.secrets),
        failures=tuple(table.failures),
    )


def _server(table: ServerTable) -> Server:
    return Server(
        interface=table.interface or "",
        hostname=table.hostname or "",
        ipv4=table.ipv4,
        ipv6=table.ipv6,
    )


def _menu(table: MenuTable) -> Menu:
    entries = {name: _entry(name, entry) for name, entry in table.entries.items()}
    return Menu(**{**dict(table), "failure_text": table.failure_text or "", "entries": entries})


def _entry(name: str, table: EntryTable) -> Entry:
    """Make one entry; words that differ between machines stand apart."""
    words = {
        "cmdline": tuple(word for word in table.cmdline if "{mac}" not in word),
        "cmdline_per_machine": tuple(word for word in table.cmdline if "{mac}" in word),
    }
    return Entry(**{**dict(table), "id": name, "firmware": tuple(table.firmware), **words})
