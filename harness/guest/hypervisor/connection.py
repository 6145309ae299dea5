"""A connection to a lab's libvirtd: guests are made on it, and end with it."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import libvirt

from harness.errors import GuestError
from harness.guest.hypervisor.domain import Domain
from harness.guest.life import Stop

_KEEPALIVE = (10, 6)
"""libvirtd is given up as hung after 6 unanswered pings, 10 s apart."""

_STOPS: Mapping[tuple[int, int], Stop] = {
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN): Stop.SHUTDOWN,
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED): Stop.OFF,
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED): Stop.CRASHED,
    (libvirt.VIR_DOMAIN_EVENT_CRASHED, libvirt.VIR_DOMAIN_EVENT_CRASHED_PANICKED): Stop.PANICKED,
}
_STOPS_BY_EVENT: Mapping[int, Stop] = {
    libvirt.VIR_DOMAIN_EVENT_STOPPED: Stop.FAILED,
    libvirt.VIR_DOMAIN_EVENT_CRASHED: Stop.CRASHED,
}
_loop_lock = threading.Lock()
_loop: threading.Thread | None = None


class Hypervisor:
    """A connection to a lab's libvirtd, between `__enter__` and `__exit__`."""

    def __init__(self, uri: str, *, log_dir: Path | None = None) -> None:
        """Keep where libvirtd listens and where, from outside, QEMU's logs are."""
        self.uri = uri
        self._log_dir = log_dir
        self._connection: libvirt.virConnect | None = None
        self._callbacks: list[int] = []
        self._domains: dict[str, Domain] = {}

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            GuestError: libvirtd does not answer.
        """
        _run_event_loop()
        try:
            connection = libvirt.open(self.uri)
            for event, listener in (
                (libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._on_event),
                (libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, self._on_reboot),
            ):
                callback = connection.domainEventRegisterAny(None, event, listener, None)
                self._callbacks.append(callback)
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

    def __exit__(self, *_: object) -> None:
        """Disconnect: libvirt destroys what still runs.

        The connection ends with the last reference to it, and callbacks count.
        """
        for domain in self._domains.values():
            domain.forget()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(libvirt.libvirtError):  # libvirtd may have gone before us
                while self._callbacks:
                    connection.domainEventDeregisterAny(self._callbacks.pop())
                connection.unregisterCloseCallback()
            connection.close()

    def look_at(self, emulator: str, arch: str) -> None:
        """Have libvirtd read what it has noted of an emulator: else the first guest waits for it.

        Raises:
            GuestError: libvirtd cannot use it.
        """
        if self._connection is None:
            raise GuestError(f"there is no connection to libvirtd ({self.uri})")
        try:
            self._connection.getDomainCapabilities(emulator, arch, None, "qemu")
        except libvirt.libvirtError as error:
            raise GuestError(f"libvirtd cannot use {emulator}: {error}") from error

    def define(self, xml: str) -> Domain:
        """Make a guest of its domain XML; it is off, and is known until the lab ends.

        Raises:
            GuestError: libvirt refuses the XML.
        """
        if self._connection is None:
            raise GuestError(f"there is no connection to libvirtd ({self.uri})")
        domain = Domain(xml, self._connection, self._log_dir)
        # Known before it starts, so that even its first event finds it.
        self._domains[domain.uuid] = domain
        return domain

    def _on_event(
        self,
        _connection: object,
        handle: libvirt.virDomain,
        event: int,
        detail: int,
        _opaque: object,
    ) -> None:
        """Pass a lifecycle event on to its guest, if it says that the guest stands still."""
        domain = self._domains.get(handle.UUIDString())
        if domain is None:
            return
        if event == libvirt.VIR_DOMAIN_EVENT_SUSPENDED:
            domain.suspended()
        elif event == libvirt.VIR_DOMAIN_EVENT_RESUMED:
            domain.go_on()
        elif stop := _STOPS.get((event, detail), _STOPS_BY_EVENT.get(event)):
            domain.end(stop)
        if event == libvirt.VIR_DOMAIN_EVENT_STOPPED:
            domain.gone.set()

    def _on_reboot(self, _connection: object, handle: libvirt.virDomain, _opaque: object) -> None:
        if domain := self._domains.get(handle.UUIDString()):
            domain.was_reset()

    def _on_close(self, _connection: object, _reason: int, _opaque: object) -> None:
        """Tell every guest that nobody will hear of it any more."""
        for domain in tuple(self._domains.values()):
            domain.end(Stop.LOST)
            domain.gone.set()


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
    while True:
        libvirt.virEventRunDefaultImpl()
