"""A machine that a site knows: what tells it from others of its kind, and the names it goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from harness.machines import BOOT_PATHS, MACHINES, BootPath
from harness.model import machine_uuid

KINDS = (*BOOT_PATHS, *MACHINES)
"""What a machine's `kind` may be: a boot path, or a kind of machine with all its paths."""
_PREFIX = bytes.fromhex("525400")
"""Of QEMU's own MAC addresses."""


@dataclass(frozen=True, kw_only=True)
class KnownMachine:
    """One machine, as `[machines.NAME]` or, failing that, its MAC address tells."""

    name: str = ""
    """"" for one that nobody has named."""
    mac: str
    """In lower case."""
    uuid: UUID
    serial: str = ""
    asset: str = ""
    """The asset tag on its chassis."""
    kind: str = ""
    """One of `KINDS`; "" when nobody has told."""

    @classmethod
    def of(
        cls,
        name: str,
        *,
        mac: str = "",
        uuid: UUID | None = None,
        serial: str = "",
        asset: str = "",
        kind: str = "",
    ) -> "KnownMachine":
        """Give one with what is left out made from the rest: the same in every lab."""
        mac = mac.lower().replace("-", ":") or (_PREFIX + sha256(name.encode()).digest()[:3]).hex(
            ":"
        )
        uuid = uuid or machine_uuid(mac)
        return cls(name=name, mac=mac, uuid=uuid, serial=serial, asset=asset, kind=kind)

    @property
    def paths(self) -> tuple[BootPath, ...]:
        """The boot paths that it may take; all when nobody has told its kind."""
        if self.kind in BOOT_PATHS:
            return (BOOT_PATHS[self.kind],)
        machine = MACHINES.get(self.kind)
        return tuple(path for path in BOOT_PATHS.values() if machine in (None, path.machine))


MACHINE_NAMES: Mapping[str, Callable[[KnownMachine], str]] = {
    "{mac}": lambda machine: machine.mac,
    "{mac:hexhyp}": lambda machine: machine.mac.replace(":", "-"),
    "{mac:hexraw}": lambda machine: machine.mac.replace(":", ""),
    "{uuid}": lambda machine: str(machine.uuid),
    "{serial}": lambda machine: machine.serial,
    "{asset}": lambda machine: machine.asset,
}
"""What a machine's script may be called by, as iPXE calls it."""
