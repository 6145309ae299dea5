"""Guests give way to the servers that they boot from.

A guest takes all of a core that it gets; a server needs one for a millisecond, at once.
So emulators are nice (nice(1)), and so are their sessions where Linux schedules by them
(sched(7), autogroup): a server that waits behind guests is a late one.
"""

from contextlib import suppress

from harness.guest.spec import GuestSpec
from harness.lab.namespace import Namespace
from harness.services.libvirtd import NICENESS


def give_way(namespace: Namespace, spec: GuestSpec) -> None:
    """Make the session of a guest's emulator as nice as its threads are from birth."""
    with suppress(OSError):  # it is gone already, or Linux does not go by sessions
        pid = namespace.path(f"/run/libvirt/qemu/{spec.name}.pid").read_text().strip()
        namespace.path(f"/proc/{pid}/autogroup").write_text(str(NICENESS))
