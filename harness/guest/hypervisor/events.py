"""libvirt's event loop: one daemon thread a process, which hands events out as they come."""

import threading

import libvirt

_loop_lock = threading.Lock()
_loop: threading.Thread | None = None


def run_event_loop() -> None:
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
