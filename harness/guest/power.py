"""The power of a machine, as whoever may switch it sees it: the lab, a BMC, a scenario."""

from enum import Enum
from typing import Protocol

from harness.guest.life import Listener, PowerEvent, PowerMark, Stop


class BootDevice(Enum):
    """What a machine can be told to boot from, whatever its boot order."""

    NETWORK = "network"
    DISK = "disk"
    SETUP = "setup"
    """Its firmware's own menu. A BIOS of QEMU's has none, and starts as usual."""
    HTTP = "http"
    """UEFI HTTP Boot, whatever its usual path: a URI, or what DHCP says."""


class Power(Protocol):
    """The switches of one machine, and what is told of them.

    Any thread may switch; orders are carried out one after the other. What happens is
    told by the hypervisor, so an order has been carried out when its method returns.
    """

    @property
    def is_on(self) -> bool:
        """Whether it runs."""

    @property
    def history(self) -> tuple[PowerMark, ...]:
        """All that has happened to its power so far."""

    def on(self) -> None:
        """Switch it on; raises a GuestError when it is on already or does not start."""

    def off(self) -> None:
        """Switch it off at once, as by holding its button down; harmless when it is off."""

    def reset(self) -> None:
        """Press its reset button: its firmware starts anew, its system is not asked."""

    def soft(self) -> None:
        """Press its power button: its system is asked to shut down (ACPI), and may refuse."""

    def boot_next(self, device: BootDevice | None, *, uri: str = "") -> None:
        """Let its next start, and only that, boot from there; None: as usual, after all.

        With `BootDevice.HTTP` its firmware fetches `uri`; "": what DHCP says.
        """

    def on_event(self, listener: Listener) -> None:
        """Have `listener` told of every event, in the thread that learns of it: do not block."""

    def wait_for_stop(self, timeout_s: float) -> Stop | None:
        """Wait until it stops; give why, or None when it still runs."""

    def wait_for_event(self, event: PowerEvent, timeout_s: float, *, after: int) -> bool:
        """Wait for an event that is not among the first `after` of its history; whether it came."""
