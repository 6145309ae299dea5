"""One boot and all that is known of it: the one value that rules, timeline and bundle are about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import TypeVar

from harness.daemon_facts import Daemon, Daemons
from harness.judge.earlier_entries import EarlierEntry, take_out
from harness.judge.facts import Complaint, ExpectedFile, ExpectedRoot, PowerNote, Word
from harness.loaders import LOADERS, Loader, loader_at, loader_of
from harness.loaders.named_files import named_files
from harness.loaders.script import NamedFile, Script
from harness.loaders.sought import vain_and_normal
from harness.machines import BootPath
from harness.model import LOCAL_DISK, Family, PayloadReport, Role
from harness.plan.approved_path import asked_in_vain, expected_steps, normal_lines
from harness.plan.boot_difference import Change, changes, difference, so_far
from harness.plan.boot_text import BootText
from harness.plan.expected_path import family_of, loader_file
from harness.site import LaidKind, Site
from harness.step import Ask, Fetch, Step, StepRole
from harness.witness.console import ConsoleLog
from harness.witness.journal import DhcpLogged, Journal
from harness.witness.shown import Shown
from harness.witness.taken_path import TakenStep, place_of, taken_path
from harness.witness.tls_fetches import with_tls_fetches
from harness.witness.wire import (
    HEAD_SIZE,
    DhcpMessage,
    HttpExchange,
    Outcome,
    TftpTransfer,
    Transfer,
    Wire,
    WireEvent,
)

ARROW = " → "
"""Between the steps of a path, for people."""

_NOT_FOUND = 404
_PAUSE_S = 1.0
"""Whoever still sends a file does not wait so long: clients ask again after it."""
_NO_SUCH_FILE = (0, 1)
"""What TFTP servers say of one: of no kind, with words, or RFC 1350's own."""

_E = TypeVar("_E", bound=WireEvent)


