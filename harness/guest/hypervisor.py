"""Guests as libvirt runs them: started, switched, and told about when they stop.

The one owner of libvirt-python. A guest is a transient domain that libvirt
destroys when its connection ends, so nothing survives the harness. libvirt's
events arrive in one daemon thread per process; waits are told by them and never
ask.
"""

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.etree import ElementTree

import libvirt

from harness.deadline import within
from harness.errors import GuestError
from harness.guest.libvirt_api import Connection, DomainHandle
from harness.guest.life import Ending, Life

START_FLAGS: int = libvirt.VIR_DOMAIN_START_AUTODESTROY
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
_KEEPALIVE = (10, 6)
"""libvirtd is given up as hung after 6 unanswered pings, 10 s apart."""
_GONE = (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_OPERATION_INVALID)
"""Codes of "it is not there" and "it is not running": what switching off wants to reach."""
_VERSIONS = re.compile(r"libvirt version: ([^,]+).*?qemu version: ([^,]+)")
_PREAMBLE = re.compile(r"^.*: starting up .*\n(?:.* \\\n)*.*\n?", re.MULTILINE)
"""What libvirt writes before each run: versions, then the command line, over many lines."""

_ENDINGS: Mapping[tuple[int, int], Ending] = {
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN): Ending.SHUTDOWN,
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED): Ending.OFF,
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED): Ending.CRASHED,
}
_ENDINGS_BY_EVENT: Mapping[int, Ending] = {
    libvirt.VIR_DOMAIN_EVENT_STOPPED: Ending.FAILED,
    libvirt.VIR_DOMAIN_EVENT_CRASHED: Ending.CRASHED,
    # Nobody here suspends guests: the accelerator met something that it cannot execute.
    libvirt.VIR_DOMAIN_EVENT_SUSPENDED: Ending.PAUSED,
}


class Domain(Life):
    """One guest, from the first power-on until its hypervisor is closed."""

    def __init__(self, xml: str, connection: Connection, log_dir: Path | None) -> None:
        """Keep what to start; use `Hypervisor.create`."""
        super().__init__()
        root = ElementTree.fromstring(xml)
        self.name = root.findtext("name", "")
        self.uuid = root.findtext("uuid", "")
        self.xml = xml
        self._connection = connection
        self.log_path = log_dir / f"{self.name}.log" if log_dir is not None else None
        self._handle: DomainHandle | None = None
        self._log_before = 0
        self._cpu_s = 0.0

    @property
    def cpu_s(self) -> float:
        """CPU seconds that its emulator has used: the last value known, once it has stopped."""
        if self._handle is not None and self.running:
            with suppress(libvirt.libvirtError):
                self._cpu_s = self._handle.info()[4] / 1e9
        return self._cpu_s

    @property
    def versions(self) -> Mapping[str, str]:
        """The packaged versions of libvirt and QEMU that run it, as libvirt logs them."""
        found = _VERSIONS.search(self._log())
        return {} if found is None else {"libvirt": found[1], "qemu": found[2]}

    def verify_alive(self) -> None:
        """Raise a GuestError with QEMU's last words if it stopped without anybody meaning it."""
        if self.ending is not None and not self.ending.is_wanted:
            raise self._error(f"guest {self.name} {self.ending.value}")

    def power_on(self, image_path: Path | None = None) -> None:
        """Start it with the hardware of its XML: cold, or where `save` has stopped it.

        `image_path` is what `save` wrote, as libvirtd sees it.

        Raises:
            GuestError: it runs already, or QEMU does not start; with QEMU's last words.
        """
        if self.running:
            raise self._error(f"guest {self.name} is on already")
        self._log_before = len(self._log())
        self.begin()
        try:
            self._handle = within(
                _START_TIMEOUT_S,
                (lambda: self._restore(image_path)) if image_path else self._create,
            )
        except (libvirt.libvirtError, TimeoutError) as error:
            self.end(Ending.FAILED)
            raise self._error(f"guest {self.name} did not start: {error}") from error

    def save(self, image_path: Path) -> None:
        """Stop it where it is, and write all that it is to a file that libvirtd can write.

        Raises:
            GuestError: it is off, or cannot be saved.
        """
        self._order(lambda it: it.save(str(image_path)))

    def power_off(self) -> None:
        """Switch it off at once, as by holding its button down; harmless when it is off."""
        self._cpu_s = self.cpu_s
        paused = self.ending is Ending.PAUSED
        if self._handle is None or not (self.running or paused):
            return
        try:
            self._handle.destroy()
        except libvirt.libvirtError as error:
            if error.get_error_code() not in _GONE and self.running:
                raise self._error(f"guest {self.name} does not go off: {error}") from error
        if self.wait_for_stop(_STOP_TIMEOUT_S) is None:
            raise self._error(
                f"guest {self.name} is not off {_STOP_TIMEOUT_S:.0f} s after it was told"
            )

    def shutdown(self) -> None:
        """Press its power button: ask whatever runs in it to shut down (ACPI)."""
        self._order(lambda it: it.shutdown())

    def reset(self) -> None:
        """Press its reset button: a warm start without asking anybody."""
        self._order(lambda it: it.reset(0))

    def last_words(self) -> tuple[str, ...]:
        """Give what QEMU's log says of the latest run, without its command line."""
        said = self._log()[self._log_before :]
        lines = _PREAMBLE.sub("", said).splitlines()
        return tuple(line for line in lines if " is tainted: " not in line)

    def forget(self) -> None:
        """Let go of libvirt's object, which would keep the connection open."""
        self._handle = None

    def _create(self) -> DomainHandle:
        """Start it cold."""
        return self._connection.createXML(self.xml, START_FLAGS)

    def _restore(self, image_path: Path) -> DomainHandle:
        """Start it from a saved image, which names it as its XML does."""
        self._connection.restoreFlags(str(image_path), self.xml, 0)
        return self._connection.lookupByUUIDString(self.uuid)

    def _order(self, order: Callable[[DomainHandle], int]) -> None:
        """Give an order to a running guest."""
        if self._handle is None or not self.running:
            raise self._error(f"guest {self.name} is off")
        try:
            order(self._handle)
        except libvirt.libvirtError as error:
            raise self._error(f"guest {self.name} does not obey: {error}") from error

    def _log(self) -> str:
        """Read QEMU's log; empty when there is none."""
        if self.log_path is None or not self.log_path.exists():
            return ""
        return self.log_path.read_text(errors="replace")

    def _error(self, what: str) -> GuestError:
        """Make an error that carries QEMU's last words."""
        return GuestError(what, last_lines=self.last_words(), log_path=self.log_path)


