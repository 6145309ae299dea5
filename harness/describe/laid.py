"""What the harness lays its payload for, by the names that machines ask for it by."""

from harness.describe.fetches import Asked
from harness.judge.boot import Boot
from harness.site import LaidKind
from harness.site.files import normal
from harness.site.menu import EntryKind
from harness.witness.taken_path import place_of

KERNELS = (LaidKind.KERNEL, LaidKind.KERNEL_IA32)


def kind_of(boot: Boot, asked: Asked) -> LaidKind | None:
    """Say what the harness has laid for what was asked for; None for a file of another kind."""
    for path, kind in boot.site.laid.items():
        if lies_at(boot, asked, path):
            return kind
    for entry in boot.site.menu.entries.values():
        if entry.boots is EntryKind.PAYLOAD and asked.file in entry.files:
            return LaidKind.INITRD if asked.file == entry.initrd else LaidKind.KERNEL
    return None


def lies_at(boot: Boot, asked: Asked, path: str) -> bool:
    """Whether what was asked for may lie at a path of the site: by its server, or by its name."""
    file, path = normal(asked.file.partition("?")[0]), normal(path)
    return path == file or path.endswith(f"/{file}") or path == place_of(boot.site, asked.last)
