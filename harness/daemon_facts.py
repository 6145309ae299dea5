"""What is known of a site's daemons: their roles, files, words, and what each serves.

Owns values only; the modules of daemons say what is true of each.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from harness.access import Access
from harness.model import Family, Role

_VARIABLE = re.compile(r"\$(?:(?P<caught>\d)|\{(?P<inside>[^}]*)\}|(?P<name>\w+))")
"""What is caught has one digit, and no braces."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Where a web server sends who asks for a name that is no file's of its own."""

    into: str
    """The other URL, or name, as nginx writes it: `$1` is what a pattern has caught, `$host` …

    Of what its server writes otherwise, and nothing is known, `${unknown}` stands there.
    """
    rule: str
    """By what: the setting's words."""
    place: str
    """Its file and line."""
    pattern: str = ""
    """For which names, a regular expression; "": for all that are meant."""
    is_inner: bool = False
    """Whether the server goes on to that name itself, and no client hears of it."""

    def of(self, found: re.Match[str], values: Mapping[str, str]) -> str:
        """Fill in what the pattern has caught, and these values; "" where one is not known."""
        known = {**values, **found.groupdict(default="")}
        caught = dict(enumerate((found[0], *found.groups(default=""))))

        def value(each: re.Match[str]) -> str | None:
            name = each["inside"] or each["name"] or ""
            return caught.get(int(each["caught"])) if each["caught"] else known.get(name)

        if any(value(each) is None for each in _VARIABLE.finditer(self.into)):
            return ""
        return _VARIABLE.sub(lambda each: value(each) or "", self.into)


