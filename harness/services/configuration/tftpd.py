"""How a server starts in.tftpd: by which file, with which directories, options, address and user.

Owns the places that distributions have for it: Debian's settings, xinetd's file, a unit of
systemd's (Red Hat, and whoever writes his own).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from getopt import GetoptError, getopt
from pathlib import PurePosixPath

from harness.services import defaults
from harness.site.files import Files, text_of

DEBIAN = "etc/default/tftpd-hpa"
XINETD = "etc/xinetd.d/tftp"
_UNITS = "etc/systemd/system"
_SOCKET = f"{_UNITS}/sockets.target.wants/tftp.socket"
"""Red Hat's socket, by which its own unit is started."""
_RED_HATS = "usr/lib/systemd/system/tftp.service"
"""Red Hat's own unit, which lies outside of /etc: few bring it with them."""
_RED_HATS_DIRECTORY = "/var/lib/tftpboot"
_NOBODY = "nobody"
"""Whom it becomes where nobody says it (tftpd(8), `--user`)."""
_PORT = 69
_SHORT = "46lLcspva:u:U:P:t:T:m:B:R:r:V"
_LONG = (
    *("ipv4", "ipv6", "listen", "foreground", "create", "secure", "permissive", "verbose"),
    *("address=", "user=", "umask=", "pidfile=", "timeout=", "retransmit=", "map-file="),
    *("map-steps=", "verbosity=", "refuse=", "blocksize=", "port-range=", "version"),
)
"""Those that in.tftpd knows (tftpd(8)); a beginning of one that means no other will do."""
_MEANS = {"-4": "--ipv4", "-6": "--ipv6", "-s": "--secure", "-m": "--map-file", "-v": "--verbose"}
_MEANS |= {"-u": "--user", "-a": "--address"}


@dataclass(frozen=True, kw_only=True)
class Start:
    """What in.tftpd is started with."""

    path: str
    """The file that says so, below the root of the server."""
    words: Sequence[str]
    """Its options and directories, as they are given to it."""
    own_address: str = ""
    """`HOST:PORT` that is said beside its options; "" without."""
    own_user: str = ""
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """`options`, `directory`, `address`, `user` → the name of the setting, and its line."""

    @property
    def options(self) -> Mapping[str, str]:
        """Each option by its long name, the last of several, and its value."""
        found, _ = self._parted()
        return {_MEANS.get(name, name): value for name, value in found}

    @property
    def map_files(self) -> tuple[str, ...]:
        """Give the files of its rules."""
        return tuple(value for name, value in self._parted()[0] if name in ("-m", "--map-file"))

    @property
    def directories(self) -> tuple[str, ...]:
        """Give what it serves: the first is the root of all names where it is secure."""
        return tuple(self._parted()[1])

    @property
    def address(self) -> str:
        """Give where it listens, as `--address` takes it."""
        return self.options.get("--address", self.own_address) or f":{_PORT}"

    @property
    def host(self) -> str:
        """Give the one address that it listens on; that of all addresses of a family; or ""."""
        if not self.is_for_any:
            return self.address.rpartition(":")[0].strip("[]")
        families = {"--ipv4": "0.0.0.0", "--ipv6": "::"}
        return next((any_ for name, any_ in families.items() if name in self.options), "")

    @property
    def is_for_any(self) -> bool:
        """Whether its address leaves it to the options which families it listens for."""
        return self.address.rpartition(":")[0].strip("[]") in ("", "::")

    @property
    def port(self) -> int:
        """Give the UDP port that it listens on."""
        port = self.address.rpartition(":")[2]
        return int(port) if port.isdecimal() else _PORT

    @property
    def user(self) -> str:
        """Give the user that it becomes."""
        return self.options.get("--user", self.own_user) or _NOBODY

    @property
    def is_secure(self) -> bool:
        """Whether it is shut in its directory."""
        return "--secure" in self.options

    def line(self, part: str) -> int | None:
        """Give the line that says its `options`, `directory`, `address` or `user`."""
        return self.places[part][1] if part in self.places else None

    def setting(self, part: str) -> str:
        """Give the name of the setting that says it; "" where none does."""
        return self.places[part][0] if part in self.places else ""

    def unknown(self) -> Iterator[str]:
        """Give the options that in.tftpd does not have."""
        _, _, refused = _parted(self.words)
        yield from refused

    def _parted(self) -> tuple[list[tuple[str, str]], list[str]]:
        found, rest, _ = _parted(self.words)
        return found, rest


def start(files: Files) -> Start:
    """Give how a server starts it; as its distribution does, if nothing says so.

    Raises:
        SiteError: a file of settings is more than assignments.
    """
    said = next(_starts(files), None)
    if said is None:
        return _by_red_hat() if files.names(_RED_HATS_DIRECTORY) else _by_debian(files)
    return said


