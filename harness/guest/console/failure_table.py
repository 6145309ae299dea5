"""What firmware, loaders and kernels print when a boot has failed, in plain words: one table.

The console asks it about every line. Loaders bring rows of their own; a lab hands them over.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from harness.guest.spec import DISK_TITLE, GAVE_UP
from harness.loaders.base import Failure, Loader, failure

_SERVER_SILENT = "the daemon is not running, listens on another address, or a filter drops it"
_NO_FILE = "the name in the DHCP answer or in the script, or the file below the data root"
_NO_LEASE = (
    "the DHCP server is not running, has no free address, or sends no boot file to this client"
)
_NO_LOADER = "the disk has no boot loader"
_NO_LOADER_UEFI = rf'BdsDxe: failed to load Boot\w+ "{DISK_TITLE}"'
_WIPED = "it was wiped, or an installation did not come so far as to give it one"

_FIRMWARE = (
    # PXE.
    failure("pxe-e12", r"PXE-E12", "the NIC has no link", "the tap is not on the bridge"),
    failure("pxe-e16", r"PXE-E16", "no DHCP offer that the firmware can boot from", _NO_LEASE),
    failure("pxe-e18", r"PXE-E18", "the boot server did not answer in time", _SERVER_SILENT),
    failure("pxe-e21", r"PXE-E21", "the network boot was cancelled", "a key reached the firmware"),
    failure(
        "pxe-e22",
        r"PXE-E22",
        "the server's host refused the port",
        "the TFTP server is not running",
    ),
    failure("pxe-e23", r"PXE-E23", "the TFTP server sent an error", _NO_FILE),
    failure("pxe-e53", r"PXE-E53", "DHCP answered without a boot file", "no class matched"),
    failure("pxe-e", r"PXE-E\d\d", "the firmware's PXE boot failed"),
    # UEFI's HTTP Boot. A status alone is no end: whose HEAD is refused goes on by GET.
    failure(
        "http-boot-file",
        r"Error: Could not retrieve NBP file size",
        "the firmware could not get the NBP by HTTP",
        "the web server is not running, has no such file, or DHCP gave no URL",
    ),
    failure("http-boot-dns", r"Error: Could not retrieve the host address", "no DNS answer"),
    failure("http-boot-silent", r"Error: Server response timeout", "no answer", _SERVER_SILENT),
    failure("http-boot-url", r"Error: Invalid URI address", "the boot file is not a URL"),
    failure(
        "http-boot",
        r"Error: (Could not|Unexpected network|Access forbidden|Network device|Remote boot)",
        "the firmware's HTTP boot failed",
    ),
    # UEFI's boot manager.
    failure(
        "secure-boot",
        r"BdsDxe: failed to .*(Access Denied|Security Violation)",
        "the firmware refused the image's signature",
        "Secure Boot is on and the loader is not signed",
    ),
    failure(
        "uefi-gave-up",
        re.escape(GAVE_UP),
        "the firmware ended its one boot path and was kept from trying another",
        "the loader or its script ended (iPXE's `exit`), or the loader could not be started",
    ),
    failure("bds-disk", _NO_LOADER_UEFI, _NO_LOADER, _WIPED),
    failure("bds-load", r"BdsDxe: failed to load", "a boot option could not be loaded"),
    failure("bds-start", r"BdsDxe: failed to start", "what was loaded ended with an error"),
    failure("bds-nothing", r"BdsDxe: No bootable option", "every boot option has failed"),
    failure(
        "uefi-shell",
        r"UEFI Interactive Shell v",
        "the firmware fell into its shell",
        "every boot option before it failed or returned",
    ),
    failure(
        "uefi-front-page",
        r'BdsDxe: starting Boot\w+ "UiApp"|Boot Maintenance Manager|Boot Manager Menu',
        "the firmware shows its set-up screen instead of booting",
        "every boot option has failed, or a key reached the firmware",
    ),
    failure("uefi-exception", r"!!!! \w+ Exception Type", "the firmware crashed"),
    # SeaBIOS.
    failure("bios-nothing", r"No bootable device", "SeaBIOS has nothing left to boot from"),
    failure("bios-disk", r"^Boot failed: not a bootable disk", _NO_LOADER, _WIPED),
    failure("bios-failed", r"^Boot failed: ", "SeaBIOS could not boot from a device"),
)

CHANT = failure(
    "console-loop",
    "",
    "the console shows the same lines again and again: a script goes round, or a program waits",
)
"""No line means it, but some that come in a circle."""

_OF_SITE = "a program of the site's has failed"

_BOOTED = (
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
    ),
    # Linux.
    failure(
        "efi-no-initrd",
        r"^EFI stub: ERROR: Failed to (?:open file|load initrd)",
        "an initrd that the command line names was not handed over",
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


class FailureTable:
    """The rows of firmware and kernels, those of these loaders, and those of a site's words."""

    def __init__(self, loaders: Sequence[Loader] = (), words: Sequence[str] = ()) -> None:
        """Put the rows together; where two match the same line, the first one names it.

        `words` are what programs of the site's print when they have failed.
        """
        of_loaders = tuple(row for each in loaders for row in each.failures)
        of_site = tuple(failure("site", re.escape(each), _OF_SITE, is_cause=True) for each in words)
        self.rows = (*_FIRMWARE, *of_loaders, *_BOOTED, *of_site)
        self.repeated = tuple(row for each in loaders for row in each.repeated)
        """No line means these, but the same line many times."""
        self.normal = tuple(pattern for each in loaders for pattern in each.always_normal)
        """Lines that look like failures in every good boot."""

    @property
    def names(self) -> frozenset[str]:
        """Give the names of all failures."""
        return frozenset(row.name for row in (*self.rows, *self.repeated, CHANT))

    @cached_property
    def _any(self) -> re.Pattern[str]:
        """Match any row: most lines match none."""
        return re.compile("|".join(f"(?:{row.pattern})" for row in self.rows))

    def find(self, line: str) -> Failure | None:
        """Give the failure that a line tells of, if any."""
        if self._any.search(line) is None:
            return None
        return next(row for row in self.rows if re.search(row.pattern, line))

    def find_repeated(self, line: str) -> Failure | None:
        """Give the failure that a line tells of when it comes again and again."""
        return next((row for row in self.repeated if re.search(row.pattern, line)), None)
