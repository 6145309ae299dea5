"""The words for the steps of a boot path: somebody asks DHCP, a file is fetched.

Which steps a machine must take is `plan`'s to say, which it took `witness`'s.
"""

from dataclasses import dataclass
from enum import Enum

from harness.model import VENDOR_CLASS_PXE, Family, Protocol

DHCP_NAME = {Family.IPV4: "DHCPv4", Family.IPV6: "DHCPv6"}
IP_NAME = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


class StepRole(Enum):
    """What a step is for."""

    FIRMWARE = "firmware asks"
    NBP = "NBP"
    SECOND = "second stage"
    """What an NBP starts that is no loader itself, as shim is."""
    LOADER = "iPXE asks"
    SCRIPT = "script"
    MENU = "menu"
    MACHINE_SCRIPT = "this machine's script"
    KERNEL = "kernel"
    INITRD = "initrd"
    PAYLOAD = "payload"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Somebody asks DHCP for what to boot."""

    family: Family
    client_arch: int
    vendor_class: str
    ipxe: bool

    def __str__(self) -> str:
        """Say it as in a path."""
        who = self.vendor_class
        if self.ipxe:
            who = "iPXE" if who == VENDOR_CLASS_PXE else f"iPXE ({who})"
        return f"{DHCP_NAME[self.family]} as {who}, client arch 0x{self.client_arch:04x}"


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """A file is fetched."""

    protocol: Protocol
    family: Family
    file: str

    def __str__(self) -> str:
        """Say it as in a path."""
        return f"{self.file} over {self.protocol.value.upper()}, {IP_NAME[self.family]}"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step that must be taken, in any of these ways."""

    role: StepRole
    ways: tuple[Ask | Fetch, ...]
    """Empty for the payload, which is not traffic."""
    text: str

    def __str__(self) -> str:
        """Say it as in a path."""
        return self.text
