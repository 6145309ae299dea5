"""What the harness lays its payload for, by the names that machines ask for it by."""

from harness.judge.boot import Boot
from harness.site import EntryKind, LaidKind
from harness.site.files import normal

KERNELS = (LaidKind.KERNEL, LaidKind.KERNEL_IA32)


def kind_of(boot: Boot, file: str) -> LaidKind | None:
    """Say what the harness has laid for what was asked for; None for a file of another kind."""
    for path, kind in boot.site.laid.items():
        if lies_at(file, path):
            return kind
    for entry in boot.site.menu.entries.values():
        if entry.boots is EntryKind.PAYLOAD and file in entry.files:
            return LaidKind.INITRD if file == entry.initrd else LaidKind.KERNEL
    return None


def lies_at(file: str, path: str) -> bool:
    """Whether what was asked for by this name may lie at a path of the site."""
    file, path = normal(file.partition("?")[0]), normal(path)
    return path == file or path.endswith(f"/{file}")
