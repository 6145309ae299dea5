"""A machine's management controller (BMC), as IPMI 2.0 over LAN and Redfish show it.

A process of its own in a lab (`served`). It knows no guest: what is to be done to its machine
it asks of the lab, at the other end of its standard input. OpenIPMI's `ipmi_sim` and pyghmi's `Bmc`
were tried first; docs/bmc.md says what they cannot do.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

PORT = 623
"""RMCP's (IPMI 2.0, 13.1.2)."""
READY = "the BMC serves"
"""What its process logs when it does."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a BMC is made with."""

    name: str
    """The machine's."""
    guid: UUID
    is_uefi: bool
    """Whether its firmware is UEFI; else it is a BIOS."""
    addresses: tuple[IPv4Address | IPv6Address, ...]
    passwords: dict[str, str]
    """By user; each may do all that an administrator may."""
    certificate_path: Path
    """Where it writes the certificate that it shows over HTTPS."""


@dataclass(frozen=True, kw_only=True)
class NextBoot:
    """What the machine's next start is to boot from."""

    device: str
    """By the lab's name for it; "" for its usual one."""
    uri: str = ""
    """What its firmware is to fetch, where the device is `http`; "" for what DHCP says."""


Word: TypeAlias = bool | bytes | NextBoot | None
"""What a question says besides its name."""


class Ask(Enum):
    """What a BMC asks of the lab; with one word more where that says so."""

    IS_ON = "is_on"
    ON = "on"
    OFF = "off"
    CYCLE = "cycle"
    RESET = "reset"
    SOFT = "soft"
    BOOT_NEXT = "boot_next"
    """With a `NextBoot`."""
    SOL = "sol"
    """With whether its console's output is wanted."""
    KEYS = "keys"
    """With bytes for its console."""
    BREAK = "break"


class Refused(Enum):
    """Why the lab has not done what it was asked for."""

    GONE = "the machine is gone"
    FAILED = "it failed"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A BMC's request to the lab."""

    number: int
    what: Ask
    word: Word = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The lab's answer to the question with this number."""

    number: int
    value: bool | None = None
    refused: Refused | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Began:
    """Told by the lab: the machine's firmware has begun to run."""

    by_reset: bool


@dataclass(frozen=True, kw_only=True)
class ShutDown:
    """Told by the lab: the machine's system has switched it off."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """Told by the lab: what the machine's console has shown."""

    data: bytes


Told: TypeAlias = Answer | Began | ShutDown | Output