class Hypervisor:
    """A connection to a lab's libvirtd, between `__enter__` and `__exit__`."""

    def __init__(self, uri: str, *, log_dir: Path | None = None) -> None:
        """Keep where libvirtd listens and where, from outside, QEMU's logs are."""
        self.uri = uri
        self._log_dir = log_dir
        self._connection: Connection | None = None
        self._callback = -1
        self._domains: dict[str, Domain] = {}

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            GuestError: libvirtd does not answer.
        """
        _run_event_loop()
        try:
            connection: Connection = libvirt.open(self.uri)
            self._callback = connection.domainEventRegisterAny(
                None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._on_event, None
            )
        except libvirt.libvirtError as error:
            raise GuestError(f"libvirtd does not answer at {self.uri}: {error}") from error
        self._connection = connection
        try:
            connection.registerCloseCallback(self._on_close, None)
            connection.setKeepAlive(*_KEEPALIVE)
        except libvirt.libvirtError as error:
            # A driver in this process, such as libvirt's own for tests, cannot be lost.
            if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                raise GuestError(f"libvirtd cannot be watched at {self.uri}: {error}") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect: libvirt destroys what still runs.

        The connection ends with the last reference to it, and callbacks count.
        """
        for domain in self._domains.values():
            domain.forget()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(libvirt.libvirtError):  # libvirtd may have gone before us
                connection.domainEventDeregisterAny(self._callback)
                connection.unregisterCloseCallback()
            connection.close()

    @property
    def version(self) -> str:
        """The version of libvirtd."""
        number = self._connected().getLibVersion()
        return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"

    def create(self, xml: str, *, image_path: Path | None = None) -> Domain:
        """Start a guest from its domain XML; with an image, where `Domain.save` stopped it.

        Raises:
            GuestError: it does not start; with QEMU's last words.
        """
        domain = Domain(xml, self._connected(), self._log_dir)
        # Known before it starts, so that even its first event finds it.
        self._domains[domain.uuid] = domain
        domain.power_on(image_path)
        return domain

    def _connected(self) -> Connection:
        """Give the connection."""
        if self._connection is None:
            raise GuestError(f"there is no connection to libvirtd ({self.uri})")
        return self._connection

    def _on_event(
        self, _connection: object, handle: DomainHandle, event: int, detail: int, _opaque: object
    ) -> None:
        """Pass a lifecycle event on to its guest, if it says that the guest stopped."""
        ending = _ENDINGS.get((event, detail), _ENDINGS_BY_EVENT.get(event))
        domain = self._domains.get(handle.UUIDString())
        if ending is not None and domain is not None:
            domain.end(ending)

    def _on_close(self, _connection: object, _reason: int, _opaque: object) -> None:
        """Tell every guest that nobody will hear of it any more."""
        for domain in tuple(self._domains.values()):
            domain.end(Ending.LOST)


_loop_lock = threading.Lock()
_loop: threading.Thread | None = None


def _run_event_loop() -> None:
    """Start libvirt's event loop, once in a process, before the first connection.

    libvirt would also print every error to standard error before it raises it.
    """
    global _loop
    with _loop_lock:
        if _loop is not None:
            return
        libvirt.registerErrorHandler(lambda _context, _error: None, None)
        libvirt.virEventRegisterDefaultImpl()
        _loop = threading.Thread(target=_loop_forever, name="libvirt-events", daemon=True)
        _loop.start()


def _loop_forever() -> None:
    """Hand out events as they come; libvirt blocks in between."""
    while True:
        libvirt.virEventRunDefaultImpl()
