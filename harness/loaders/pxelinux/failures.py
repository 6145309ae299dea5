"""What PXELINUX prints when a boot has failed."""

from harness.loaders.base import failure

FAILURES = (
    failure(
        "pxelinux-no-module",
        r"Failed to load (?:COM32 file )?\S+\.c32",
        "PXELINUX lacks a module of its own",
        "ldlinux.c32 and the other .c32 files of its version, beside it",
        is_cause=True,
    ),
    failure(
        "pxelinux-no-configuration",
        r"Unable to locate configuration file|No DEFAULT or UI configuration directive found",
        "PXELINUX has no configuration that says what to boot",
        "pxelinux.cfg/default, or the file of this machine's there",
    ),
    failure(
        "pxelinux-no-file",
        r"Could not find (?:kernel|ramdisk) image: |^Loading \S+ ?\.*\s*failed: ",
        "the server has no such file",
        "the name in pxelinux.cfg, or the file below the data root",
        is_cause=True,
    ),
    failure(
        "pxelinux-bad-kernel",
        r"Invalid or corrupt kernel image|^Booting kernel failed: ",
        "what PXELINUX was to boot is not a kernel",
        "the file that it names",
    ),
)