def is_said(files: Files) -> bool:
    """Whether a file of the server starts it."""
    return next(_starts(files), None) is not None


def disabled(files: Files) -> str:
    """Give the line by which xinetd does not start it; "" without one."""
    value, line = _xinetd_says(files).get("disable", ("no", 0))
    return f"{XINETD}:{line}: disable = yes" if value == "yes" else ""


def _starts(files: Files) -> Iterator[Start]:
    if files.has(DEBIAN):
        yield _by_debian(files)
    yield from _by_xinetd(files)
    yield from _by_units(files)
    if _SOCKET in files.names(str(PurePosixPath(_SOCKET).parent)):
        yield _by_red_hat()


def _by_red_hat() -> Start:
    return Start(path=_RED_HATS, words=("-s", _RED_HATS_DIRECTORY))


def _by_debian(files: Files) -> Start:
    settings = defaults.placed(files, DEBIAN)
    by = {
        "options": ("TFTP_OPTIONS", "--secure"),
        "directory": ("TFTP_DIRECTORY", "/srv/tftp"),
        "address": ("TFTP_ADDRESS", ""),
        "user": ("TFTP_USERNAME", "tftp"),
    }
    said = {part: settings.get(name, (value, 0))[0] for part, (name, value) in by.items()}
    return Start(
        path=DEBIAN,
        # The init script has a shell split it, at blanks alone: a quotation mark is a letter.
        words=(*said["options"].split(), *said["directory"].split()),
        own_address=said["address"],
        own_user=said["user"],
        places={p: (name, settings[name][1]) for p, (name, _) in by.items() if name in settings},
    )


def _by_xinetd(files: Files) -> Iterator[Start]:
    """Go by xinetd's file: xinetd listens, and hands it the socket.

    For both families, unless its flags say IPv4 (seen with xinetd 2.3.15).
    """
    said = _xinetd_says(files)
    text = {name: value for name, (value, _) in said.items()}
    if PurePosixPath(text.get("server", "")).name != "in.tftpd" or disabled(files):
        return
    any_ = "0.0.0.0" if "IPv4" in text.get("flags", "").split() else ""
    host = text.get("bind", text.get("interface", any_))
    names = {"options": "server_args", "directory": "server_args", "address": "bind"}
    names |= {"address": "flags"} if host == any_ and "flags" in said else {}
    yield Start(
        path=XINETD,
        words=text.get("server_args", "").split(),
        own_address=f"{f'[{host}]' if ':' in host else host}:{text.get('port', _PORT)}",
        places={part: (name, said[name][1]) for part, name in names.items() if name in said},
    )


def _xinetd_says(files: Files) -> dict[str, tuple[str, int]]:
    """Give the attributes in xinetd's file, each with its line (xinetd.conf(5))."""
    lines = text_of(files, XINETD).splitlines()
    given = (re.match(r"\s*(\w+)\s*\+?=\s*(.*?)\s*$", line) for line in lines)
    return {found[1]: (found[2], number) for number, found in enumerate(given, start=1) if found}


def _by_units(files: Files) -> Iterator[Start]:
    """Read the units that start it; the last `ExecStart=` of one counts."""
    for path in (each for each in files.names(_UNITS) if each.endswith(".service")):
        lines = enumerate(text_of(files, path).splitlines(), start=1)
        commands = [(n, line.split()) for n, line in lines if re.match(r"\s*ExecStart\s*=", line)]
        for number, words in commands[-1:]:
            first = words[0].partition("=")[2].lstrip("-@:+!") or "".join(words[1:2])
            if PurePosixPath(first).name == "in.tftpd":
                own = words[1:] if "/" in words[0] else words[2:]
                place = ("ExecStart", number)
                yield Start(path=path, words=own, places={"options": place, "directory": place})


def _parted(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Part options, directories, and options that it does not have."""
    left, refused = list(words), list[str]()
    while True:
        try:
            found, rest = _every(left)
        except GetoptError as error:
            at = next((n for n, word in enumerate(left) if _is_meant(word, error.opt)), 0)
            refused.append(left.pop(at))
            # No directory, but the value of what was meant.
            left[at : at + 1] = (e for e in left[at : at + 1] if e.startswith(("-", "/")))
        else:
            return found, rest, refused


def _every(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Read options as in.tftpd does, wherever they stand (getopt_long(3))."""
    found, rest, left = list[tuple[str, str]](), list[str](), list(words)
    while left:
        more, left = getopt(left, _SHORT, list(_LONG))
        found += more
        rest += left[:1]
        left = left[1:]
    return found, rest


def _is_meant(word: str, option: str) -> bool:
    """Whether a word has the option that was refused, by its name without hyphens."""
    long = word.removeprefix("--").partition("=")[0]
    return long == option if word.startswith("--") else word.startswith("-") and option in word
