"""The five steps of every daemon: check, start, ready, stop, "still alive?".

Owns what they share. A daemon's module says only what is its own: its command
line, its configuration check and how one sees that it is ready. Daemons run in
the foreground, so that their death is seen at once; all else is as Debian
starts them.
"""

import json
import re
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Protocol

from harness import logwatch
from harness.deadline import Deadline, Pace
from harness.errors import LAST_LINES, ServiceError, UsageError
from harness.host import tools
from harness.host.tools import Tool
from harness.process import Completed, Process, is_busy
from harness.site import Site

_READY_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 5.0
REFUSES = "refuses its configuration"
"""What is said of a daemon whose own check its files do not pass."""
_NOT_STARTED = "did not start"
_OFTEN = re.compile(
    r"^(?:\[?[A-Z][a-z]{2} +\d+ [\d:]{8}\]? |\d{4}[-/]\d\d[-/]\d\d [\d:]{8}:? )"
    r"|\([\w.-]+\.c\.\d+\) |\[\d+\](?=:)| \d+#\d+:"
)
"""What differs from one lab to the next in a line of a log: time, place in the source, process."""
LIVES = "daemons.jsonl"
"""Beside the logs: when each daemon was started, and when somebody ended it."""
_HALTS = {int(signal.SIGSTOP): "paused", int(signal.SIGCONT): "resumed"}


def note(log_dir: Path, what: str, *, daemon: str = "") -> None:
    """Write down what was done to a daemon, for whoever asks later why it did not answer.

    Without one, what else of a lab somebody has broken on purpose.
    """
    line = json.dumps({"daemon": daemon, "what": what, "at": round(time.time(), 3)})
    with (log_dir / LIVES).open("a") as lives:
        lives.write(f"{line}\n")