_NEARLY = 0.8
"""How like two names are of which one is the other, misspelt."""
_SERVING = ("location", "Alias", "ScriptAlias", "alias.url")
"""The settings by which web servers serve what has a name's beginning."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A directory that a server gives out, and by which names of files it is asked for."""

    directory: str
    """On the boot server; "" where only the server knows what such a name means to it."""
    under: str = "/"
    """What such a name begins with."""
    port: int = 0
    """0: whichever the server listens on."""
    address: str = ""
    """Where it is listened for: everywhere, or one family's `0.0.0.0` or `::`, or one address."""
    hosts: tuple[str, ...] = ()
    """The names of the host under which it is given out, as nginx writes them; (): any."""
    keeps_path: bool = True
    """Whether the whole name is looked for in the directory, not just what is behind `under`."""
    pattern: str = ""
    """What such a name has besides: a regular expression."""
    rank: int = 0
    """What is meant by a higher one comes before what fits by a longer beginning."""
    rules: tuple[tuple[str, str], ...] = ()
    """By what it is given out so, or not: the setting's name, and its words with their place."""
    access: Access = field(default_factory=Access)
    """Whom it gives them, by his address or a password."""
    sends: tuple[Sent, ...] = ()
    """To where such names are sent on, in their order, as far as that is said outright."""

    def rule(self, *names: str) -> str:
        """Give the words of the first of these settings that there is, innermost; "" without."""
        return next((said for name in names for each, said in self.rules if each == name), "")

    def place(self, name: str) -> str:
        """Give where the file of this name lies; "" where only the server knows."""
        if not self.directory or self.sent(name, "") is not None:
            return ""
        if not self.keeps_path:  # one takes the other's place, letter by letter
            return f"{self.directory}{name.removeprefix(self.under)}"
        return f"{self.directory.rstrip('/')}/{name.lstrip('/')}"

    def sent(self, name: str, host: str) -> tuple[Sent, str] | None:
        """Give to where who asks this host for this name is sent, and by what; None: nowhere."""
        own = {"host": host.partition(":")[0], "http_host": host, "scheme": "http"}
        asked = {"uri": name, "request_uri": name, "document_uri": name, "args": "", "is_args": ""}
        asked["rest"] = name.removeprefix(self.under)
        for each in self.sends:
            found = re.search(each.pattern or self.pattern, name)
            into = each.of(found, {**own, **asked}) if found is not None else ""
            if into:
                return each, into
        return None

    def hears(self, address: str) -> bool:
        """Whether it is given out to who asks at this address of the server's."""
        everywhere = {"": True, "0.0.0.0": ":" not in address, "::": ":" in address}
        return everywhere.get(self.address, self.address == address)

    def fits(self, name: str, *, host: str, port: int) -> int:
        """Say how exactly it is meant by such a question; 0: it is not."""
        if not name.startswith(self.under) or (port and self.port not in (0, port)):
            return 0
        if self.pattern and not re.search(self.pattern, name):
            return 0
        return len(self.under) + 1_000 * self.rank + 10_000 * (host in self.hosts)


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """A rule by which a TFTP server looks for another file than it was asked for."""

    pattern: str
    into: str
    flags: str = "r"
    """As tftpd(8) has them: `r` renames, `g` all of them, `i` whatever the case, `a` refuses,
    `e`: no rule is looked at behind one that has renamed.
    """
    place: str = ""
    """Its file and line."""

    @property
    def is_last(self) -> bool:
        """Whether no rule behind it counts once it has renamed a file."""
        return "e" in self.flags

    def applied(self, name: str) -> str:
        """Give the name that it makes of one."""
        if "r" not in self.flags:
            return name
        flags = re.IGNORECASE if "i" in self.flags else 0
        into = re.sub(r"\\([ux]|L|U|E)", "", self.into)
        try:
            found = re.sub(
                self.pattern, into, name, count=0 if "g" in self.flags else 1, flags=flags
            )
        except (re.error, IndexError):  # its expressions are not quite ours
            return name
        return found

    def refuses(self, name: str) -> bool:
        """Whether nobody gets a file of this name by it."""
        try:
            return "a" in self.flags and re.search(self.pattern, name) is not None
        except re.error:
            return False


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Whom a DHCP server gives an address by its rules, as far as these go by MAC addresses."""

    refusal: str = ""
    """The line that keeps a machine out that no rule names; "" when it is served."""
    macs: tuple[str, ...] = ()
    """The MAC addresses that rules name, of which the end may be left open: `52:54:00`."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """MAC address, its end as open → the line that turns this machine away."""
    limits: tuple[str, ...] = ()
    """The lines that say for whom its addresses are, where none are for everybody."""
    by_class: tuple[str, ...] = ()
    """The lines that turn machines away by what these say of themselves, whatever the address."""

    def line_against(self, mac: str) -> str:
        """Say which line turns a machine with this address away; "" when it is served."""
        own = (line for begun, line in self.refused.items() if mac.startswith(begun))
        return next(own, "" if mac.startswith(self.macs) else self.refusal)

    def named(self, own: str) -> str | None:
        """Give an address that a rule names, what it leaves open filled in; None: it names none."""
        named = next(iter(self.macs), None)
        return None if named is None else named + own[len(named) :]


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """What is known of one of a site's daemons without running it."""

    name: str
    """Its name in `site.toml` and in events of its log."""
    called: str
    """Its name for people: `dhcpd -4`."""
    program: str
    """Whose words its log has: `dhcpd says: …`."""
    roles: tuple[Role, ...]
    host: str = ""
    """Which of the site's further hosts it runs on; "": its boot server."""
    within: str = ""
    """Where the root of that host lies in the site; "": it is the site's own."""
    addresses: frozenset[str] = frozenset()
    """Those of the host that it runs on."""
    log: str
    """Its log, as messages name it: `dhcpd4.log`, `nginx's log`."""
    logs_nothing_of: tuple[Role, ...] = ()
    """Its roles in which its log does not tell what the wire does: there it is no witness."""
    logs_by_transaction: bool = False
    """Whether a DHCP server's log has what gives an address, by its transaction, and no more."""
    configuration: str = ""
    """Where its configuration lies, below the root of the server."""
    files: tuple[str, ...] = ()
    """Its configuration's files: that one, and what it includes."""
    unread: tuple[tuple[str, str], ...] = ()
    """Lines that should take in files and take in none: each one's place, and what it does."""
    settings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What machines are told by it, in the words of a boot's text → its settings for that."""
    settings_by_role: Mapping[Role, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """The same of one role alone, where one daemon has several and names them apart."""
    pools: tuple[tuple[Role, str], ...] = ()
    """The addresses that it leases, in words; where they lie if its file does not tell."""
    acceptance: Acceptance = field(default_factory=Acceptance)
    """Whom it gives one."""
    idle: Mapping[Role, str] = field(default_factory=dict)
    """Role that it does not have → the line of a setting that says nothing without it."""
    no_subnet: str = ""
    """How its log, or its answer, says that it does not know a machine's network."""
    hears_no_relay: str = ""
    """The line by which what a relay sends to its own address goes unheard; "": it is heard."""
    withheld: Mapping[Family, str] = field(default_factory=dict)
    """Of a DNS server: family → the line by which nobody is told its addresses of others' names."""
    is_next_server: bool = False
    """Whether who is told a file, and no server that has it, is told to ask this one."""
    partners: tuple[str, ...] = ()
    """The addresses of those hosts of the site's with which it shares its pools: either leases."""
    no_free_lease: str = ""
    """What its log says when a pool has no address left."""
    turned_away: tuple[str, ...] = ()
    """What its log says of a machine that a rule keeps out."""
    directory: str = ""
    """The directory that it serves, as its own settings say; "" where they do not tell simply."""
    directory_setting: str = ""
    """The name of that setting."""
    serves: tuple[Served, ...] = ()
    """All that it serves, as its own settings say."""
    is_shut_in: bool = False
    """Whether its directory is all that it sees (chroot(2)): a link leads nowhere else."""
    renames: tuple[Renaming, ...] = ()
    """What it makes of a file's name before it looks for it."""
    disks: Mapping[str, str] = field(default_factory=dict)
    """Path in the site → what a disk is called that lies there and is offered to machines."""
    not_found: str = ""
    """What it tells a client whose file is not there, where the protocol has no number for it."""
    forbidden: str = ""
    """What it tells a client whose file it may not read, likewise."""

    @property
    def own_directory(self) -> str:
        """The directory that it serves, as its own host has it."""
        within = f"/{self.within}" if self.within else ""
        return self.directory.removeprefix(within)

    def tells_by(self, role: Role, matter: str) -> Sequence[str]:
        """Give the settings by which it tells machines of a matter in a role."""
        own = self.settings_by_role.get(role, {}).get(matter, ())
        return own or self.settings.get(matter, ())

    def pool(self, role: Role) -> str:
        """Give the addresses that it leases in a role; "" when it leases none."""
        return next((words for each, words in self.pools if each is role), "")

    def place(self, name: str, *, host: str = "", port: int = 0) -> str | None:
        """Give where the file lies that it is asked for by this name.

        "" where only the server itself knows; None where its settings say nothing of it.
        """
        for rule in self.renames:
            before, name = name, rule.applied(name)
            if rule.is_last and name != before:
                break
        name = f"/{name.lstrip('/')}"
        meant = self.served(name, host=host, port=port)
        return None if meant is None else meant.place(name)

    def nearly(self, name: str) -> Iterator[tuple[str, str]]:
        """Go through what it serves under nearly the beginning that a name has.

        Give where the file would lie if that was meant, and the words for it.
        """
        from difflib import SequenceMatcher

        parts = PurePosixPath("/", name).parts
        for each in self.serves:
            said = next(filter(None, map(each.rule, _SERVING)), "")
            begun = name[: len(each.under)]
            is_like = SequenceMatcher(None, each.under, begun).ratio() >= _NEARLY
            if said and begun != each.under and is_like:
                meant = PurePosixPath(each.under, *parts[len(PurePosixPath(each.under).parts) :])
                yield each.place(str(meant)), f"{said} has nearly that name"

    def served(self, name: str, *, host: str = "", port: int = 0) -> Served | None:
        """Give by what of its settings it serves a name; None where they say nothing of it."""
        fitting = [(each.fits(name, host=host, port=port), each) for each in self.serves]
        best = max((fit for fit, _ in fitting), default=0)
        return next(each for fit, each in fitting if fit == best) if best else None


@dataclass(frozen=True, kw_only=True)
class Daemons:
    """All daemons of a site, in its order: first those of its boot server."""

    all: tuple[Daemon, ...] = ()

    def by_role(self, role: Role, server: str = "") -> Daemon | None:
        """Give the one that fills a role; of several, the one on the host with this address.

        Without one there, it is the first.
        """
        filling = self.filling(role)
        there = (daemon for daemon in filling if server in daemon.addresses)
        return next(there, next(iter(filling), None))

    def filling(self, role: Role) -> tuple[Daemon, ...]:
        """Give all that fill a role."""
        return tuple(daemon for daemon in self.all if role in daemon.roles)

    def given_out(self, *roles: Role) -> Iterator[str]:
        """Give the directories that those who fill these roles give out; a host's root first."""
        filling = [each for role in roles for each in self.filling(role)]
        yield from (place for each in filling if each.host and (place := each.place("/")))
        yield from (served.directory for each in filling for served in each.serves)
