"""What machines mount over NFS, and which disks they open over iSCSI."""

from dataclasses import dataclass

from harness.step import IP_NAME
from harness.witness.wire.event import WireEvent

_NO_SUCH_TARGET = 0x0203
_ISCSI_ANSWERS = {
    0: "",
    0x0201: "the password is refused",
    0x0202: "not allowed",
    _NO_SUCH_TARGET: "no such target",
}


@dataclass(frozen=True, kw_only=True)
class NfsMount(WireEvent):
    """A client of NFSv3 asks the mount daemon for a directory. NFSv4 has no such step."""

    path: str
    status: int | None = None
    """None: nobody answered. 0: granted, 13: refused (RFC 1813, mountstat3)."""

    def __str__(self) -> str:
        """Say what was answered."""
        answer = {None: "no answer", 0: "granted"}.get(self.status, f"refused ({self.status})")
        return f"NFS mount of {self.path} by {self.client} of {self.server}: {answer}"


@dataclass(frozen=True, kw_only=True)
class NfsUse(WireEvent):
    """All that one client asked of an NFS server in one version; the frame is the first."""

    version: str
    calls: int
    reads: int
    errors: tuple[str, ...] = ()
    """What the server answered besides success, by its name without `NFS3ERR_`."""

    def __str__(self) -> str:
        """Count what was asked."""
        errors = f", errors: {', '.join(self.errors)}" if self.errors else ""
        asked = f"{self.calls} calls, {self.reads} reads"
        return f"NFSv{self.version} by {self.client} of {self.server}: {asked}{errors}"


@dataclass(frozen=True, kw_only=True)
class IscsiLogin(WireEvent):
    """A client opens a disk of an iSCSI target."""

    target: str
    """Its name: `iqn.2026-11.example:disk`."""
    status: int | None = None
    """None: nobody answered. 0: granted, 0x0203: no such target (RFC 7143 11.13.5)."""

    def __str__(self) -> str:
        """Say what was answered."""
        return f"iSCSI login of {self.client}: {self.words}"

    @property
    def words(self) -> str:
        """What was done, and why in vain if it was, as a boot's text has it."""
        answer = "nobody answers"
        if self.status is not None:
            answer = _ISCSI_ANSWERS.get(self.status, f"refused (status {self.status:#06x})")
        place = f"over iSCSI, {IP_NAME[self.family]}, from {self.server}"
        return f"opens {self.target} {place}{f': {answer}' if answer else ''}"

    @property
    def is_unknown(self) -> bool:
        """Whether the server has no such target, or not for this machine."""
        return self.status == _NO_SUCH_TARGET
