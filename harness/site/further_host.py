"""Hosts of a site besides its boot server, with files and daemons of their own: `[hosts]`."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from harness.daemon_facts import Acceptance, Daemon, Served
from harness.model import Family
from harness.site.server import Server

HOSTS_DIR = "hosts"
"""Where their files lie in a site: a directory each, laid over the root of its host."""
_V = TypeVar("_V")


@dataclass(frozen=True, kw_only=True)
class FurtherHost:
    """One of them."""

    name: str
    server: Server
    daemons: tuple[str, ...]
    mac: str
    """Of its card, in a lab."""

    @property
    def root(self) -> str:
        """Its root's place in the site."""
        return f"{HOSTS_DIR}/{self.name}"

    @property
    def located_daemons(self) -> tuple[str, ...]:
        """Its daemons, told apart from others of the site's."""
        return tuple(located(daemon, self.name) for daemon in self.daemons)

    def without(self, names: Collection[str]) -> "FurtherHost":
        """Give it with these of its daemons (`NAME@HOST`) not running."""
        left = tuple(d for d in self.daemons if located(d, self.name) not in names)
        return replace(self, daemons=left)

    def without_family(self, family: Family) -> "FurtherHost":
        """Give it without its address of a family."""
        return replace(self, server=self.server.without(family))

    def path(self, own: str) -> str:
        """Give the place in the site of a path of its own."""
        return f"{self.root}/{own.lstrip('/')}"

    def own(self, paths: Mapping[str, _V]) -> dict[str, _V]:
        """Give what is said of its paths, by the paths that it has itself."""
        begun = f"{self.root}/"
        return {
            path.removeprefix(begun): each for path, each in paths.items() if path.startswith(begun)
        }

    def daemon(self, known: Daemon) -> Daemon:
        """Give what is known of one of its daemons, told apart from others of that kind.

        Paths are those of the site.
        """
        on = f" on {self.name}"
        return replace(
            known,
            name=located(known.name, self.name),
            called=f"{known.called}{on}",
            program=f"{known.program}{on}",
            log=f"{known.log}{on}",
            host=self.name,
            within=self.root,
            addresses=self.server.addresses,
            configuration=self.path(known.configuration) if known.configuration else "",
            files=tuple(map(self.path, known.files)),
            pools=tuple((role, self._said(words, known)) for role, words in known.pools),
            acceptance=self._acceptance(known),
            directory=f"/{self.path(known.directory)}" if known.directory else "",
            serves=tuple(self._served(each, known) for each in known.serves),
            renames=tuple(replace(e, place=self._said(e.place, known)) for e in known.renames),
            disks={self.path(path): disk for path, disk in known.disks.items()},
        )

    def _acceptance(self, known: Daemon) -> Acceptance:
        said = known.acceptance
        return replace(
            said,
            refusal=self._said(said.refusal, known),
            refused={mac: self._said(line, known) for mac, line in said.refused.items()},
            limits=tuple(self._said(line, known) for line in said.limits),
            by_class=tuple(self._said(line, known) for line in said.by_class),
        )

    def _served(self, served: Served, known: Daemon) -> Served:
        return replace(
            served,
            directory=f"/{self.path(served.directory)}" if served.directory else "",
            rules=tuple((name, self._said(words, known)) for name, words in served.rules),
            sends=tuple(replace(e, place=self._said(e.place, known)) for e in served.sends),
        )

    def _said(self, words: str, known: Daemon) -> str:
        return shown_words(words, known.files, within=self.root)


def shown_words(words: str, files: Iterable[str], *, within: str) -> str:
    """Give words that name files of a further host's, these as they are found in the site.

    `within` is where that host's root lies.
    """
    for path in files:
        named = rf"(?<![\w./-])/?{re.escape(path)}(?![\w./-])"
        words = re.sub(named, f"{within}/{path.lstrip('/')}", words)
    return words


def further_log_dir(log_dir: Path, host: str) -> Path:
    """Give where a further host's logs lie, below the boot server's."""
    return log_dir / HOSTS_DIR / host / "log"


def further_mac(number: int) -> str:
    """Give the MAC address of the card of the so many-th further host, from 1, in a lab."""
    return f"52:54:00:00:01:{number:02x}"


def located(daemon: str, host: str) -> str:
    """Give the name of a daemon that runs on a further host, unlike any other's in the site."""
    return f"{daemon}@{host}" if host else daemon
