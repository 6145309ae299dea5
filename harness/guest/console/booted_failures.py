"""What a booted system prints when it comes no further, in plain words: initramfs and Linux.

Debian's initramfs-tools, live-boot and klibc, dracut, systemd, and the harness's own payload. Only
what ends a boot stands here: much that an initramfs complains of it tries again.
"""

from harness.loaders.base import failure

_ROOT = "root= and what it names: the server of the root, the export or the file"

BOOTED_FAILURES = (
    # The stub. All else it says in its report; of half a program nobody knows what would follow.
    failure(
        "stub-cut-short",
        r"^Payload: the kernel is cut short or damaged",
        "the kernel that the loader started had not come whole",
        is_cause=True,
    ),
    # The initramfs.
    failure(
        "no-root",
        r"^HARNESS: the initramfs gave up",
        "the initramfs found no root for the live system",
        "the server of the root, the export or the file, or its name",
    ),
    failure(
        "nfs-by-name",
        r"nfsmount: can't parse IP address",
        "klibc's nfsmount takes no names and no IPv6",
        "nfsroot= must name the server by its IPv4 address",
        is_cause=True,
    ),
    failure(
        "nfs-refused",
        r"mount call failed - server replied: ",
        "the NFS server refuses the mount",
        "the path in nfsroot=, and the server's exports",
        is_cause=True,
    ),
    failure(
        "nfs-options",
        r"nfsmount: (?:bad (?:option|NFS version)|need a (?:path|server)|invalid value)",
        "klibc's nfsmount does not take what it is told",
        "nfsroot= and nfsopts=: NFSv2 or NFSv3, over IPv4",
        is_cause=True,
    ),
    failure(
        "initramfs-no-device",
        r"ALERT! .* does not exist|Gave up waiting for .*(?:device|root)",
        "the initramfs waited in vain for the device of the root",
        _ROOT,
        is_cause=True,
    ),
    failure(
        "initramfs-no-word",
        r"No root device specified",
        "the kernel's command line names no root",
        "the words behind the kernel in the menu's entry",
    ),
    failure(
        "initramfs-mount",
        r"Failed to mount .* as (?:root )?\S* ?file system",
        "the initramfs could not mount the root",
        _ROOT,
        is_cause=True,
    ),
    failure(
        "initramfs-no-init",
        r"Target filesystem doesn't have requested|No init found\. Try passing init=",
        "what was mounted as the root has no init",
        "root= names something else than a system, or init= a program that it lacks",
    ),
    failure(
        "live-no-medium",
        r"Unable to find a (?:medium containing a live|live) file system",
        "live-boot found no live system",
        "fetch=, nfsroot= or what else says where it is, and whether that server has it",
    ),
    failure(
        "live-no-image",
        r"No supported filesystem images found at|Unknown file system type on",
        "live-boot found no image of a root where it was told to look",
        "what lies below live/ there, and live-media-path=",
        is_cause=True,
    ),
    failure(
        "live-no-card",
        r"No supported network device found",
        "the live system's kernel has no driver for the network card",
    ),
    failure(
        "dracut-gave-up",
        r"dracut-initqueue timeout|Warning: Could not boot|Entering emergency mode",
        "dracut came no further",
        _ROOT,
    ),
    failure(
        "systemd-emergency",
        r"You are in (?:emergency|rescue) mode",
        "systemd came no further",
        "the unit that it names before",
    ),
    failure(
        "initramfs-prompt",
        r"^\(initramfs\) ",
        "the initramfs gave up, and waits for commands",
        _ROOT,
    ),
    # Linux.
    failure(
        "efi-no-initrd",
        r"^EFI stub: ERROR: Failed to (?:open file|load initrd)",
        "an initrd that the command line names was not handed over",
    ),
    failure(
        "efi-stub",
        r"^EFI stub: ERROR: (?:Failed to (?:decompress|alloc|relocate)|exit_boot\(\) failed)",
        "the kernel could not be started from UEFI",
        "the kernel is damaged, or the machine has too little memory",
        is_cause=True,
    ),
    failure(
        "kernel-no-root",
        r"Unable to mount root fs",
        "the kernel found no root file system",
        "no initrd was loaded, or the command line names another one",
    ),
    failure("kernel-no-init", r"No working init found|/init not found", "nothing to run as init"),
    failure("kernel-panic", r"Kernel panic|not syncing", "the kernel panicked"),
    failure("kernel-initrd", r"Initramfs unpacking failed", "the initrd is damaged or cut short"),
    failure("kernel-memory", r"Out of memory: Killed process", "the guest has too little memory"),
)
