"""atftpd, a TFTP server (package atftpd).

Started as Debian does, from the site's /etc/default/atftpd: by its socket unit, on one socket for
both families and as a user of no rights; by its init script where the options say `--daemon`, or
the settings `USE_INETD=false`. That one hears IPv4 alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from harness.daemon_facts import Daemon, Renaming, Served
from harness.host.tools import server_tool
from harness.model import Role
from harness.services import defaults
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files, normal
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_SETTINGS = "etc/default/atftpd"
_OPTIONS = "OPTIONS"
_PORT = 69
_DIRECTORY = "/srv/tftp"
_NOBODY = 65534
"""Debian's user of no rights, and its group (base-passwd)."""
_SOCKET = f"""
import os, socket, sys
on = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
on.bind(("::", {_PORT}))
os.dup2(on.fileno(), 0)
os.setgroups([])
os.setgid({_NOBODY})
os.setuid({_NOBODY})
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""What systemd does for Debian's atftpd.socket and atftpd.service."""
_HEAD = re.compile(r"^.*?\batftpd\[[\d.]+\]: (?:atftpd: )?")
_WITH_VALUE = (
    *("tftpd-timeout", "retry-timeout", "maxthread", "logfile", "pidfile", "user", "group"),
    *("port", "bind-address", "mcast-ttl", "mcast-addr", "mcast-port", "pcre", "pcre-test"),
    *("mtftp", "mtftp-port"),
)
_SHORT = {"t": "tftpd-timeout", "r": "retry-timeout", "m": "maxthread"}
_WITHOUT = (
    *("verbose", "trace", "no-timeout", "no-tsize", "no-blksize", "no-windowsize"),
    *("no-multicast", "listen-local", "daemon", "no-fork", "prevent-sas", "version", "help"),
    *("no-source-port-checking", "mcast-switch-client"),
)
"""The options that it knows (atftpd(8)); a beginning of one that means no other will do."""


class Atftpd(SiteDaemon):
    """Serves loaders to firmware that knows TFTP only."""

    name = "atftpd"
    # Its package and that of tftpd-hpa exclude each other: tools/install unpacks it beside that.
    tool = server_tool("atftpd", optional=True)
    # Its options come last, when it has its port and has given up its rights.
    ready = "option multicast:"
    roles = (Role.TFTP,)
    log = "atftpd.log"
    drops_privileges = True
    configured_by = _SETTINGS
    hides = (_SETTINGS, "etc/hosts.allow", "etc/hosts.deny")
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"listens": (_OPTIONS,)}
    units = ("atftpd.socket", "atftpd.service")
    scripts = ("atftpd",)
    copied = (_SETTINGS,)

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its directory, and the address that it listens on."""
        _, line = _settings(files)
        yield Said(topic=Topic.ROOT, text=_directory(files), path=_SETTINGS, line=line)
        if address := _address(files):
            yield Said(topic=Topic.ADDRESS, text=address, path=_SETTINGS, line=line)

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it serves, and its words for what it does not.

        Of a file that it may not read it says that it is not there.
        """
        return replace(
            super().facts(site),
            directory=_directory(site),
            directory_setting=f"directory in {_OPTIONS}",
            serves=tuple(_served(site)),
            renames=tuple(_renames(site)),
            not_found="File not found",
            forbidden="Access violation",
        )

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look for what it starts without and serves nothing by: its directory, its patterns."""
        yield from super().problems(site)
        _, line = _settings(site)
        pattern_file = _value(site, "pcre")
        if pattern_file and not site.has(pattern_file):
            what = f"atftpd's file of patterns, {pattern_file}, is not there"
            yield Problem(what=what, path=site.dir / _SETTINGS, line=line)

    @classmethod
    def doubts(cls, site: Site) -> Iterator[Problem]:
        """Look at its options."""
        _, line = _settings(site)
        for word in _options(site):
            if not _is_known(word):
                what = f"'{word}' is not an option of {cls.name}'s"
                yield Problem(what=what, path=site.dir / _SETTINGS, line=line)

    def command(self) -> Sequence[str]:
        """Run in the foreground, and log to standard output: its log is a witness."""
        # The last of several counts; nobody's inactivity ends what no systemd starts anew.
        own = ("--logfile", "-", f"--verbose={_verbosity(self.site)}", "--tftpd-timeout", "0")
        directories = [] if _directories(self.site) else [_DIRECTORY]
        arguments = [*_options(self.site), *own, *directories]
        if _is_alone(self.site):
            return ["atftpd", "--daemon", "--no-fork", *arguments]
        return ["python3", "-c", _SOCKET, "atftpd", *arguments]

    def essence(self, said: Sequence[str]) -> str:
        """Give its last word, which names no setting, and the line of its options."""
        words = [_HEAD.sub("", line).strip() for line in said if line.strip()]
        telling = (each for each in words if re.search(r"can't|unrecog|invalid|requires", each))
        why = next(telling, words[-1] if words else "")
        _, line = _settings(self.site)
        return f"{why} ({_OPTIONS}, {_SETTINGS}:{line})" if line and why else why


def _settings(files: Files) -> tuple[str, int | None]:
    """Give its options as they are written, and their line."""
    found = defaults.placed(files, _SETTINGS).get(_OPTIONS)
    return found if found is not None else ("", None)


def _options(files: Files) -> list[str]:
    """Give its options: whoever starts it parts them at blanks, and knows no quotes."""
    return _settings(files)[0].split()


def _is_alone(files: Files) -> bool:
    """Whether it listens itself, by its init script's leave."""
    by_inetd = defaults.read(files, _SETTINGS).get("USE_INETD", "true")
    return "--daemon" in _options(files) or by_inetd != "true"


