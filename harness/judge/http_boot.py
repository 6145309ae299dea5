"""What UEFI HTTP Boot takes a file for: by its type, else by its name (HttpBootCheckImageType)."""

from harness.judge.boot import Boot
from harness.judge.where import where_named
from harness.machines.program import program_of
from harness.witness.taken_path import UEFI_HTTP_AGENT
from harness.witness.wire import HttpExchange

_PROGRAM = "application/efi"
_DISKS = ("application/vnd.efi-iso", "application/vnd.efi-img")
_PROGRAM_NAME, _DISK_NAMES = ".efi", (".iso", ".img")


def unknown_type(event: HttpExchange, boot: Boot) -> str:
    """Say that firmware knows neither a file's type nor its name; "" when it does."""
    kind, name = _kind(event), event.path.lower()
    if kind in (_PROGRAM, *_DISKS) or name.endswith((_PROGRAM_NAME, *_DISK_NAMES)):
        return ""
    return (
        f"the firmware hung up: it takes {', '.join((_PROGRAM, *_DISKS))}, or a name that ends in "
        f"{', '.join((_PROGRAM_NAME, *_DISK_NAMES))}, and this came as {kind or 'no type at all'}"
        f"{where_named(boot, kind) if kind else ''}"
    )


def taken_for_disk(event: HttpExchange, boot: Boot) -> str:
    """Say that firmware takes a program for the image of a disk; "" when it does not."""
    kind, name = _kind(event), event.path.lower()
    by_name = name.endswith(_DISK_NAMES) and kind != _PROGRAM
    is_firmware = event.user_agent.startswith(UEFI_HTTP_AGENT)
    if not is_firmware or not (kind in _DISKS or by_name) or program_of(event.head) is None:
        return ""
    by = f"came as {kind}{where_named(boot, kind)}" if kind in _DISKS else "is called so"
    return (
        f"the file {name.lstrip('/')} is a program and {by}: firmware takes it for a disk's image"
    )


def _kind(event: HttpExchange) -> str:
    """Give a file's type; firmware compares all of it, with what stands behind a semicolon."""
    return event.content_type.strip().lower()
