"""The part of libvirt-python that the harness uses, with the types that it does not come with.

Names and meanings are libvirt's. `hypervisor` alone calls it.
"""

from collections.abc import Callable
from typing import Protocol


class DomainHandle(Protocol):
    """libvirt's virDomain."""

    def UUIDString(self) -> str:  # noqa: N802
        """Give the UUID in its usual form."""

    def createWithFlags(self, flags: int) -> int:  # noqa: N802
        """Start it as it is defined."""

    def destroy(self) -> int:
        """Switch it off."""

    def info(self) -> list[int]:
        """Give state, memory in KiB twice, number of CPUs, and CPU time in ns."""

    def save(self, to: str) -> int:
        """Write its state to a file and stop it."""

    def suspend(self) -> int:
        """Let it stand still."""

    def resume(self) -> int:
        """Let it go on."""

    def reset(self, flags: int) -> int:
        """Press its reset button."""

    def shutdown(self) -> int:
        """Press its power button."""


class Connection(Protocol):
    """libvirt's virConnect."""

    def close(self) -> int:
        """Let go of it; give how many references are left."""

    def defineXML(self, xml: str) -> DomainHandle:  # noqa: N802
        """Make a domain known that stays when it is off."""

    def createXML(self, xml: str, flags: int) -> DomainHandle:  # noqa: N802
        """Start a domain with this XML; one that is defined keeps its own for the next start."""

    def restoreFlags(self, source: str, xml: str, flags: int) -> int:  # noqa: N802
        """Start a domain from a file that `save` wrote, with this XML in place of the saved one."""

    def domainEventRegisterAny(  # noqa: N802
        self, domain: None, event: int, callback: Callable[..., None], opaque: None
    ) -> int:
        """Have events of one kind told; give the number to deregister by."""

    def domainEventDeregisterAny(self, callback: int) -> int:  # noqa: N802
        """Have them told no longer."""

    def registerCloseCallback(self, callback: Callable[..., None], opaque: None) -> int:  # noqa: N802
        """Have its end told, if it ends by itself."""

    def unregisterCloseCallback(self) -> int:  # noqa: N802
        """Have it told no longer."""

    def setKeepAlive(self, interval_s: int, count: int) -> int:  # noqa: N802
        """Give libvirtd up after `count` pings without an answer."""

    def getLibVersion(self) -> int:  # noqa: N802
        """Give libvirtd's version: 1000000 x major + 1000 x minor + release."""
