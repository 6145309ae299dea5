"""in.tftpd, the TFTP server of the package tftpd-hpa.

Started as the site's files say: as Debian's init script does from /etc/default/tftpd-hpa, or as
xinetd or a unit of systemd's would.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness import logwatch
from harness.daemon_facts import Daemon, Renaming, Served
from harness.deadline import Deadline
from harness.errors import LAST_LINES
from harness.host.tools import server_tool
from harness.model import Role
from harness.services.configuration import tftpd as configuration
from harness.services.configuration.tftpd import Start
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files, normal
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_LAST_WORD_TIMEOUT_S = 1.0
_HEAD = re.compile(r"^.*\bin\.tftpd(?:\[\d+\])?: ")
"""What the system log puts before its words."""
_FLAGS = frozenset("aegirsGP46")
"""Of a rule of the map file: those that Debian 12's takes, tried one by one."""
_ABOUT = {
    "no user": "user",
    "option": "options",
    "address": "address",
    "bind": "address",
    "directory": "directory",
    "chroot": "directory",
}
"""What it complains of when it does not start, and what says it."""


class Tftpd(SiteDaemon):
    """Serves loaders to firmware that knows TFTP only."""

    name = "tftpd"
    tool = server_tool("in.tftpd", package="tftpd-hpa")
    sign = "its UDP port"
    roles = (Role.TFTP,)
    program = "in.tftpd"
    drops_privileges = True
    configured_by = configuration.DEBIAN
    hides = (configuration.DEBIAN, configuration.XINETD, "etc/hosts.allow", "etc/hosts.deny")
    scripts = ("tftpd-hpa",)
    copied = (configuration.DEBIAN,)

    @classmethod
    def configuration(cls, files: Files) -> str:
        """Give the file that says how it is started."""
        return configuration.start(files).path

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Give the file that starts it."""
        return configuration.start(files).path if configuration.is_said(files) else ""

    @classmethod
    def switched_off(cls, files: Files) -> str:
        """Look into xinetd's file, too."""
        return super().switched_off(files) or configuration.disabled(files)

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its directory, and the address that it listens on."""
        start = configuration.start(files)
        for each in start.directories:
            line = start.line("directory")
            yield Said(topic=Topic.ROOT, text=each, path=start.path, line=line)
        if start.host not in ("", "0.0.0.0", "::"):
            line = start.line("address")
            yield Said(topic=Topic.ADDRESS, text=start.host, path=start.path, line=line)

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it serves, and its words for what it does not."""
        start = configuration.start(site)
        listens = start.setting("options" if start.is_for_any and start.host else "address")
        return replace(
            super().facts(site),
            settings={
                "listens": (listens or "TFTP_ADDRESS",),
                # Without `--secure` it wants names that begin with its directory.
                "only absolute filenames allowed": (start.setting("options") or "TFTP_OPTIONS",),
            },
            directory="".join(start.directories[:1]),
            directory_setting=start.setting("directory") or "TFTP_DIRECTORY",
            serves=tuple(_served(start)),
            is_shut_in=start.is_secure,
            renames=tuple(_renames(site, start)),
            not_found="File not found",
            forbidden="Permission denied",
        )

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look for the file of rules, too: it does not start without."""
        start = configuration.start(site)
        if start.path == configuration.DEBIAN:
            yield from super().problems(site)
        for path in start.map_files:
            if not site.has(path):
                what = f"tftpd's file of rules, {path}, is not there"
                yield Problem(what=what, path=site.dir / start.path, line=start.line("options"))
        for path, number, words in _rules(site, start):
            if why := _refused_rule(words):
                yield Problem(
                    what=f"{cls.name} does not start: {why}", path=site.dir / path, line=number
                )

    @classmethod
    def doubts(cls, site: Site) -> Iterator[Problem]:
        """Look at its options."""
        start = configuration.start(site)
        place = Problem(what="", path=site.dir / start.path, line=start.line("options"))
        for word in start.unknown():
            yield replace(place, what=f"'{word}' is not an option of {cls.program}'s")
        if not start.is_secure:
            what = "without --secure a name that begins with / is looked for from the disk's root"
            yield replace(place, what=f"{what}, and firmware writes some so")

    def command(self) -> Sequence[str]:
        """Run in the foreground; verbose, because its log is a witness."""
        start = configuration.start(self.site)
        verbose = () if "--verbose" in start.options else ("--verbose",)
        return [
            *("in.tftpd", "--foreground", "--listen"),
            *("--user", start.user),
            *("--address", start.address),
            *verbose,
            *start.words,
        ]

    def is_ready(self) -> bool:
        """Its port is bound; it says nothing when it starts."""
        return self.listens("udp", configuration.start(self.site).port)

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
        start = configuration.start(self.site)
        about = next((part for words, part in _ABOUT.items() if words in why), "")
        line, setting = start.line(about), start.setting(about)
        return f"{why} ({setting}, {start.path}:{line})" if line else why

    def _complaints(self) -> tuple[str, ...]:
        syslog = logwatch.read(self.log_path.with_name("syslog"))
        return tuple(line for line in syslog.splitlines() if "tftpd[" in line)


def _served(start: Start) -> Iterator[Served]:
    """Give its directories: a secure one is the root of all names, else names are whole paths."""
    listens = Served(directory="", port=start.port, address=start.host)
    yield from (replace(listens, directory=each) for each in start.directories[:1])
    if not start.is_secure:
        for each in start.directories:
            under = f"{each.rstrip('/')}/"
            yield replace(listens, directory=under, under=under, keeps_path=False)


def _renames(site: Files, start: Start) -> Iterator[Renaming]:
    """Read the rules of its map file that rename or refuse (tftpd(8), "filename remapping")."""
    for path, number, words in _rules(site, start):
        if len(words) >= 2 and {"r", "a"} & set(words[0]):
            yield Renaming(
                pattern=words[1],
                into="".join(words[2:3]),
                flags=words[0],
                place=f"{path}:{number}",
            )


def _rules(site: Files, start: Start) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Give the lines of its map file that have words, with path and number."""
    for path in (file for file in start.map_files if site.has(file)):
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