@dataclass(frozen=True, kw_only=True)
class Boot:
    """One boot of one machine: what it was to do, and what each witness saw of it."""

    path: BootPath
    site: Site
    """As it was run, with the scenario's changes."""
    entry: str
    """The entry of `site.toml`'s menu that must be booted; "" where none is asked for."""
    mac: str
    """In lower case."""
    token: str
    """What its payload must report."""
    learned: BootText | None = None
    """The approved text that it is held to; None: a scenario's, or one that is being learned."""
    told: BootText | None = None
    """What it did, in the same words; None: nobody has told."""
    earlier: tuple[EarlierEntry, ...] = ()
    """Entries that gave the menu back before it."""
    roots: Mapping[str, ExpectedRoot] = field(default_factory=dict)
    """Entries that boot a live system → what its root must be."""
    authorities: tuple[str, ...] = ()
    """By whose word its firmware takes a web server's certificate: certificates in PEM."""
    is_secured: bool = False
    """Whether it is to have Secure Boot on."""
    memory_mib: int = 0
    """Of the machine; 0: nobody has told."""
    nbp: ExpectedFile | None = None
    """What the firmware must be handed; None: nobody has looked at the file."""
    marks: Mapping[str, float] = field(default_factory=dict)
    """Phases that only the harness knows (`menu`, `choice`, `off`), since power-on."""
    wire: Wire = field(default_factory=Wire)
    journal: Journal = field(default_factory=Journal)
    console: ConsoleLog = field(default_factory=ConsoleLog)
    warnings: tuple[str, ...] = ()
    """What daemons have warned of, of themselves: `dhcpd -4: …`."""
    power: tuple[PowerNote, ...] = ()
    """What has happened to its power, as the hypervisor told it."""
    payload: PayloadReport | None = None
    shown: tuple[Shown, ...] = ()
    """What the console showed of menus, prompts, complaints and the end."""
    word: Word | None = None
    """Of a program on the console, in place of a payload's report."""
    complaint: Complaint | None = None
    """Of what has failed; None: nothing has."""
    knows_servers: bool = True
    """Whether the site says whose answers are right: of a capture alone, nobody's are wrong."""
    captured_until_s: float | None = None
    """When the capture ends that alone tells of it: nobody knows what it was to do. None: more."""
    cannot_boot: str = ""
    """The words with which firmware says that it has nothing to boot, where that is right."""

    def __post_init__(self) -> None:
        """Write the MAC address the one way, and let the logs tell what went through TLS."""
        object.__setattr__(self, "mac", self.mac.lower())
        object.__setattr__(self, "wire", with_tls_fetches(self.wire, self.journal))

    @property
    def is_planned(self) -> bool:
        """Whether `site.toml` says what it must do: it is not held to a text, nor learned."""
        return self.learned is None and bool(self.entry)

    @cached_property
    def loader(self) -> Loader:
        """What runs as its first program, or in its card's ROM.

        As `site.toml` says; else by what was fetched and asked.
        """
        if self.path.loader in self.site.loaders or self.path.loader is None:
            return loader_of(self.site, self.path.loader)
        shown = (each for step in self.all_taken for each in LOADERS if each.is_shown_by(step.what))
        first = next((step.file for step in self.all_taken if step.file), None)
        return next(shown, loader_at(self.site, first or ""))

    @property
    def nbp_file(self) -> str:
        """What firmware is to fetch first, by `site.toml` or the approved text; else what it did.

        "" where it fetches nothing.
        """
        if self.path.loader is None:
            return ""
        if self.is_planned:
            return loader_file(self.path, self.site)
        promised = (each for each in self.ways(StepRole.NBP) if isinstance(each, Fetch))
        fetched = (step.file for step in self.all_taken if step.file)
        return next((each.file for each in promised), next(fetched, ""))

    @cached_property
    def expected(self) -> tuple[Step, ...]:
        """The steps that it must take; none of one that is being learned."""
        if self.learned is not None:
            return expected_steps(self.learned, self.site.machine_of(self.mac))
        if not self.entry:
            return ()
        return self.loader.steps(self.path, self.site, self.entry, self.mac)

    @property
    def needed_families(self) -> tuple[Family, ...]:
        """The families in which it needs an answer from DHCP."""
        if self.learned is None:
            return (family_of(self.path, self.site),)
        asked = {each.family for each in self.ways() if isinstance(each, Ask)}
        return tuple(family for family in Family if family in asked)

    @cached_property
    def difference(self) -> tuple[str, ...]:
        """Where it did something else than its text says, in the words of both."""
        return () if self.texts is None else difference(*self.texts)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The same, statement by statement."""
        return () if self.texts is None else tuple(changes(*self.texts))

    @property
    def texts(self) -> tuple[BootText, BootText] | None:
        """Its text and what it did, as far as it has come and either payload tells.

        None where it is not held to a text, or nobody has told what it did.
        """
        text, told = self.learned, self.told
        if text is None or told is None:
            return None
        if self.payload is not None and text.needs_linux is (self.payload.payload == "stub"):
            text, told = text.without_system(), told.without_system()
        return (text if self.complaint is None else so_far(text, told)), told

    @property
    def is_as_approved(self) -> bool:
        """Whether it has come to its end and done what its text says."""
        is_held = self.learned is not None and self.told is not None
        return is_held and self.complaint is None and not self.difference

    @property
    def normal_lines(self) -> tuple[re.Pattern[str], ...]:
        """What its console may say of failures, by its text; else what loaders always say."""
        if self.learned is not None:
            return normal_lines(self.learned, self.site.machine_of(self.mac))
        return self.loader.normal(self.site, self.mac)

    @cached_property
    def normal_in_vain(self) -> frozenset[Fetch]:
        """What it may ask for and not get: by its text, else as loaders look for their files."""
        if self.learned is not None:
            told = (each.address for each in self.of(DhcpMessage) if each.kind.from_server)
            machine = self.site.machine_of(self.mac)
            return asked_in_vain(self.learned, machine, dict.fromkeys(filter(None, told)))
        fetched = [(each.what, each) for each in self.taken if isinstance(each.what, Fetch)]
        arrived: dict[str, bool] = {}
        for what, step in fetched:
            arrived[what.file] = arrived.pop(what.file, False) or step.arrived
        normal, owed = vain_and_normal(arrived, self.mac), self.ways()
        in_vain = [each for each in fetched if each[0] not in owed and _is_not_there(each[1].last)]
        gone_on = [what for what, step in in_vain if self._has_gone_on(step)]
        return frozenset((*(what for what, _ in in_vain if what.file in normal), *gone_on))

    def _has_gone_on(self, step: TakenStep) -> bool:
        """Whether a machine of a capture asked for another file then, and DHCP nothing between.

        So do programs that look for files which need not be there. What DHCP named is none of
        these, nor what the site's own scripts name.
        """
        if self.captured_until_s is None:
            return False
        told = (each.bootfile for each in self.of(DhcpMessage) if each.kind.from_server)
        named = (*told, *(name for each in self.named_files for name in each.names))
        if step.file is None or any(each.endswith(step.file) for each in named):
            return False
        later = self.taken[self.taken.index(step) + 1 :]
        same = takewhile(lambda each: isinstance(each.what, Fetch), later)
        return any(each.file != step.file for each in same)

    def is_under_way(self, transfer: Transfer) -> bool:
        """Whether a capture ends while a file still comes: what becomes of it, nobody knows."""
        until_s = self.captured_until_s
        is_open = transfer.outcome is Outcome.UNFINISHED and not _is_stuck(transfer)
        return until_s is not None and is_open and transfer.end_time_s > until_s - _PAUSE_S

    def ways(self, role: StepRole | None = None) -> list[Ask | Fetch]:
        """Give the ways of all its steps, or of those that fill a role."""
        return [way for step in self.expected if role in (None, step.role) for way in step.ways]

    @cached_property
    def all_taken(self) -> tuple[TakenStep, ...]:
        """The steps that the machine took, those of earlier entries too."""
        return taken_path(self.wire, self.site, self.mac)

    @cached_property
    def _split(self) -> tuple[tuple[TakenStep, ...], tuple[str, ...]]:
        return take_out(self.all_taken, self.earlier, self.path, self.site)

    @property
    def taken(self) -> tuple[TakenStep, ...]:
        """The steps of this boot."""
        return self._split[0]

    @cached_property
    def scripts(self) -> Mapping[str, str]:
        """The files that came and told loaders what to do → where each lies in the site."""
        planned = self.loader.scripts(self.site, self.mac) if self.is_planned else frozenset()
        loaders = (self.loader, *LOADERS)  # the first may lead to others
        return {
            name: self.place_of(step)
            for step in self.taken
            if (name := step.file)
            and step.arrived
            and (name in planned or any(e.is_script(name, self.head(step)) for e in loaders))
        }

    @cached_property
    def named_files(self) -> tuple[NamedFile, ...]:
        """Every file that these scripts name; of what a program made, the site holds none."""
        held = ((name, path) for name, path in self.scripts.items() if self.site.has(path))
        return named_files([Script(name, self.site.read(path)) for name, path in held])

    def place_of(self, step: TakenStep) -> str:
        """Give where the file of a fetch lies in the site; "" of a question to DHCP."""
        return place_of(self.site, step.last) if isinstance(step.last, Transfer) else ""

    def head(self, step: TakenStep) -> bytes:
        """Give how a file begins: on the wire, else where it lies."""
        return step.head or self.site.beginning(self.place_of(step), HEAD_SIZE)

    @property
    def earlier_faults(self) -> tuple[str, ...]:
        """What is wrong with the entries before it."""
        return self._split[1]

    @property
    def root(self) -> ExpectedRoot | None:
        """What its root must be; None: its initramfs is all there is."""
        return self.roots.get(self.entry)

    @property
    def needs_payload(self) -> bool:
        """Whether the entry boots a payload, which then must report."""
        return any(step.role is StepRole.PAYLOAD for step in self.expected)

    @property
    def is_from_disk(self) -> bool:
        """Whether what has reported was booted from a disk, the machine's own or an image."""
        entry = "" if self.payload is None else self.payload.entry
        return entry == LOCAL_DISK or self.site.laid.get(entry) is LaidKind.DISK

    @property
    def is_up(self) -> bool:
        """Whether what was booted has spoken."""
        return self.payload is not None or self.word is not None

    @property
    def daemons(self) -> Daemons:
        """The daemons of the site, and what they are known by."""
        return self.site.daemon_facts

    def server(self, role: Role, server: str = "") -> Daemon:
        """Give the daemon in a role, of several that at this address; else one called by it."""
        who = f"the {role.called}"
        nobody = Daemon(name="", called=who, program=who, roles=(role,), log=f"{who}'s log")
        return self.daemons.by_role(role, server) or nobody

    def servers(self, role: Role) -> tuple[Daemon, ...]:
        """Give all daemons that fill a role; where none does, one that is called by it."""
        return self.daemons.filling(role) or (self.server(role),)

    def logged(self, family: Family) -> list[DhcpLogged]:
        """Give what DHCP servers have logged of this machine, by its address or transactions."""
        xids = {each.xid for each in self.of(DhcpMessage) if each.family is family}
        own = self.site.relay.address(family) if self.site.relay is not None else None
        relay = "" if own is None else str(own.ip)  # some lines say no more than that
        return [
            event
            for event in self.journal.of(DhcpLogged)
            if event.family is family
            if event.mac == self.mac or event.xid in xids or (relay and event.client == relay)
        ]

    def called(self, daemon: str) -> str:
        """Give how people call the daemon of this name."""
        return next((each.called for each in self.daemons.all if each.name == daemon), daemon)

    def of(self, kind: type[_E]) -> Iterator[_E]:
        """Go through what the wire has of this machine, of one kind."""
        return self.wire.of(kind, mac=self.mac)

    @property
    def goes_by_routers(self) -> bool:
        """Whether it was to have a router's advertisement: iPXE waits for one, Linux takes one.

        Firmware does without: with a lease of DHCPv6, edk2 takes its server to be on the link.
        """
        has_address = self.payload is not None and bool(self.payload.ipv6)
        asked = (each for each in self.of(DhcpMessage) if each.family is Family.IPV6)
        return has_address or any(each.is_ipxe for each in asked)

    @cached_property
    def first_s(self) -> float:
        """The time at which the machine was first on the wire; 0 when it never was."""
        return next((event.time_s for event in self.of(WireEvent)), 0.0)

    def frame_before(self, at_s: float) -> int | None:
        """Give the machine's last frame before a time."""
        before = [event.frame for event in self.of(WireEvent) if event.time_s < at_s]
        return before[-1] if before else None

    @property
    def power_on_s(self) -> float:
        """The time of day of power-on; of the first event, when nobody noted it."""
        if self.console.power_on_s is not None:
            return self.console.power_on_s
        return self.wire.events[0].time_s if self.wire.events else 0.0

    def found(self, role: StepRole) -> TakenStep | None:
        """Give the last step taken that fills a role; one that went well, if any did."""
        ways = self.ways(role)
        matching = [step for step in self.taken if step.what in ways]
        well = [step for step in matching if step.arrived]
        return next(iter(reversed(well or matching)), None)


def _is_stuck(transfer: Transfer) -> bool:
    return isinstance(transfer, TftpTransfer) and transfer.stuck > 0


def _is_not_there(event: WireEvent) -> bool:
    """Whether a server has said that it has no such file; one that it may not read is another."""
    if isinstance(event, HttpExchange):
        return event.status == _NOT_FOUND
    return isinstance(event, TftpTransfer) and event.error_code in _NO_SUCH_FILE