def _value(files: Files, name: str) -> str:
    """Give the last value of an option that has one; "" without."""
    words, value = iter(_options(files)), ""
    for word in words:
        long, given, behind = word.removeprefix("--").partition("=")
        long = _SHORT.get(word.removeprefix("-"), long)
        if word.startswith("-") and long in _WITH_VALUE:
            behind = behind if given else next(words, "")
            value = behind if long == name else value
    return value


def _directories(files: Files) -> list[str]:
    """Give what is no option, nor an option's value: the first is its directory."""
    found, words = [], iter(_options(files))
    for word in words:
        if not word.startswith("-"):
            found.append(word)
        elif _SHORT.get(word.removeprefix("-"), word.removeprefix("--")) in _WITH_VALUE:
            next(words, None)
        elif not _is_known(word):  # what stands behind it may be its value
            break
    return found


def _is_known(word: str) -> bool:
    """Whether a word is not a long option that atftpd does not have."""
    name = word.removeprefix("--").partition("=")[0]
    is_long = word.startswith("--") and bool(name)
    return not is_long or any(each.startswith(name) for each in (*_WITH_VALUE, *_WITHOUT))


def _directory(files: Files) -> str:
    return next(iter(_directories(files)), _DIRECTORY)


def _verbosity(files: Files) -> int:
    """Give how much it logs: what it was asked for, at least, and what is not there."""
    said = re.findall(r"(?:--verbose|-v)[= ]?(\d)", _settings(files)[0])
    return max(6, *map(int, said)) if said else 6


def _port(files: Files) -> int:
    """Give its port: systemd's socket has one of its own."""
    port = _value(files, "port")
    return int(port) if _is_alone(files) and port.isdecimal() else _PORT


def _address(files: Files) -> str:
    """Give the one address that it listens on; "" for every one."""
    address = _value(files, "bind-address") if _is_alone(files) else ""
    return "" if address in ("0.0.0.0", "::") else address


def _served(files: Files) -> Iterator[Served]:
    """Give its directory, which a name may begin with."""
    directory = _directory(files)
    everywhere = "0.0.0.0" if _is_alone(files) else ""
    listens = Served(directory=directory, port=_port(files), address=_address(files) or everywhere)
    under = f"{directory.rstrip('/')}/"
    yield listens
    yield replace(listens, directory=under, under=under, keeps_path=False)


def _renames(site: Files) -> Iterator[Renaming]:
    """Read the patterns of its file: the first that a name has is replaced, and no other."""
    path = _value(site, "pcre")
    for number, line in enumerate(site.read(path).splitlines() if site.has(path) else (), start=1):
        pattern, *into = line.split(maxsplit=1)[:2] if line.strip() else ("",)
        if into:
            replaced = re.sub(r"\$(\d)", r"\\\1", into[0].strip())
            place = f"{normal(path)}:{number}"
            yield Renaming(pattern=pattern, into=replaced, flags="re", place=place)
