"""in.tftpd, the TFTP server of the package tftpd-hpa.

Started as Debian's init script does, from the site's /etc/default/tftpd-hpa.
"""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from harness import logwatch
from harness.daemon_facts import Daemon, Renaming, Served
from harness.deadline import Deadline
from harness.errors import LAST_LINES
from harness.host.tools import server_tool
from harness.model import Role
from harness.services import defaults
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files, normal
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_SETTINGS = "etc/default/tftpd-hpa"
_DIRECTORY = "TFTP_DIRECTORY"
_PORT = 69
_ADDRESS = f":{_PORT}"
_LAST_WORD_TIMEOUT_S = 1.0
_HEAD = re.compile(r"^.*\bin\.tftpd(?:\[\d+\])?: ")
"""What the system log puts before its words."""
_FLAGS = frozenset("aegirsGP46")
"""Of a rule of the map file: those that Debian 12's takes, tried one by one."""
_ABOUT = {
    "no user": "TFTP_USERNAME",
    "option": "TFTP_OPTIONS",
    "address": "TFTP_ADDRESS",
    "bind": "TFTP_ADDRESS",
    "directory": _DIRECTORY,
    "chroot": _DIRECTORY,
}
"""What it complains of when it does not start, and which setting says it."""
_LONG_OPTIONS = (
    *("ipv4", "ipv6", "listen", "foreground", "address", "create", "secure", "permissive"),
    *("user", "umask", "pidfile", "timeout", "retransmit", "map-file", "map-steps", "verbose"),
    *("verbosity", "refuse", "version", "blocksize", "port-range"),
)
"""Those that in.tftpd knows (tftpd(8)); a beginning of one that means no other will do."""


class Tftpd(SiteDaemon):
    """Serves loaders to firmware that knows TFTP only."""

    name = "tftpd"
    tool = server_tool("in.tftpd", package="tftpd-hpa")
    sign = "its UDP port"
    roles = (Role.TFTP,)
    program = "in.tftpd"
    drops_privileges = True
    configured_by = _SETTINGS
    hides = (_SETTINGS, "etc/hosts.allow", "etc/hosts.deny")

    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "listens": ("TFTP_ADDRESS",),
        # Without `--secure` it wants names that begin with its directory.
        "only absolute filenames allowed": ("TFTP_OPTIONS",),
    }
    scripts = ("tftpd-hpa",)
    copied = (_SETTINGS,)

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its directory, and the address that it listens on."""
        settings = defaults.placed(files, _SETTINGS)
        directory, line = settings.get(_DIRECTORY, (_directory(files), None))
        for each in directory.split():
            yield Said(topic=Topic.ROOT, text=each, path=_SETTINGS, line=line)
        address, line = settings.get("TFTP_ADDRESS", ("", None))
        host = address.rpartition(":")[0].strip("[]")
        if host not in ("", "0.0.0.0", "::"):
            yield Said(topic=Topic.ADDRESS, text=host, path=_SETTINGS, line=line)

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it serves, and its words for what it does not."""
        facts = super().facts(site)
        by = {"listens": ("TFTP_OPTIONS",)} if _only_family(site) else {}
        return replace(
            facts,
            settings={**facts.settings, **by},
            directory=_directory(site),
            directory_setting=_DIRECTORY,
            serves=tuple(_served(site)),
            is_shut_in=_is_secure(site),
            renames=tuple(_renames(site)),
            not_found="File not found",
            forbidden="Permission denied",
        )

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look for the file of rules, too: it does not start without."""
        yield from super().problems(site)
        for path in _map_files(site):
            if not site.has(path):
                _, line = defaults.placed(site, _SETTINGS).get("TFTP_OPTIONS", ("", None))
                what = f"tftpd's file of rules, {path}, is not there"
                yield Problem(what=what, path=site.dir / _SETTINGS, line=line)
        for path, number, words in _rules(site):
            if why := _refused_rule(words):
                yield Problem(
                    what=f"{cls.name} does not start: {why}", path=site.dir / path, line=number
                )

    @classmethod
    def doubts(cls, site: Site) -> Iterator[Problem]:
        """Look at its options."""
        _, line = defaults.placed(site, _SETTINGS).get("TFTP_OPTIONS", ("", None))
        path = site.dir / _SETTINGS
        for word in _options(site):
            name = word.removeprefix("--").partition("=")[0]
            if (
                name
                and word.startswith("--")
                and not any(o.startswith(name) for o in _LONG_OPTIONS)
            ):
                yield Problem(
                    what=f"'{word}' is not an option of {cls.program}'s", path=path, line=line
                )
        if not _is_secure(site):
            what = "without --secure a name that begins with / is looked for from the disk's root"
            yield Problem(what=f"{what}, and firmware writes some so", path=path, line=line)

    def command(self) -> Sequence[str]:
        """Run in the foreground; verbose, because its log is a witness."""
        settings = defaults.read(self.site, _SETTINGS)
        options = _options(self.site)
        verbose = () if {"--verbose", "-v"} & set(options) else ("--verbose",)
        return [
            *("in.tftpd", "--foreground", "--listen"),
            *("--user", settings.get("TFTP_USERNAME", "tftp")),
            *("--address", settings.get("TFTP_ADDRESS", _ADDRESS)),
            *options,
            *verbose,
            *_directory(self.site).split(),
        ]

    def is_ready(self) -> bool:
        """Its port is bound; it says nothing when it starts."""
        address = defaults.read(self.site, _SETTINGS).get("TFTP_ADDRESS", _ADDRESS)
        port = address.rpartition(":")[2]
        return self.listens("udp", int(port) if port.isdecimal() else _PORT)

    def last_words(self) -> tuple[str, ...]:
        """It complains to the system log alone, once it has understood its command line."""
        said = super().last_words()
        if not (said or self.running):
            # It has died, and the system log's daemon may not have written why yet.
            deadline = Deadline(_LAST_WORD_TIMEOUT_S, "its last word")
            logwatch.wait_until(
                lambda: bool(self._complaints()), deadline=deadline, pause=logwatch.pause
            )
        return (*said, *self._complaints()[-LAST_LINES:])

    def essence(self, said: Sequence[str]) -> str:
        """Give its own words, and the setting that they are about."""
        why = _HEAD.sub("", super().essence(said))
        setting = next((name for words, name in _ABOUT.items() if words in why), "")
        _, line = defaults.placed(self.site, _SETTINGS).get(setting, ("", None))
        return f"{why} ({setting}, {_SETTINGS}:{line})" if line else why

    def _complaints(self) -> tuple[str, ...]:
        syslog = logwatch.read(self.log_path.with_name("syslog"))
        return tuple(line for line in syslog.splitlines() if "tftpd[" in line)


def _directory(files: Files) -> str:
    return defaults.read(files, _SETTINGS).get(_DIRECTORY, "/srv/tftp")


def _served(site: Files) -> Iterator[Served]:
    """Give its directories: a secure one is the root of all names, else names are whole paths."""
    directories = _directory(site).split()
    address, _, port = defaults.read(site, _SETTINGS).get("TFTP_ADDRESS", _ADDRESS).rpartition(":")
    host = address.strip("[]")
    listens = Served(
        directory="",
        port=int(port) if port.isdecimal() else _PORT,
        address=_only_family(site) if host in ("", "::") else host,
    )
    yield from (replace(listens, directory=each) for each in directories[:1])
    if not _is_secure(site):
        for each in directories:
            under = f"{each.rstrip('/')}/"
            yield replace(listens, directory=under, under=under, keeps_path=False)


def _only_family(site: Files) -> str:
    """Give the one family's address that its options leave of both; "" for both."""
    options = set(_options(site))
    if options & {"--ipv4", "-4"}:
        return "0.0.0.0"
    return "::" if options & {"--ipv6", "-6"} else ""