class Enclosure(Protocol):
    """Where a daemon runs: what a service needs to know of its lab."""

    @property
    def pid(self) -> int:
        """Pid 1 inside, as the host numbers it."""

    def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, check: bool = True) -> Completed:
        """Run a command inside, to its end."""

    def start(
        self, argv: Sequence[str], *, log_path: Path, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a command inside."""

    def signal(self, started: Process, number: int) -> None:
        """Send a signal to a command that was started inside."""

    def path(self, inside: str | Path) -> Path:
        """Give the host's path of a path inside."""


class Service:
    """One daemon of one lab. Constructors only store."""

    name: ClassVar[str]
    """Its name in `site.toml`, in messages and of its log."""
    tool: ClassVar[Tool]
    """Its program, and the package that has it."""
    argv: ClassVar[Sequence[str]] = ()
    """Its command line, in the foreground."""
    check_argv: ClassVar[Sequence[str]] = ()
    """Its own configuration check, if it has one."""
    ready: ClassVar[str] = ""
    """What it logs when it serves, to the letter."""
    sign: ClassVar[str] = ""
    """What `is_ready` looks for instead, as the message of a vain wait names it."""
    log_delay_s: ClassVar[float] = 0.0
    """How long it may keep a line back that it has to log."""
    error_log: ClassVar[str] = ""
    """The log below the lab's that says more than its standard error; "": there is none."""
    what: ClassVar[str] = ""
    """Which one it is, where more than one daemon does this work; for the evidence."""
    warning: ClassVar[re.Pattern[str] | None] = None
    """A line in which it warns of its configuration; None: it does not, or of other things."""
    writes: ClassVar[tuple[str, ...]] = ()
    """The directories that it writes to, which its package would have made."""
    hides: ClassVar[tuple[str, ...]] = ()
    """Where this host has configured it for itself: a lab has the site's files only."""
    stock: ClassVar[Mapping[str, str]] = {}
    """Files of its package that a site may leave out → what stands there (`harness/data`)."""
    accounts: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Whom it becomes by files of other distributions, or of its makers' own package → the user and
    the group that it becomes on Debian."""
    for_fast_guests: bool = False
    """Whether its guests have the fast clock."""
    judged_as_laid: ClassVar[bool] = False
    """Whether it cannot judge its files either, but for what is laid otherwise."""
    early: ClassVar[bool] = False
    """Whether it must serve before the others start: they need it to start at all."""

    def __init__(self, enclosure: Enclosure, site: Site, log_dir: Path, pace: Pace) -> None:
        """Keep where to run, on which site, and where to log."""
        self.enclosure = enclosure
        self.site = site
        self.pace = pace
        self.host = ""
        """Which of the site's further hosts it runs on; "": the boot server."""
        self.log_path = log_dir / f"{self.name}.log"
        self._process: Process | None = None
        self._log_before = 0
        self._judged: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name in messages, with the further host that it runs on."""
        return f"{self.name} on {self.host}" if self.host else self.name

    def command(self) -> Sequence[str]:
        """Give the command line, in the foreground."""
        return self.argv

    def laid_instead(self) -> Mapping[str, str]:
        """Give the site's files whose text a lab lays otherwise: they need what no lab has."""
        return {}

    def is_ready(self) -> bool:
        """Whether it can be seen to serve."""
        return bool(self.ready) and self.logged(re.escape(self.ready))

    def awaited(self) -> str:
        """Name what `is_ready` looks for."""
        return self.sign or f"`{self.ready}`"

    def environment(self) -> Mapping[str, str]:
        """Give the environment variables that it needs besides the lab's."""
        return {}

    def library(self) -> Path | None:
        """Give the library that it is started beside (`assets.preload`), if it needs one."""
        return None

    def check_command(self) -> Sequence[str]:
        """Give the daemon's own configuration check; nothing when it has none."""
        return self.check_argv

    def bring_up(self) -> None:
        """Take it through its first three steps: checked, started, serving."""
        self.check()
        self.start()
        self.wait_until_ready()

    def check(self) -> None:
        """Step 1: let the daemon judge its own configuration.

        Raises:
            ServiceError: it is refused; carries the daemon's own line and column.
            PrerequisiteError: the daemon is not installed.
        """
        tools.require(self.tool)
        command = self.check_command()
        if command:
            done = self.enclosure.run(command, check=False)
            self._judged = tuple(done.output.splitlines())
            files = f"file below {self.site.within}" if self.site.within else "file"
            cure = f"mend the site's {files}; `{' '.join(command)}` is the check that failed"
            self._accepted(done, REFUSES, cure)

    def _accepted(self, done: Completed, refusal: str, cure: str) -> None:
        if done.exit_code != 0:
            said = [line for line in done.output.splitlines() if line.strip()]
            raise ServiceError(
                self.label,
                f"{refusal}: {self.essence(said)}",
                exit_code=done.exit_code,
                cure=cure,
                last_lines=said,
                log_path=self.log_path if self.log_path.exists() else None,
            )

    def start(self) -> None:
        """Step 2: start it."""
        if self.running:
            raise UsageError(f"{self.label} runs already", cure="stop it before you start it again")
        self.forget()
        self.log_path.touch()
        self._log_before = logwatch.size(self.log_path)
        environment = {**self.environment(), **self._preload()}
        self._process = self._launch(environment)
        self._note("started")

    def _launch(self, environment: Mapping[str, str]) -> Process:
        return self.enclosure.start(self.command(), log_path=self.log_path, env=environment)

    def _preload(self) -> Mapping[str, str]:
        library = self.library()
        if library is None:
            return {}
        inside = f"/run/harness/{library.name}"  # the lab may not see where the cache is
        place = self.enclosure.path(inside)
        # Who was started before has it mapped: it must not be written over.
        if not place.exists():
            shutil.copyfile(library, place)
        return {"LD_PRELOAD": inside}

    def wait_until_ready(self) -> None:
        """Step 3: return when it serves.

        Raises:
            ServiceError: it ended, or is not ready in time.
        """
        started = self._started()
        deadline = Deadline(self.pace.for_host(_READY_TIMEOUT_S), f"{self.label} to be ready")
        ready = logwatch.wait_until(
            lambda: not started.alive or self.is_ready(), deadline=deadline, pause=started.wait
        )
        self.verify_alive(_NOT_STARTED)
        if not ready:
            raise ServiceError(
                self.label,
                f"is not ready after {deadline.timeout_s:.0f} s: {self.awaited()} was waited for",
                last_lines=self.last_words(),
                log_path=self.log_path,
            )

    def stop(self) -> None:
        """Step 4: end it as an operator would, by SIGTERM; harmless when it has ended."""
        if self._process is None:
            return
        self._note("stopped")
        self.enclosure.signal(self._process, signal.SIGTERM)
        if self._process.wait(_STOP_TIMEOUT_S) is None:
            self.enclosure.signal(self._process, signal.SIGKILL)
        self.forget()

    def kill(self) -> None:
        """End it by SIGKILL behind the lab's back: to the lab it has died."""
        self._note("killed")
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        if number in _HALTS:
            self._note(_HALTS[number])
        self.enclosure.signal(self._started(), number)

    def forget(self) -> None:
        """Give up the handle of a daemon that was stopped, or that goes with its lab."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def verify_alive(self, verb: str = "died") -> None:
        """Step 5: raise a ServiceError with its last words if it has ended by itself."""
        if self._process is None or self._process.alive:
            return
        last_words = self.last_words()
        # Of one that never served, the last word is the reason; of others, often any request.
        why = _OFTEN.sub("", self.essence(last_words)).strip() if verb == _NOT_STARTED else ""
        raise ServiceError(
            self.label,
            f"{verb}: {why}" if why else verb,
            exit_code=self._process.exit_code,
            last_lines=last_words,
            log_path=self.log_path,
        )

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.alive

    @property
    def is_busy(self) -> bool:
        """Whether it has something to do, or was stopped before it had done it."""
        started = self._process  # another thread may forget it meanwhile
        return started is not None and any(is_busy(pid) for pid in started.children())

    @property
    def ended_fd(self) -> int:
        """A descriptor that can be read from once it has ended."""
        return self._started().ended_fd

    def last_words(self) -> tuple[str, ...]:
        """Give the last lines that it has logged since its start."""
        more = logwatch.read(self.log_path.parent / self.error_log) if self.error_log else ""
        return (*self.said()[-LAST_LINES:], *more.splitlines()[-6:])

    def said(self) -> tuple[str, ...]:
        """Give every line that it has logged since its start."""
        return tuple(logwatch.read(self.log_path, since=self._log_before).splitlines())

    def essence(self, said: Sequence[str]) -> str:
        """Pick the line that names the fault out of what a failed check printed."""
        telling = re.compile(r"line \d+|error|emerg|unknown|expect", re.IGNORECASE)
        return next((line for line in said if telling.search(line)), said[-1] if said else "")

    def warnings(self) -> tuple[str, ...]:
        """Give what it has warned of, checking its configuration and since its start.

        Each once, without times and process numbers: the same in every lab of a site.
        """
        if self.warning is None:
            return ()
        told = (_OFTEN.sub("", line).strip() for line in (*self._judged, *self.said()))
        return tuple(dict.fromkeys(line for line in told if self.warning.search(line)))

    def logged(self, pattern: str) -> bool:
        """Whether it has logged a match of `pattern` (a regular expression) since its start."""
        said = logwatch.read(self.log_path, since=self._log_before)
        return re.search(pattern, said) is not None

    def listens(self, protocol: str, port: int, *, itself: bool = False) -> bool:
        """Whether a socket inside listens on a port: `protocol` is `tcp` or `udp`.

        `itself`: not just anybody's, for ports that several servers may have.

        Looks into /proc/net/{tcp,udp}{,6}: column 2 is `address:port` in hexadecimal,
        column 4 the state, 0A for a listening TCP socket, column 10 the inode (Linux,
        proc_net_tcp.txt).
        TCP's takes milliseconds: the kernel looks through all its connections, of whatever
        namespace. Whatever else tells that a daemon serves is to be preferred.
        """
        for table in (protocol, f"{protocol}6"):
            rows = Path(f"/proc/{self.enclosure.pid}/net/{table}").read_text().splitlines()[1:]
            for fields in (row.split() for row in rows):
                listening = protocol == "udp" or fields[3] == "0A"
                is_port = listening and int(fields[1].rpartition(":")[2], 16) == port
                if is_port and (not itself or fields[9] in self._sockets()):
                    return True
        return False

    def _sockets(self) -> set[str]:
        """Give the inodes of the sockets that it has open."""
        found: set[str] = set()
        for pid in self._started().children():
            with suppress(OSError):  # it has ended, or closed one meanwhile
                for open_file in Path(f"/proc/{pid}/fd").iterdir():
                    kind, _, inode = str(open_file.readlink()).partition(":")
                    found |= {inode.strip("[]")} if kind == "socket" else set()
        return found

    def _note(self, what: str) -> None:
        note(self.log_path.parent, what, daemon=self.name)

    def _started(self) -> Process:
        if self._process is None:
            raise ServiceError(self.label, "was not started")
        return self._process