def _is_secure(site: Files) -> bool:
    return bool({"--secure", "-s"} & set(_options(site)))


def _options(site: Files) -> list[str]:
    # The init script has a shell split it, at blanks alone: a quotation mark is one more letter.
    return defaults.read(site, _SETTINGS).get("TFTP_OPTIONS", "--secure").split()


def _map_files(site: Files) -> list[str]:
    options = _options(site)
    return [
        word.partition("=")[2] or "".join(options[at + 1 : at + 2])
        for at, word in enumerate(options)
        if word in ("-m", "--map-file") or word.startswith("--map-file=")
    ]


def _renames(site: Files) -> Iterator[Renaming]:
    """Read the rules of its map file that rename or refuse (tftpd(8), "filename remapping")."""
    for path, number, words in _rules(site):
        if len(words) >= 2 and {"r", "a"} & set(words[0]):
            yield Renaming(
                pattern=words[1],
                into="".join(words[2:3]),
                flags=words[0],
                place=f"{path}:{number}",
            )


def _rules(site: Files) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Give the lines of its map file that have words, with path and number."""
    for path in (file for file in _map_files(site) if site.has(file)):
        for number, line in enumerate(site.read(path).splitlines(), start=1):
            if words := line.split("#")[0].split():
                yield normal(path), number, words


def _refused_rule(words: Sequence[str]) -> str:
    """Say why it does not take a rule; "" where it may."""
    odd = next((letter for letter in words[0] if letter not in _FLAGS), "")
    if odd:
        return f'"{words[0]}" contains {odd!r}, which is none of its letters'
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `[[:alpha:]]` may come to mean something in Python
            re.compile("".join(words[1:2]))
    except re.error as fault:
        # POSIX's expressions are not Python's, but both close what they open.
        if any(each in fault.msg for each in ("missing )", "unbalanced", "unterminated")):
            return f"bad regular expression {words[1]}: {fault.msg}"
    return ""
